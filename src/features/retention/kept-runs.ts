import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import { readYearRuns } from '../year-end/read-year-runs';

/** Of each object so many of the newest runs are compared and shown as its standing. */
const newestKept = 2;

/**
 * Runs of a district's school year that are kept however old they are: the newest of each object
 * and the newest that finished (which have its open identity conflicts), those by which the year is
 * ended or begun, and those that a certification names.
 */
export async function readKeptRuns(
  control: Knex,
  { districtId, schoolYear }: { readonly districtId: string; readonly schoolYear: number },
): Promise<ReadonlySet<string>> {
  const ofYear = { districtId, schoolYear };
  const newest = await selectRows<{ resyncID: string }>(
    control,
    `SELECT DISTINCT resyncID FROM (
       SELECT h.resyncID, h.status,
              ROW_NUMBER() OVER (PARTITION BY h.objectName, r.initiator ORDER BY h.startedAt DESC) AS place,
              ROW_NUMBER() OVER (PARTITION BY h.objectName, r.initiator, h.status ORDER BY h.startedAt DESC) AS placeOfStatus
         FROM DISBatchHistory h JOIN resync r ON r.resyncID = h.resyncID
        WHERE h.districtID = :districtId AND h.schoolYear = :schoolYear
          AND h.selected IS NULL AND h.startedAt IS NOT NULL) placed
      WHERE place <= ${newestKept} OR (status = 'finished' AND placeOfStatus <= ${newestKept})`,
    ofYear,
  );
  const deciding = (await readYearRuns(control, { ...ofYear, judged: 'all' })).get(districtId) ?? [];
  return new Set([
    ...newest.map(({ resyncID }) => resyncID),
    ...deciding.map(({ resyncId }) => resyncId),
    ...(await certifiedAfter(control, ofYear)),
  ]);
}

/**
 * The newest run before what was certified: the signed text names it. What was certified is of an
 * instant between request and end, so runs that ended between these may be it, too.
 */
async function certifiedAfter(
  control: Knex,
  ofYear: { readonly districtId: string; readonly schoolYear: number },
): Promise<string[]> {
  const certified = `FROM certification c
    WHERE c.districtID = :districtId AND c.schoolYear = :schoolYear AND c.status = 'certified'`;
  const ofIt = 'r.districtID = c.districtID AND r.schoolYear = c.schoolYear';
  const rows = await selectRows<{ resyncID: string | null }>(
    control,
    `SELECT (SELECT r.resyncID FROM resync r WHERE ${ofIt} AND r.endedAt <= c.requestedAt
              ORDER BY r.endedAt DESC, r.resyncID LIMIT 1) AS resyncID ${certified}
     UNION
     SELECT r.resyncID FROM certification c JOIN resync r ON ${ofIt} AND r.endedAt BETWEEN c.requestedAt AND c.endedAt
      WHERE c.districtID = :districtId AND c.schoolYear = :schoolYear AND c.status = 'certified'`,
    ofYear,
  );
  return rows.flatMap(({ resyncID }) => (resyncID === null ? [] : [resyncID]));
}
