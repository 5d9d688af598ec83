import type { Knex } from 'knex';

/** Most rows of one page, whatever the caller asks for. */
export const maxPageRows = 500;

/** One page of a list and where the next one starts; `null`: this was the last. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Which page of a list is asked for. */
export interface PageFilter {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** The caller's cursor is not one of ours. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
  constructor() {
    super('The cursor is not one this list gave out.');
  }
}

/** Opaque text of the last row's sort key. */
function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * @param shape the type of each part of the list's sort key
 * @throws CursorError on anything encodeCursor didn't make for this list
 */
export function decodeCursor(
  cursor: string,
  shape: readonly ('string' | 'number')[],
): readonly (string | number)[] {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw new CursorError();
  }
  if (!Array.isArray(key) || key.length !== shape.length) throw new CursorError();
  if (!shape.every((type, index) => typeof key[index] === type)) throw new CursorError();
  return key as (string | number)[];
}

/** Cuts a page of `limit` from rows of which one more was asked for than fits. */
export function toPage<Item>(
  rows: readonly Item[],
  limit: number,
  keyOf: (row: Item) => readonly (string | number)[],
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? encodeCursor(keyOf(last)) : null };
}

/**
 * A page of what a query finds, newest first; equal times are told apart by the id.
 * @param query may be narrowed already, but not ordered
 * @param columns those of the time and the id, with the table's alias where the query has one;
 * `number` for an id that is counted
 * @throws CursorError
 */
export async function newestFirst<Row extends object>(
  query: Knex.QueryBuilder,
  {
    at,
    id,
    idIs = 'string',
  }: { readonly at: string; readonly id: string; readonly idIs?: 'string' | 'number' },
  { limit: asked = 50, cursor }: PageFilter,
): Promise<Page<Row>> {
  const limit = Math.min(asked, maxPageRows);
  if (cursor !== undefined) {
    const [time, last] = decodeCursor(cursor, ['string', idIs]) as [string, string | number];
    void query.whereRaw('(?? < ? OR (?? = ? AND ?? < ?))', [at, time, at, time, id, last]);
  }
  const order = [at, id].map((column) => ({ column, order: 'desc' as const }));
  const rows = (await query.orderBy(order).limit(limit + 1)) as Row[];
  const keyOf = (row: Row) => [at, id].map((column) => row[nameOf(column) as keyof Row] as string | number);
  return toPage(rows, limit, keyOf);
}

/** Of `p.createdAt`, createdAt. */
function nameOf(column: string): string {
  return column.slice(column.indexOf('.') + 1);
}
