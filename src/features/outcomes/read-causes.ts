import type { Knex } from 'knex';
import type { ErrorOutcome } from '../../domain/record-error';
import { selectRows } from '../../control/database';

/** Most causes that are returned, the largest first. */
const maxCauses = 500;
/** Longest chain of parents that is followed; a longer one (or a circle) is cut off there. */
const maxDepth = 32;

/**
 * Errors that go back to the same kind of record: "110 SchoolMonth errors = 11 excluded calendars".
 * `outcome: 'missing'`: the record at the root is at neither side's hand: the state lacks it and
 * this run has no error of it.
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

/** Errors that name a parent to look at; the others are roots themselves. */
const climbs = (alias: string): string =>
  `${alias}.outcome = 'blocked' AND ${alias}.parentObject IS NOT NULL AND ${alias}.parentKey IS NOT NULL`;

/** Servers may demand a primary key of every table (sql_require_primary_key). */
const number = 'number BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY';
const levelColumns = 'fromObject, code, atObject, atKey, errors';
const rootedColumns = 'rootObject, rootOutcome, rootCode, rootKey, fromObject, errors, message';

/**
 * One step's state: so many errors of `fromObject` have come up to the record (atObject, atKey).
 */
const createLevel = (table: string): string => `
  CREATE TEMPORARY TABLE ${table} (
    ${number},
    fromObject VARCHAR(64) NOT NULL, code VARCHAR(64) NOT NULL, atObject VARCHAR(64) NOT NULL,
    atKey VARCHAR(512) NOT NULL, errors BIGINT NOT NULL
  ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

const createRooted = `
  CREATE TEMPORARY TABLE causeRooted (
    ${number},
    rootObject VARCHAR(64) NOT NULL, rootOutcome VARCHAR(16) NOT NULL, rootCode VARCHAR(64) NOT NULL,
    rootKey VARCHAR(512) NOT NULL, fromObject VARCHAR(64) NOT NULL, errors BIGINT NOT NULL, message VARCHAR(1000) NULL
  ) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

/**
 * Grouped by parent before it climbs: a class of 500 blocked attendance records goes up as one row.
 */
const firstLevel = (only: string): string => `
  INSERT INTO causeLevel0 (${levelColumns})
  SELECT e.objectName, e.code, e.parentObject, e.parentKey, COUNT(*)
    FROM recordError e WHERE e.resyncID = ? AND ${climbs('e')}${only}
   GROUP BY e.objectName, e.code, e.parentObject, e.parentKey`;

/**
 * What has arrived: at a record without an error of its own, at one that is a root, or at the
 * longest chain allowed.
 */
const takeRooted = (level: string, last: boolean): string => `
  INSERT INTO causeRooted (${rootedColumns})
  SELECT b.atObject, COALESCE(p.outcome, 'missing'), COALESCE(p.code, b.code), b.atKey, b.fromObject, b.errors, p.message
    FROM ${level} b
    LEFT JOIN recordError p ON p.resyncID = ? AND p.objectName = b.atObject AND p.recordKey = b.atKey
   WHERE ${last ? 'TRUE' : `p.recordErrorID IS NULL OR NOT (${climbs('p')})`}`;

/** The rest climbs one step, by one look-up in one_error, and is grouped again. */
const climb = (from: string, to: string): string => `
  INSERT INTO ${to} (${levelColumns})
  SELECT b.fromObject, p.code, p.parentObject, p.parentKey, SUM(b.errors)
    FROM ${from} b
    JOIN recordError p ON p.resyncID = ? AND p.objectName = b.atObject AND p.recordKey = b.atKey
   WHERE ${climbs('p')}
   GROUP BY b.fromObject, p.code, p.parentObject, p.parentKey`;

/**
 * ROLLUP gives the distinct roots over all objects, which can't be summed from the objects' own.
 */
const sumRooted = (only: string): string => `
  SELECT rootObject, rootOutcome, rootCode, fromObject, CAST(SUM(errors) AS SIGNED) AS errors,
         COUNT(DISTINCT rootKey) AS records, MIN(message) AS message
    FROM (SELECT ${rootedColumns} FROM causeRooted
          UNION ALL
          SELECT e.objectName, e.outcome, e.code, e.recordKey, e.objectName, 1, e.message
            FROM recordError e WHERE e.resyncID = ? AND NOT (${climbs('e')})${only}) rooted
   GROUP BY rootObject, rootOutcome, rootCode, fromObject WITH ROLLUP
  HAVING rootCode IS NOT NULL`;

