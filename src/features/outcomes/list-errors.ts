import type { Knex } from 'knex';
import { type ErrorOutcome, parseRecordKey, type RecordError } from '../../domain/record-error';
import { selectRows, toIso } from '../../control/database';
import { decodeCursor, maxPageRows, type Page, toPage } from '../../control/page';

export interface ErrorFilter {
  readonly resyncId: string;
  readonly object?: string | undefined;
  readonly outcome?: ErrorOutcome | undefined;
  readonly code?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** A stored error with the time it was seen. */
export interface ErrorView extends RecordError {
  readonly seenAt: string;
}

interface ErrorRow {
  readonly recordErrorID: number;
  readonly objectName: string;
  readonly recordKey: string;
  readonly guid: string | null;
  readonly outcome: ErrorOutcome;
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
  readonly parentObject: string | null;
  readonly parentKey: string | null;
  readonly createdAt: string;
}

const selected =
  'recordErrorID, objectName, recordKey, guid, outcome, code, field, message, parentObject, parentKey, createdAt';

/**
 * Errors of a resync by object and outcome; the order is that of the index by_outcome. After a
 * cursor the rows come from three stretches of that index (same outcome, later outcomes of the
 * object, later objects), each read for a page at most: one condition with OR would be read from
 * the object's start, slower with every page. The index is named because MariaDB otherwise prefers
 * one_error and sorts (measured: 43 ms a page of 500 instead of 9).
 * @throws CursorError
 */
export async function listErrors(control: Knex, filter: ErrorFilter): Promise<Page<ErrorView>> {
  const limit = Math.min(filter.limit ?? 100, maxPageRows);
  const equals = { objectName: filter.object, outcome: filter.outcome, code: filter.code };
  const fixed: Condition[] = [['resyncID = ?', filter.resyncId]];
  for (const [column, value] of Object.entries(equals)) {
    if (value !== undefined) fixed.push([`${column} = ?`, value]);
  }
  const stretches = filter.cursor === undefined ? [[]] : stretchesAfter(filter.cursor);
  const one = (conditions: readonly Condition[]): string =>
    `(SELECT ${selected} FROM recordError FORCE INDEX (by_outcome) WHERE ${conditions.map(([sql]) => sql).join(' AND ')}
       ORDER BY objectName, outcome, recordErrorID LIMIT ?)`;
  const parts = stretches.map((stretch) => [...fixed, ...stretch]);
  const rows = await selectRows<ErrorRow>(
    control,
    `${parts.map(one).join(' UNION ALL ')} ORDER BY objectName, outcome, recordErrorID LIMIT ?`,
    [...parts.flatMap((part) => [...part.map(([, value]) => value), limit + 1]), limit + 1],
  );
  const page = toPage(rows, limit, (row) => [row.objectName, row.outcome, row.recordErrorID]);
  return { items: page.items.map(toView), nextCursor: page.nextCursor };
}

type Condition = readonly [sql: string, value: string | number];

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

function toView(row: ErrorRow): ErrorView {
  return {
    object: row.objectName,
    key: parseRecordKey(row.recordKey),
    guid: row.guid,
    outcome: row.outcome,
    code: row.code,
    field: row.field,
    message: row.message,
    parent:
      row.parentObject === null || row.parentKey === null
        ? null
        : { object: row.parentObject, key: parseRecordKey(row.parentKey) },
    seenAt: toIso(row.createdAt),
  };
}
