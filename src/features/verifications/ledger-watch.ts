import type { Knex } from 'knex';
import type { Initiator } from '../../domain/resync';
import { selectRows } from '../../control/database';

/**
 * A verification must not take half a range for drift, and must not stop a resync to look either.
 * So it reads as one does under a sequence lock: the ledger before and after, and anew when pages
 * of the object were written in between.
 */

export interface BusyResync {
  readonly resyncId: string;
  /** It is the state's and the verification a district's: nothing may tell which objects it has. */
  readonly hidden: boolean;
}

/**
 * What the ledger says of an object, of every resync of the district and year that could write it.
 */
export interface LedgerLook {
  /** A resync that is in the middle of the object; `null`: none is. */
  readonly busy: BusyResync | null;
  /** Changes with every page of the object. */
  readonly stamp: string;
  /** The database's time, for the look after. */
  readonly at: string;
}

interface Question {
  readonly districtId: string;
  readonly schoolYear: number;
  readonly objects: readonly string[];
  /** The resync the verification is a part of: between its own stages it has nothing under way. */
  readonly exceptResync: string | null;
  /** Who verifies. */
  readonly initiator: Initiator;
  /** Of the look before: resyncs that ended since then count too. */
  readonly since: string | null;
}

/**
 * Busy is a resync of which the object has a range with pages but none that is the last, or that
 * runs (and isn't paused, preempted or held by a blackout) and has the object under way. To a
 * district's verification the state's resync is busy with every object at once: which ones had to
 * wait would tell which ones the state asked for.
 */
export async function lookAtLedger(
  control: Knex,
  { districtId, schoolYear, objects, exceptResync, initiator, since }: Question,
): Promise<LedgerLook> {
  const bindings = {
    districtId,
    schoolYear,
    objects,
    exceptResync: exceptResync ?? '',
    hide: initiator === 'district' ? 'state' : '',
    since,
  };
  const could = 'r.districtID = :districtId AND r.schoolYear = :schoolYear AND r.resyncID <> :exceptResync';
  const ofObject = (alias: string): string => `(${alias}.objectName IN (:objects) OR r.initiator = :hide)`;
  const [now] = await selectRows<{ at: string }>(control, 'SELECT UTC_TIMESTAMP(3) AS at');
  const pages = await selectRows<{ resyncID: string; hidden: number; pages: number; half: number }>(
    control,
    `SELECT w.resyncID, MAX(w.hidden) AS hidden, CAST(SUM(w.pages) AS SIGNED) AS pages,
            CAST(COALESCE(SUM(w.half), 0) AS SIGNED) AS half FROM (
       SELECT l.resyncID, r.initiator = :hide AS hidden, COUNT(*) AS pages,
              l.rangeNo >= 0 AND MAX(l.lastPage) = 0 AND r.endedAt IS NULL AS half
         FROM resync r JOIN rangeLedger l ON l.resyncID = r.resyncID AND ${ofObject('l')}
        WHERE ${could} AND (r.endedAt IS NULL OR r.endedAt >= :since)
        GROUP BY l.resyncID, l.objectName, l.rangeNo) w
      GROUP BY w.resyncID ORDER BY w.resyncID`,
    bindings,
  );
  const [moving] = await selectRows<{ resyncID: string; hidden: number }>(
    control,
    `SELECT r.resyncID, r.initiator = :hide AS hidden
       FROM resync r JOIN DISBatchHistory h ON h.resyncID = r.resyncID AND ${ofObject('h')}
      WHERE ${could} AND r.status = 'running' AND r.heldUntil IS NULL
        AND (h.status = 'running' OR r.initiator = :hide) LIMIT 1`,
    bindings,
  );
  const busy = moving ?? pages.find(({ half }) => half > 0);
  return {
    busy: busy ? { resyncId: busy.resyncID, hidden: busy.hidden !== 0 } : null,
    stamp: JSON.stringify(pages.map((row) => [row.resyncID, row.pages])),
    at: now!.at,
  };
}
