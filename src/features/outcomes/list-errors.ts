import type { Knex } from 'knex';
import type { Catalog } from '../../domain/catalog';
import type { ErrorOutcome } from '../../domain/record-error';
import { selectRows } from '../../control/database';
import { decodeCursor, maxPageRows, mostCounted, type Page, toPage, type Total } from '../../control/page';
import { errorColumns, type ErrorRow, type ErrorView, toErrorView } from './error-view';

export interface ErrorFilter {
  readonly resyncId: string;
  readonly object?: string | undefined;
  readonly outcome?: ErrorOutcome | undefined;
  readonly code?: string | undefined;
  readonly field?: string | undefined;
  /** What the first value of the record's key begins with. */
  readonly key?: string | undefined;
  /** Stored texts of schools; absent or `null`: of all and of none. */
  readonly schools?: readonly string[] | null;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** So many are passed over; the answer says how many there are. */
  readonly offset?: number | undefined;
}

/**
 * Errors of a resync by object and outcome; the order is that of the index by_outcome, which is
 * named because MariaDB otherwise prefers one_error and sorts (measured: 43 ms a page of 500
 * instead of 9).
 * @throws CursorError
 */
export async function listErrors(
  control: Knex,
  catalog: Catalog,
  filter: ErrorFilter,
): Promise<Page<ErrorView>> {
  const limit = Math.min(filter.limit ?? 100, maxPageRows);
  const { cursor, offset } = filter;
  const conditions = conditionsOf(filter);
  const [rows, total] = await Promise.all([
    cursor === undefined
      ? rowsFrom(control, conditions, { limit: limit + 1, offset: offset ?? 0 })
      : rowsAfter(control, conditions, { limit: limit + 1, cursor }),
    cursor === undefined ? totalFound(control, conditions, offset === undefined) : {},
  ]);
  const { items, nextCursor } = toPage(rows, limit, (row) => [
    row.objectName,
    row.outcome,
    row.recordErrorID,
  ]);
  return {
    items: items.map((row) => toErrorView(catalog, row)),
    nextCursor,
    ...total,
  };
}

type Condition = readonly [sql: string, ...values: (string | number)[]];

const order = 'objectName, outcome, recordErrorID';
const sqlOf = (conditions: readonly Condition[]): string => conditions.map(([sql]) => sql).join(' AND ');
const valuesOf = (conditions: readonly Condition[]) => conditions.flatMap(([, ...values]) => values);

function conditionsOf({ resyncId, object, outcome, code, field, key, schools }: ErrorFilter): Condition[] {
  const conditions: Condition[] = [['resyncID = ?', resyncId]];
  for (const [column, value] of Object.entries({ objectName: object, outcome, code, field }))
    if (value !== undefined) conditions.push([`${column} = ?`, value]);
  if (key !== undefined) conditions.push(['recordKey LIKE ?', beginningOf(key)]);
  if (schools?.length === 0) conditions.push(['FALSE']);
  else if (schools) conditions.push([`school IN (${schools.map(() => '?').join(', ')})`, ...schools]);
  return conditions;
}

/** Of a stored key, a JSON array of texts. */
function beginningOf(key: string): string {
  const stored = JSON.stringify([key]).slice(0, -'"]'.length);
  return `${stored.replace(/[\\%_]/g, '\\$&')}%`;
}

/** What is passed over is read in the index alone. */
function rowsFrom(
  control: Knex,
  conditions: readonly Condition[],
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<ErrorRow[]> {
  return selectRows<ErrorRow>(
    control,
    `SELECT ${errorColumns} FROM recordError JOIN (
       SELECT recordErrorID AS pageID FROM recordError FORCE INDEX (by_outcome)
        WHERE ${sqlOf(conditions)} ORDER BY ${order} LIMIT ? OFFSET ?) page ON recordErrorID = pageID
      ORDER BY ${order}`,
    [...valuesOf(conditions), limit, offset],
  );
}

/**
 * The rows come from three stretches of the index (same outcome, later outcomes of the object,
 * later objects), each read for a page at most: one condition with OR would be read from the
 * object's start, slower with every page.
 */
function rowsAfter(
  control: Knex,
  conditions: readonly Condition[],
  { limit, cursor }: { readonly limit: number; readonly cursor: string },
): Promise<ErrorRow[]> {
  const stretches = stretchesAfter(cursor).map((stretch) => [...conditions, ...stretch]);
  const one = (stretch: readonly Condition[]): string =>
    `(SELECT ${errorColumns} FROM recordError FORCE INDEX (by_outcome) WHERE ${sqlOf(stretch)}
       ORDER BY ${order} LIMIT ?)`;
  return selectRows<ErrorRow>(
    control,
    `${stretches.map(one).join(' UNION ALL ')} ORDER BY ${order} LIMIT ?`,
    [...stretches.flatMap((stretch) => [...valuesOf(stretch), limit]), limit],
  );
}

/** All of them are counted for a reader who jumps about, with an offset. */
async function totalFound(control: Knex, conditions: readonly Condition[], capped: boolean): Promise<Total> {
  const [row] = await selectRows<{ readonly errors: number }>(
    control,
    `SELECT COUNT(*) AS errors FROM (SELECT 1 FROM recordError FORCE INDEX (by_outcome)
      WHERE ${sqlOf(conditions)} ${capped ? `LIMIT ${mostCounted + 1}` : ''}) found`,
    valuesOf(conditions),
  );
  const errors = Number(row!.errors);
  if (!capped) return { total: errors, totalCapped: false };
  return { total: Math.min(errors, mostCounted), totalCapped: errors > mostCounted };
}

function stretchesAfter(cursor: string): Condition[][] {
  const [object, outcome, id] = decodeCursor(cursor, ['string', 'string', 'number']) as [
    string,
    string,
    number,
  ];
  return [
    [
      ['objectName = ?', object],
      ['outcome = ?', outcome],
      ['recordErrorID > ?', id],
    ],
    [
      ['objectName = ?', object],
      ['outcome > ?', outcome],
    ],
    [['objectName > ?', object]],
  ];
}
