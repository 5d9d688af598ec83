import type { Knex } from 'knex';
import { clip, now } from '../../control/columns';
import { selectRows, toIso } from '../../control/database';
import type { RemovedRows, RetentionStatus } from '../../domain/retention';

/** One pass through all that is old. */
export interface RetentionPass {
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly status: RetentionStatus;
  readonly removed: RemovedRows;
  readonly message: string | null;
}

/** Safe to repeat. */
export async function beginPass(control: Knex, passId: string): Promise<void> {
  await control('retentionPass')
    .insert({ passID: passId, status: 'running', removed: '{}' })
    .onConflict('passID')
    .merge(['passID']);
}

/** Safe to repeat. */
export async function endPass(
  control: Knex,
  {
    passId,
    status,
    removed,
    message,
  }: Pick<RetentionPass, 'status' | 'removed' | 'message'> & { readonly passId: string },
): Promise<void> {
  await control('retentionPass')
    .where({ passID: passId })
    .update({ status, removed: JSON.stringify(removed), message: clip(message), endedAt: now(control) });
}

/** The newest passes, the newest first. */
export async function readPasses(control: Knex, limit: number): Promise<RetentionPass[]> {
  const rows = await selectRows<{
    startedAt: string;
    endedAt: string | null;
    status: RetentionStatus;
    removed: string;
    message: string | null;
  }>(
    control,
    'SELECT startedAt, endedAt, status, removed, message FROM retentionPass ORDER BY startedAt DESC LIMIT ?',
    [limit],
  );
  return rows.map((row) => ({
    status: row.status,
    message: row.message,
    startedAt: toIso(row.startedAt),
    endedAt: toIso(row.endedAt),
    removed: JSON.parse(row.removed) as RemovedRows,
  }));
}
