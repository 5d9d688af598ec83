import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import { openStatuses, type ResyncStatus } from '../../domain/resync';
import { readPercents } from '../resyncs/progress';

/** What changes whenever the lists of a district do: what is under way, and what came last. */
export async function readDistrictEvents(control: Knex, districtId: string): Promise<unknown> {
  const open = await selectRows<{ resyncId: string; status: ResyncStatus; heldUntil: string | null }>(
    control,
    `SELECT resyncID AS resyncId, status, heldUntil FROM resync
      WHERE districtID = :districtId AND status IN (:open) ORDER BY resyncID`,
    { districtId, open: openStatuses },
  );
  const newest = await selectRows(
    control,
    `SELECT MAX(requestedAt) AS requestedAt, MAX(endedAt) AS endedAt FROM resync WHERE districtID = :districtId
      UNION ALL
     SELECT MAX(requestedAt), MAX(endedAt) FROM verification WHERE districtID = :districtId`,
    { districtId },
  );
  return { open, percents: [...(await readPercents(control, open))], newest };
}
