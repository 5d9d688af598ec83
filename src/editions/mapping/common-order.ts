import type { Column } from '../columns/table-shape';
import { DatabaseError } from '../connection/errors';
import type { Edition } from '../connection/pools';

/**
 * The one order in which both sides walk along a key: the district's, by its own index, wherever
 * the state's server knows it too. MariaDB knows no collation of MySQL's with 0900 in its name, and
 * MySQL none with uca1400 or nopad, which newer servers give to every table by default: there both
 * sides go by the code points of the text.
 */

/** How each side orders a column of a key; `null`: as the column itself does. */
export interface CommonOrder {
  readonly district: string | null;
  readonly state: string | null;
}

const asColumns: CommonOrder = { district: null, state: null };
const codePoints = 'utf8mb4 utf8mb4_bin';

/** @throws DatabaseError */
export async function commonOrder(district: Column, state: Column, server: Edition): Promise<CommonOrder> {
  if (district.collation === null || state.collation === district.collation) return asColumns;
  const order = orderOf(district);
  if (await knows(server, district)) return { district: null, state: order };
  return {
    district: order === codePoints ? null : codePoints,
    state: orderOf(state) === codePoints ? null : codePoints,
  };
}

function orderOf({ charset, collation }: Column): string {
  return `${charset} ${collation}`;
}

/** Unknown character set, a collation of another one, an unknown collation. */
const unknown = new Set([1115, 1253, 1273]);

const answers = new WeakMap<Edition, Map<string, Promise<boolean>>>();

/** Whether a server can order by a column of the other side's; asked once. @throws DatabaseError */
export function knows(server: Edition, column: Column): Promise<boolean> {
  const known = answers.get(server) ?? new Map<string, Promise<boolean>>();
  answers.set(server, known);
  const order = orderOf(column);
  const answer = known.get(order) ?? ask(server, column);
  known.set(order, answer);
  answer.catch(() => known.delete(order));
  return answer;
}

async function ask(server: Edition, { charset, collation }: Column): Promise<boolean> {
  try {
    await server.rows(`SELECT CONVERT('' USING ${charset}) COLLATE ${collation}`);
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && unknown.has(error.errno ?? 0)) return false;
    throw error;
  }
}
