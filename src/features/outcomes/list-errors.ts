import type { Knex } from 'knex';
import type { Catalog } from '../../domain/catalog';
import type { ErrorOutcome } from '../../domain/record-error';
import { selectRows } from '../../control/database';
import { decodeCursor, maxPageRows, type Page, toPage } from '../../control/page';
import { errorColumns, type ErrorRow, type ErrorView, toErrorView } from './error-view';

export interface ErrorFilter {
  readonly resyncId: string;
  readonly object?: string | undefined;
  readonly outcome?: ErrorOutcome | undefined;
  readonly code?: string | undefined;
  /** Stored texts of schools; absent or `null`: of all and of none. */
  readonly schools?: readonly string[] | null;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/**
 * Errors of a resync by object and outcome; the order is that of the index by_outcome. After a
 * cursor the rows come from three stretches of that index (same outcome, later outcomes of the
 * object, later objects), each read for a page at most: one condition with OR would be read from
 * the object's start, slower with every page. The index is named because MariaDB otherwise prefers
 * one_error and sorts (measured: 43 ms a page of 500 instead of 9).
 * @throws CursorError
 */
export async function listErrors(
  control: Knex,
  catalog: Catalog,
  filter: ErrorFilter,
): Promise<Page<ErrorView>> {
  const limit = Math.min(filter.limit ?? 100, maxPageRows);
  const equals = { objectName: filter.object, outcome: filter.outcome, code: filter.code };
  const fixed: Condition[] = [['resyncID = ?', filter.resyncId]];
  for (const [column, value] of Object.entries(equals)) {
    if (value !== undefined) fixed.push([`${column} = ?`, value]);
  }
  const { schools } = filter;
  if (schools?.length === 0) fixed.push(['FALSE']);
  else if (schools) fixed.push([`school IN (${schools.map(() => '?').join(', ')})`, ...schools]);
  const stretches = filter.cursor === undefined ? [[]] : stretchesAfter(filter.cursor);
  const one = (conditions: readonly Condition[]): string =>
    `(SELECT ${errorColumns} FROM recordError FORCE INDEX (by_outcome) WHERE ${conditions.map(([sql]) => sql).join(' AND ')}
       ORDER BY objectName, outcome, recordErrorID LIMIT ?)`;
  const parts = stretches.map((stretch) => [...fixed, ...stretch]);
  const rows = await selectRows<ErrorRow>(
    control,
    `${parts.map(one).join(' UNION ALL ')} ORDER BY objectName, outcome, recordErrorID LIMIT ?`,
    [...parts.flatMap((part) => [...part.flatMap(([, ...values]) => values), limit + 1]), limit + 1],
  );
  const page = toPage(rows, limit, (row) => [row.objectName, row.outcome, row.recordErrorID]);
  return { items: page.items.map((row) => toErrorView(catalog, row)), nextCursor: page.nextCursor };
}

type Condition = readonly [sql: string, ...values: (string | number)[]];

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