/**
 * Climbs from every blocked record to its parent, and on, to the record that began it. Step by step
 * in temporary tables and not as a recursive query: MariaDB 10.11 loses a row of a recursive table
 * where it outgrows memory (measured: 19,999 of 20,000), and grouping between the steps is faster
 * too.
 */
async function blame(
  transaction: Knex.Transaction,
  resyncId: string,
  schools: readonly string[] | null,
): Promise<BlameRow[]> {
  const only = schools === null ? '' : ` AND e.school IN (${schools.map(() => '?').join(', ') || 'NULL'})`;
  const ofSchools = [resyncId, ...(schools ?? [])];
  const tables = ['causeLevel0', 'causeLevel1', 'causeRooted'];
  const dropAll = (): Promise<unknown> =>
    transaction.raw(`DROP TEMPORARY TABLE IF EXISTS ${tables.join(', ')}`);
  const write = async (sql: string, values: readonly string[] = [resyncId]): Promise<number> => {
    const [result] = (await transaction.raw(sql, [...values])) as [{ affectedRows: number }];
    return result.affectedRows;
  };
  await dropAll();
  for (const level of ['causeLevel0', 'causeLevel1']) await transaction.raw(createLevel(level));
  await transaction.raw(createRooted);
  let climbing = await write(firstLevel(only), ofSchools);
  for (let depth = 1; climbing > 0; depth++) {
    const [from, to] = depth % 2 === 1 ? ['causeLevel0', 'causeLevel1'] : ['causeLevel1', 'causeLevel0'];
    const last = depth === maxDepth;
    await write(takeRooted(from, last));
    await transaction.raw(`DELETE FROM ${to}`);
    climbing = last ? 0 : await write(climb(from, to));
  }
  const rows = await selectRows<BlameRow>(transaction, sumRooted(only), ofSchools);
  await dropAll();
  return rows;
}

/** Being made now, by database and resync: all who ask meanwhile get the same answer. */
const underWay = new WeakMap<Knex, Map<string, Promise<Cause[]>>>();

/**
 * Causes of a resync's errors, the largest first; their errors sum to the errors stored. Made once
 * when the resync has ended, and kept: of hundreds of thousands of errors it takes seconds.
 * @param schools only of errors of these schools, which are fewer and not kept
 */
export async function readCauses(
  control: Knex,
  resyncId: string,
  schools: readonly string[] | null = null,
): Promise<Cause[]> {
  if (schools !== null) return makeCauses(control, resyncId, schools);
  const kept = await control('resyncCauses')
    .where({ resyncID: resyncId })
    .first<{ causes: string }>('causes');
  if (kept) return JSON.parse(kept.causes) as Cause[];
  const makings = underWay.get(control) ?? new Map<string, Promise<Cause[]>>();
  underWay.set(control, makings);
  const making =
    makings.get(resyncId) ?? makeAndKeep(control, resyncId).finally(() => makings.delete(resyncId));
  makings.set(resyncId, making);
  return making;
}

async function makeAndKeep(control: Knex, resyncId: string): Promise<Cause[]> {
  const ended = await selectRows(
    control,
    'SELECT resyncID FROM resync WHERE resyncID = ? AND endedAt IS NOT NULL',
    [resyncId],
  );
  const causes = await makeCauses(control, resyncId);
  if (ended.length > 0)
    await control('resyncCauses')
      .insert({ resyncID: resyncId, causes: JSON.stringify(causes) })
      .onConflict('resyncID')
      .merge();
  return causes;
}

async function makeCauses(
  control: Knex,
  resyncId: string,
  schools: readonly string[] | null = null,
): Promise<Cause[]> {
  // Read committed: INSERT … SELECT would otherwise lock the errors it reads against a run that
  // writes them.
  const rows = await control.transaction((transaction) => blame(transaction, resyncId, schools), {
    isolationLevel: 'read committed',
  });
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
