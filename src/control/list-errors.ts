import type { Knex } from 'knex';
import { type ErrorOutcome, parseRecordKey, type RecordError } from '../domain/record-error';
import { selectRows, toIso } from './database';
import { decodeCursor, maxPageRows, type Page, toPage } from './cursor';

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

/** Errors of a resync by object and outcome; the order is that of the index by_outcome. @throws CursorError */
export async function listErrors(control: Knex, filter: ErrorFilter): Promise<Page<ErrorView>> {
  const limit = Math.min(filter.limit ?? 100, maxPageRows);
  const where = ['resyncID = ?'];
  const values: (string | number)[] = [filter.resyncId];
  const equals = { objectName: filter.object, outcome: filter.outcome, code: filter.code };
  for (const [column, value] of Object.entries(equals)) {
    if (value === undefined) continue;
    where.push(`${column} = ?`);
    values.push(value);
  }
  if (filter.cursor !== undefined) {
    const [object, outcome, id] = decodeCursor(filter.cursor, ['string', 'string', 'number']);
    // The first condition repeats the second so that the index range starts at the cursor.
    where.push(
      '(objectName >= ? AND (objectName > ? OR outcome > ? OR (outcome = ? AND recordErrorID > ?)))',
    );
    values.push(object!, object!, outcome!, outcome!, id!);
  }
  const rows = await selectRows<ErrorRow>(
    control,
    `SELECT recordErrorID, objectName, recordKey, guid, outcome, code, field, message, parentObject, parentKey, createdAt
       FROM recordError WHERE ${where.join(' AND ')} ORDER BY objectName, outcome, recordErrorID LIMIT ?`,
    [...values, limit + 1],
  );
  const page = toPage(rows, limit, (row) => [row.objectName, row.outcome, row.recordErrorID]);
  return { items: page.items.map(toView), nextCursor: page.nextCursor };
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
