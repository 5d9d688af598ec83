import type { Knex } from 'knex';
import type { PastObject } from '../../domain/dry-run';
import type { Initiator, ResyncMode } from '../../domain/resync';
import { selectRows } from '../../control/database';

/** Finished runs an estimate looks back at. */
const runsLookedAt = 5;

/** Whose pace, in which objects, before which instant. */
interface PaceOf {
  readonly districtId: string;
  readonly objects: readonly string[];
  readonly mode: ResyncMode;
  readonly seenBy: Initiator;
  readonly before: string;
}

/**
 * How these objects went in the district's last finished runs before an instant, newest first; runs
 * of chosen records and those that verified are no measure.
 * @param seenBy `district`: of its own runs only, because the state's would tell which objects the
 * state asked for
 * @param before ISO 8601
 */
export async function readPastPace(
  control: Knex,
  { districtId, objects, mode, seenBy, before }: PaceOf,
): Promise<PastObject[]> {
  if (objects.length === 0) return [];
  const seconds = (alias: string): string =>
    `CAST(TIMESTAMPDIFF(MICROSECOND, ${alias}.startedAt, ${alias}.endedAt) / 1000000 AS DOUBLE)`;
  return selectRows<PastObject>(
    control,
    `SELECT h.resyncID AS resyncId, ${seconds('r')} AS runSeconds, h.objectName AS object,
            h.processed AS records, ${seconds('h')} AS seconds,
            (SELECT SUM(${seconds('a')}) FROM DISBatchHistory a WHERE a.resyncID = r.resyncID) AS runObjectSeconds
       FROM (SELECT resyncID, startedAt, endedAt FROM resync
              WHERE districtID = :districtId AND status = 'finished' AND mode = :mode
                AND selection IS NULL AND verify IS NULL AND endedAt <= :before
                AND (:seenBy = 'state' OR initiator = 'district')
                AND EXISTS (SELECT 1 FROM DISBatchHistory o
                             WHERE o.resyncID = resync.resyncID AND o.objectName IN (:objects))
              ORDER BY endedAt DESC LIMIT ${runsLookedAt}) r
       JOIN DISBatchHistory h ON h.resyncID = r.resyncID AND h.status = 'finished' AND h.objectName IN (:objects)
      ORDER BY r.endedAt DESC`,
    { districtId, objects, mode, seenBy, before: new Date(before) },
  );
}
