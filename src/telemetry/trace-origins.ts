import type { Knex } from 'knex';
import { selectRows, toIso } from '../control/database';

/** Where the trace of a workflow begins. */
export interface TraceOrigin {
  /** As W3C Trace Context has it. */
  readonly traceparent: string;
  readonly storedAt: Date;
}

/** Most kept in memory. */
const maxKept = 1_000;

/**
 * Which trace a workflow belongs to. It stands in the control database and not in Temporal's
 * headers: an agent serves many requests, and histories stay as they are, traced or not.
 */
export class TraceOrigins {
  private readonly kept = new Map<string, TraceOrigin>();

  constructor(private readonly control: Knex) {}

  /** The first one stays. A control database that is away costs the trace, and nothing else. */
  async store(workflowId: string, traceparent: string): Promise<void> {
    await this.control('traceOrigin')
      .insert({ workflowID: workflowId, traceparent })
      .onConflict('workflowID')
      .merge(['workflowID'])
      .catch(() => undefined);
  }

  async read(workflowId: string): Promise<TraceOrigin | null> {
    const kept = this.kept.get(workflowId);
    if (kept) return kept;
    const [row] = await selectRows<{ traceparent: string; storedAt: string }>(
      this.control,
      'SELECT traceparent, storedAt FROM traceOrigin WHERE workflowID = ?',
      [workflowId],
    ).catch(() => []);
    if (row === undefined) return null;
    const origin = { traceparent: row.traceparent, storedAt: new Date(toIso(row.storedAt)) };
    if (this.kept.size >= maxKept) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(workflowId, origin);
    return origin;
  }
}
