import type { Knex } from 'knex';
import { selectRows, toIso } from '../../control/database';

/** A run that was kept long enough and is gone. */
export interface RemovedResync {
  readonly districtId: string;
  readonly endedAt: string;
  readonly removedAt: string;
}

/** @returns `null`: there was none of this id, or it is there */
export async function readRemovedResync(control: Knex, resyncId: string): Promise<RemovedResync | null> {
  const [row] = await selectRows<{ districtID: string; endedAt: string; removedAt: string }>(
    control,
    'SELECT districtID, endedAt, removedAt FROM removedResync WHERE resyncID = ?',
    [resyncId],
  );
  if (!row) return null;
  return { districtId: row.districtID, endedAt: toIso(row.endedAt), removedAt: toIso(row.removedAt) };
}
