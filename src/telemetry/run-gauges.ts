import type { Knex } from 'knex';
import { Gauge, type Registry } from 'prom-client';
import { selectRows } from '../control/database';
import { openStatuses, type ResyncStatus, waitingStatuses } from '../domain/resync';

/** Of the open runs of one agent, one status and one initiator. */
interface OpenRow {
  readonly districtID: string;
  readonly schoolYear: number;
  readonly status: ResyncStatus;
  readonly initiator: string;
  readonly runs: number;
  readonly held: number;
  readonly left: number;
  readonly oldestSeconds: number;
}

interface QuietRow {
  readonly districtID: string;
  readonly schoolYear: number;
  readonly quietSeconds: number;
}

type Agent = { readonly district: string; readonly school_year: number };

/** Scrapes within so long of each other share what was read. */
const keptMs = 5_000;
/** An answer of the database that takes longer is left out of the scrape. */
const readMs = 4_000;
/** Running runs whose newest page is looked for. */
const mostRunning = 500;

/** What the control database knows of runs under way: every API process tells the same. */
export class RunGauges {
  private readAt = -Infinity;
  private readonly up: Gauge;
  private readonly open: Gauge;
  private readonly held: Gauge;
  private readonly left: Gauge;
  private readonly queue: Gauge;
  private readonly oldestRequest: Gauge;
  private readonly quiet: Gauge;

  constructor(
    private readonly control: Knex,
    registry: Registry,
  ) {
    const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
      new Gauge({ name, help, labelNames, registers: [registry] });
    const agent = ['district', 'school_year'];
    this.up = gauge(
      'resync_control_database_up',
      '1: the gauges of runs are of now; 0: they could not be read',
    );
    this.open = gauge('resync_runs_open', 'Runs that have not ended, by status; preempted ones are parked', [
      'status',
    ]);
    this.held = gauge('resync_runs_held', 'Runs that a blackout window holds');
    this.left = gauge('resync_runs_other_catalog', 'Runs that wait for a worker with their catalog');
    this.queue = gauge('resync_agent_queue_length', 'Runs that wait for their turn at an agent', agent);
    this.oldestRequest = gauge(
      'resync_agent_oldest_state_request_seconds',
      'Age of the oldest waiting run that the state asked for, by agent; absent when none waits',
      agent,
    );
    this.quiet = gauge(
      'resync_agent_running_quiet_seconds',
      'Seconds since a running run last committed a page, by agent; absent when none runs',
      agent,
    );
  }

  /** Reads them anew, unless they were read some seconds ago. Never throws. */
  async refresh(): Promise<void> {
    if (performance.now() - this.readAt < keptMs) return;
    this.readAt = performance.now();
    try {
      const [open, quiet] = await within(readMs, Promise.all([this.readOpen(), this.readQuiet()]));
      this.show(open, quiet);
      this.up.set(1);
    } catch {
      for (const one of [this.open, this.held, this.left, this.queue, this.oldestRequest, this.quiet])
        one.reset();
      this.up.set(0);
    }
  }

  private show(open: readonly OpenRow[], quiet: readonly QuietRow[]): void {
    for (const one of [this.queue, this.oldestRequest, this.quiet]) one.reset();
    for (const status of openStatuses) this.open.set({ status }, 0);
    this.held.set(0);
    this.left.set(0);
    const oldest = new Map<string, { readonly agent: Agent; readonly seconds: number }>();
    for (const { districtID, schoolYear, status, initiator, runs, held, left, oldestSeconds } of open) {
      const agent: Agent = { district: districtID, school_year: schoolYear };
      const agentName = `${districtID}:${schoolYear}`;
      this.open.inc({ status }, runs);
      this.held.inc(Number(held));
      this.left.inc(Number(left));
      if (!waitingStatuses.includes(status)) continue;
      this.queue.inc(agent, runs);
      if (initiator === 'state')
        oldest.set(agentName, {
          agent,
          seconds: Math.max(oldestSeconds, oldest.get(agentName)?.seconds ?? 0),
        });
    }
    for (const { agent, seconds } of oldest.values()) this.oldestRequest.set(agent, seconds);
    for (const { districtID, schoolYear, quietSeconds } of quiet)
      this.quiet.set({ district: districtID, school_year: schoolYear }, quietSeconds);
  }

  private readOpen(): Promise<OpenRow[]> {
    return selectRows<OpenRow>(
      this.control,
      `SELECT districtID, schoolYear, status, initiator, COUNT(*) AS runs,
              SUM(heldUntil IS NOT NULL) AS held, SUM(otherCatalog IS NOT NULL) AS \`left\`,
              TIMESTAMPDIFF(SECOND, MIN(requestedAt), UTC_TIMESTAMP(3)) AS oldestSeconds
         FROM resync WHERE status IN (:open)
        GROUP BY districtID, schoolYear, status, initiator`,
      { open: openStatuses },
    );
  }

  private readQuiet(): Promise<QuietRow[]> {
    return selectRows<QuietRow>(
      this.control,
      `SELECT r.districtID, r.schoolYear,
              TIMESTAMPDIFF(SECOND,
                COALESCE((SELECT MAX(l.writtenAt) FROM rangeLedger l WHERE l.resyncID = r.resyncID), r.startedAt),
                UTC_TIMESTAMP(3)) AS quietSeconds
         FROM resync r WHERE r.status = 'running' AND r.heldUntil IS NULL AND r.startedAt IS NOT NULL
        ORDER BY r.startedAt LIMIT ${mostRunning}`,
    );
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('late')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
