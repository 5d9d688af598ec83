/**
 * Traces: from a request through what it has Temporal do to each range. Off unless it is
 * configured, and then nothing that makes them is loaded (docs/decisions/0056-traces.md).
 */
import type { Knex } from 'knex';
import type { Config } from '../config';
import type { Tracing } from './open-telemetry';

export type { Tracing } from './open-telemetry';

/** @param part that the spans are of: `api` or `worker`; `null`: it is not configured */
export async function openTracing(
  { tracing }: Pick<Config, 'tracing'>,
  of: { readonly part: 'api' | 'worker'; readonly control: Knex },
): Promise<Tracing | null> {
  if (tracing === undefined) return null;
  const { openTelemetry } = await import('./open-telemetry.js');
  return openTelemetry(tracing, of);
}
