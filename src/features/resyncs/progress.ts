import type { Knex } from 'knex';
import type { ObjectStatus } from '../../domain/outcome';
import { type ObjectProgressFacts, percentOf, shareOfRun } from '../../domain/progress';
import type { ResyncStatus } from '../../domain/resync';
import { selectRows } from '../../control/database';

/** A percentage that needs no look at the objects; `undefined`: the run is under way. */
function percentByStatus(status: ResyncStatus): number | null | undefined {
  switch (status) {
    case 'accepted':
    case 'queued':
      return 0;
    case 'running':
    case 'paused':
    case 'preempted':
    case 'awaitingApproval':
      return undefined;
    case 'finished':
      return 100;
    case 'failed':
    case 'cancelled':
    case 'lost':
      return null;
  }
}

/** How far a run is, from its objects; `null`: it ended before it was done. */
export function percentOfRun(status: ResyncStatus, objects: readonly ObjectProgressFacts[]): number | null {
  const known = percentByStatus(status);
  return known === undefined ? percentOf(shareOfRun(objects)) : known;
}

interface FactRow extends ObjectProgressFacts {
  readonly resyncId: string;
  readonly status: ObjectStatus;
}

/**
 * How far runs are: 0 before they begin, 100 when they finished, `null` when they ended before
 * that; between, by what their ledgers hold of what is expected.
 */
export async function readPercents(
  control: Knex,
  resyncs: readonly { readonly resyncId: string; readonly status: ResyncStatus }[],
): Promise<Map<string, number | null>> {
  const underWay = resyncs.filter(({ status }) => percentByStatus(status) === undefined);
  const facts = await readFacts(
    control,
    underWay.map(({ resyncId }) => resyncId),
  );
  return new Map(
    resyncs.map(({ resyncId, status }) => [
      resyncId,
      percentOfRun(
        status,
        facts.filter((row) => row.resyncId === resyncId),
      ),
    ]),
  );
}

/**
 * `expected` walks the index newest(districtID, objectName, schoolYear, startedAt) once an object.
 */
async function readFacts(control: Knex, ids: readonly string[]): Promise<FactRow[]> {
  if (ids.length === 0) return [];
  return selectRows<FactRow>(
    control,
    `SELECT h.resyncID AS resyncId, h.status,
            CAST(COALESCE(l.recordsRead, 0) AS SIGNED) AS processed,
            CAST(COALESCE(l.rangesDone, 0) AS SIGNED) AS rangesDone,
            (SELECT COUNT(*) FROM resyncRange r
              WHERE r.resyncID = h.resyncID AND r.objectName = h.objectName) AS ranges,
            COALESCE(h.selected, (SELECT p.recordsRead FROM DISBatchHistory p
              WHERE p.districtID = h.districtID AND p.objectName = h.objectName AND p.schoolYear = h.schoolYear
                AND p.status = 'finished' AND p.resyncID <> h.resyncID AND p.selected IS NULL
              ORDER BY p.startedAt DESC LIMIT 1)) AS expected
       FROM DISBatchHistory h
       LEFT JOIN (SELECT resyncID, objectName, SUM(recordsRead) AS recordsRead,
                         SUM(lastPage AND rangeNo >= 0) AS rangesDone
                    FROM rangeLedger WHERE resyncID IN (?) GROUP BY resyncID, objectName) l
         ON l.resyncID = h.resyncID AND l.objectName = h.objectName
      WHERE h.resyncID IN (?)`,
    [ids, ids],
  );
}
