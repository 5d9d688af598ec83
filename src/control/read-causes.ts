import type { Knex } from 'knex';
import type { ErrorOutcome } from '../domain/record-error';
import { selectRows } from './database';

/** Most causes that are returned, the largest first. */
const maxCauses = 500;
/** Longest chain of parents that is followed; a longer one (or a circle) ends where it stands. */
const maxDepth = 32;

/**
 * Errors that go back to the same kind of record: "110 SchoolMonth errors = 11 excluded calendars".
 * `outcome: 'missing'`: the record at the root is at neither side's hand: the state lacks it and this run has no error of it.
 */
export interface Cause {
  readonly object: string;
  readonly outcome: ErrorOutcome | 'missing';
  readonly code: string;
  /** The stored sentence of one of the records at the root. */
  readonly message: string | null;
  /** Distinct records at the root. */
  readonly records: number;
  /** Errors that go back to them, their own included. */
  readonly errors: number;
  readonly objects: readonly { readonly object: string; readonly errors: number }[];
}

interface BlameRow {
  readonly rootObject: string;
  readonly rootOutcome: ErrorOutcome | 'missing';
  readonly rootCode: string;
  readonly fromObject: string | null;
  readonly errors: number;
  readonly records: number;
  readonly message: string | null;
}

/**
 * Climbs from every blocked record to its parent, and on, to the record that began it. Grouped by parent before it
 * climbs, so that a class of 500 blocked attendance records goes up as one row; each step is one look-up in one_error.
 * ROLLUP gives the distinct roots over all objects, which can't be summed from the objects' own.
 */
const blameSql = `
  WITH RECURSIVE blame (fromObject, code, atObject, atKey, errors, depth) AS (
    SELECT objectName, code, parentObject, parentKey, COUNT(*), 1
      FROM recordError
     WHERE resyncID = :resyncId AND outcome = 'blocked' AND parentObject IS NOT NULL AND parentKey IS NOT NULL
     GROUP BY objectName, code, parentObject, parentKey
    UNION ALL
    SELECT b.fromObject, p.code, p.parentObject, p.parentKey, b.errors, b.depth + 1
      FROM blame b
      JOIN recordError p ON p.resyncID = :resyncId AND p.objectName = b.atObject AND p.recordKey = b.atKey
     WHERE p.outcome = 'blocked' AND p.parentObject IS NOT NULL AND p.parentKey IS NOT NULL AND b.depth < :maxDepth
  ),
  rooted AS (
    SELECT b.atObject AS rootObject, COALESCE(p.outcome, 'missing') AS rootOutcome,
           COALESCE(p.code, b.code) AS rootCode, b.atKey AS rootKey, b.fromObject, b.errors, p.message
      FROM blame b
      LEFT JOIN recordError p ON p.resyncID = :resyncId AND p.objectName = b.atObject AND p.recordKey = b.atKey
     WHERE p.recordErrorID IS NULL OR p.outcome <> 'blocked' OR p.parentObject IS NULL OR p.parentKey IS NULL
        OR b.depth = :maxDepth
    UNION ALL
    SELECT objectName, outcome, code, recordKey, objectName, 1, message
      FROM recordError
     WHERE resyncID = :resyncId AND (outcome <> 'blocked' OR parentObject IS NULL OR parentKey IS NULL)
  )
  SELECT rootObject, rootOutcome, rootCode, fromObject, CAST(SUM(errors) AS SIGNED) AS errors,
         COUNT(DISTINCT rootKey) AS records, MIN(message) AS message
    FROM rooted
   GROUP BY rootObject, rootOutcome, rootCode, fromObject WITH ROLLUP
  HAVING rootCode IS NOT NULL`;

/** Causes of a resync's errors, the largest first; their errors sum to the errors stored. */
export async function readCauses(control: Knex, resyncId: string): Promise<Cause[]> {
  const rows = await selectRows<BlameRow>(control, blameSql, { resyncId, maxDepth });
  const causes = new Map<string, Cause & { objects: { object: string; errors: number }[] }>();
  for (const row of rows.filter(({ fromObject }) => fromObject === null)) {
    const { rootObject: object, rootOutcome: outcome, rootCode: code, message, records, errors } = row;
    causes.set(keyOf(row), { object, outcome, code, message, records, errors, objects: [] });
  }
  for (const row of rows) {
    if (row.fromObject !== null)
      causes.get(keyOf(row))?.objects.push({ object: row.fromObject, errors: row.errors });
  }
  for (const cause of causes.values()) cause.objects.sort((a, b) => b.errors - a.errors);
  return [...causes.values()].sort((a, b) => b.errors - a.errors).slice(0, maxCauses);
}

function keyOf({ rootObject, rootOutcome, rootCode }: BlameRow): string {
  return JSON.stringify([rootObject, rootOutcome, rootCode]);
}
