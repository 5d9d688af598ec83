import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import { type Initiator, openStatuses, type ResyncStatus, statesStatus } from '../../domain/resync';
import type { Level } from '../../domain/rights';
import { readPercents } from '../resyncs/progress';

interface OpenRow {
  readonly resyncId: string;
  readonly status: ResyncStatus;
  readonly initiator: Initiator;
  readonly heldUntil: string | null;
}

/**
 * What changes whenever the lists of a district do: what is under way, and what came last. Of what
 * is the state's a district is told no more than its lists show.
 */
export async function readDistrictEvents(
  control: Knex,
  { districtId, level }: { readonly districtId: string; readonly level: Level },
): Promise<unknown> {
  const open = await selectRows<OpenRow>(
    control,
    `SELECT resyncID AS resyncId, status, initiator, heldUntil FROM resync
      WHERE districtID = :districtId AND status IN (:open) ORDER BY resyncID`,
    { districtId, open: openStatuses },
  );
  const newest = await selectRows(
    control,
    `SELECT MAX(requestedAt) AS requestedAt, MAX(endedAt) AS endedAt FROM resync WHERE districtID = :districtId
      UNION ALL
     SELECT MAX(requestedAt), MAX(endedAt) FROM verification
      WHERE districtID = :districtId AND (:level = 'state' OR initiator = 'district')`,
    { districtId, level },
  );
  const shown = open.map((row) =>
    level === 'state' || row.initiator === 'district'
      ? row
      : { resyncId: row.resyncId, status: statesStatus(row.status) },
  );
  return { open: shown, percents: [...(await readPercents(control, open))], newest };
}
