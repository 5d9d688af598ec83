/** How the waves of a request stand, and what stops them. */
import type { Knex } from 'knex';
import { clip } from '../../control/columns';
import { selectRows } from '../../control/database';
import { turnOf, type WaveStanding, type WaveTurn } from '../../domain/waves';
import { loadStateRequest } from './store';

/** Longest text of why the waves were stopped. */
const stoppedLength = 255;

/** What may be asked of the districts of a request now, by the database's clock. */
export async function readTurn(control: Knex, stateRequestId: string): Promise<WaveTurn> {
  const { waves, stopped } = await loadStateRequest(control, stateRequestId);
  if (waves === null || stopped !== null) return { wave: null, beginsAt: null, stopped };
  const [clock] = await selectRows<{ now: number }>(control, `SELECT ${millis('UTC_TIMESTAMP(3)')} AS now`);
  return turnOf(await readWaves(control, stateRequestId), waves, Number(clock!.now));
}

/** No further wave of the request begins. */
export async function noteStopped(control: Knex, stateRequestId: string, stopped: string): Promise<void> {
  await control('stateRequest')
    .where({ stateRequestID: stateRequestId })
    .update({ stopped: clip(stopped, stoppedLength) });
}

async function readWaves(control: Knex, stateRequestId: string): Promise<WaveStanding[]> {
  const rows = await selectRows<Record<keyof WaveStanding, number | string | null>>(
    control,
    `SELECT d.wave, COUNT(*) AS districts, SUM(d.status = 'waiting') AS waiting,
            SUM(d.status IN ('queued', 'running')) AS underWay,
            SUM(d.status = 'done' AND COALESCE(r.color, '') <> 'red') AS done,
            SUM(d.status = 'failed' OR (d.status = 'done' AND COALESCE(r.color, '') = 'red')) AS failed,
            MAX(${millis('d.endedAt')}) AS endedAt
       FROM stateRequestDistrict d LEFT JOIN resync r ON r.resyncID = d.resyncID
      WHERE d.stateRequestID = ? AND d.wave IS NOT NULL GROUP BY d.wave ORDER BY d.wave`,
    [stateRequestId],
  );
  return rows.map(({ endedAt, ...counts }) => ({
    ...(Object.fromEntries(
      Object.entries(counts).map(([name, value]) => [name, Number(value)]),
    ) as unknown as Omit<WaveStanding, 'endedAt'>),
    endedAt: endedAt === null ? null : Number(endedAt),
  }));
}

/** Milliseconds since 1970 of a DATETIME in UTC. */
function millis(column: string): string {
  return `TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ${column}) / 1000`;
}
