import type { Knex } from 'knex';

/** Most rows of one page, whatever the caller asks for. */
export const maxPageRows = 500;

/** How many there are on all pages of a list; more are only said to be more. */
export interface Total {
  readonly total?: number;
  readonly totalCapped?: boolean;
}

/** One page of a list and where the next one starts; `null`: this was the last. */
export interface Page<Item> extends Total {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Which page of a list is asked for. */
export interface PageFilter {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Which page of a list by time is asked for. */
export interface TimePageFilter extends PageFilter {
  /** Default: newest. */
  readonly sort?: 'newest' | 'oldest' | undefined;
}

/** Up to so many are counted, which takes milliseconds. */
export const mostCounted = 10_000;

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
  const fits = (part: unknown, type: 'string' | 'number'): boolean =>
    // 1e999 is a number of JSON, and none of SQL.
    type === 'number' ? Number.isSafeInteger(part) : typeof part === type;
  if (!shape.every((type, index) => fits(key[index], type))) throw new CursorError();
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
 * How many a query finds: told with the first page, because who reads on knows it.
 * @param query narrowed, but not for the page
 * @param isAll `false`: the query leaves some out that the list has
 */
export async function totalOf(
  control: Knex,
  query: Knex.QueryBuilder,
  { cursor }: PageFilter,
  isAll = true,
): Promise<Total> {
  if (cursor !== undefined) return {};
  const some = query
    .clone()
    .clearSelect()
    .select(control.raw('1'))
    .limit(mostCounted + 1)
    .as('some');
  const [row] = await control.count<{ readonly found: number | string }[]>({ found: '*' }).from(some);
  const found = Number(row!.found);
  return { total: Math.min(found, mostCounted), totalCapped: found > mostCounted || !isAll };
}

/** What a list is in the order of. */
interface TimeColumns {
  /** The time, with the table's alias where there is one; absent: ids are given in its order. */
  readonly at?: string;
  readonly id: string;
  /** `number`: an id that is counted. */
  readonly idIs?: 'string' | 'number';
  /** Of a list that no index finds: only what has a greater id is counted, of others it is said
   * that there are more. */
  readonly countedAfter?: number | null;
}

/**
 * A page of what a query finds, by time; equal times are told apart by the id. The first one has
 * the total.
 * @param query may be narrowed already, but not ordered
 * @throws CursorError
 */
export async function pageByTime<Row extends object>(
  control: Knex,
  query: Knex.QueryBuilder,
  { at, id, idIs = 'string', countedAfter = null }: TimeColumns,
  filter: TimePageFilter,
): Promise<Page<Row>> {
  const { limit: asked = 50, cursor, sort = 'newest' } = filter;
  const limit = Math.min(asked, maxPageRows);
  const columns = at === undefined ? [id] : [at, id];
  const page = query.clone();
  if (cursor !== undefined) {
    const shape = at === undefined ? [idIs] : (['string', idIs] as const);
    const last = decodeCursor(cursor, shape);
    const after = sort === 'newest' ? '<' : '>';
    // Compared as a pair these would be read from the table's start.
    if (at === undefined) void page.where(id, after, last[0]!);
    else
      void page.whereRaw(`(?? ${after} ? OR (?? = ? AND ?? ${after} ?))`, [
        ...[at, last[0]!, at, last[0]!, id, last[1]!],
      ]);
  }
  const order = columns.map((column) => ({ column, order: sort === 'newest' ? 'desc' : 'asc' }));
  const [rows, total] = await Promise.all([
    page.orderBy(order).limit(limit + 1) as Promise<Row[]>,
    countedAfter === null
      ? totalOf(control, query, filter)
      : totalOf(control, query.clone().where(id, '>', countedAfter), filter, false),
  ]);
  const keyOf = (row: Row) => columns.map((column) => row[nameOf(column) as keyof Row] as string | number);
  return { ...toPage(rows, limit, keyOf), ...total };
}

/** Of `p.createdAt`, createdAt. */
function nameOf(column: string): string {
  return column.slice(column.indexOf('.') + 1);
}
