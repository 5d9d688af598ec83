import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import {
  asStored,
  canBe,
  comparable,
  isOneOf,
  keyText,
  type KeyColumn,
  typedLiteral,
  typedOrderLiteral,
} from '../columns/key-column';
import type { Column } from '../columns/table-shape';
import type { RawValue } from '../connection/session';
import { quoteName } from '../connection/sql';

/** Predicates and order over a match key of one or more columns. */

/**
 * A key on one side: the columns as that side has them, and the expressions both sides order by.
 */
export interface KeySide {
  readonly columns: readonly KeyColumn[];
}

/**
 * The expression a key column is ordered and compared by: bare where the side's own collation is
 * the district's.
 */
export function orderExpression({ name, column, order }: KeyColumn): string {
  if (order === null) return quoteName(name);
  const [charset, collation] = order.split(' ');
  const converted =
    column.charset === charset ? quoteName(name) : `CONVERT(${quoteName(name)} USING ${charset})`;
  return `${converted} COLLATE ${collation}`;
}

/** `ORDER BY` list. */
export function keyOrder({ columns }: KeySide, direction: 'ASC' | 'DESC' = 'ASC'): string {
  return columns.map((column) => `${orderExpression(column)} ${direction}`).join(', ');
}

/** Select list that reads a key as text. */
export function keySelect({ columns }: KeySide): string {
  return columns.map(({ column }) => keyText(column)).join(', ');
}

/** The key at the front of a row read with keySelect. */
export function keyOf({ columns }: KeySide, row: readonly RawValue[]): RecordKey {
  return columns.map((_, i) => String(row[i]));
}

/**
 * Records after and up to a key: `a >= x AND (a > x OR (a = x AND b > y))`. The leading bare
 * comparison is what lets the server walk the index; row constructors `(a, b) > (x, y)` it would
 * not use.
 */
export function keyInterval(
  side: KeySide,
  { after, upTo }: { readonly after: RecordKey | null; readonly upTo: RecordKey | null },
): string[] {
  return [
    ...(after === null ? [] : [beyond(side.columns, after, '>')]),
    ...(upTo === null ? [] : [beyond(side.columns, upTo, '<')]),
  ];
}

function beyond(columns: readonly KeyColumn[], key: RecordKey, direction: '>' | '<'): string {
  const [first, ...rest] = columns;
  const [expression, literal] = comparable(orderedAs(first!), orderExpression(first!), key[0]!);
  const last = direction === '>' ? '>' : '<=';
  if (rest.length === 0) return `${expression} ${last} ${literal}`;
  const inner = beyond(rest, key.slice(1), direction);
  return `(${expression} ${direction}= ${literal} AND (${expression} ${direction} ${literal} OR (${expression} = ${literal} AND ${inner})))`;
}

/** The column with the charset and collation it is ordered by. */
export function orderedAs({ column, order }: KeyColumn): Column {
  if (order === null) return column;
  const [charset, collation] = order.split(' ');
  return { ...column, charset: charset!, collation: collation! };
}

/**
 * `<left> is after <right>` by the key's order, over literals only: evaluated by the district's
 * server.
 */
export function isAfter({ columns }: KeySide, left: RecordKey, right: RecordKey): string {
  const compare = (at: number): string => {
    const column = columns[at];
    if (column === undefined) return 'FALSE';
    const [a, b] = [left, right].map((key) => typedOrderLiteral(orderedAs(column), key[at]!));
    return `(${a} > ${b} OR (${a} = ${b} AND ${compare(at + 1)}))`;
  };
  return compare(0);
}

/** The key's text as this side would keep it. */
export function storedText({ columns }: KeySide, key: RecordKey): string {
  return formatRecordKey(columns.map(({ column }, i) => asStored(column, key[i]!)));
}

/** Could the text be a key of this table at all? */
export function isKeyOf({ columns }: KeySide, key: RecordKey): boolean {
  return key.length === columns.length && columns.every(({ column }, i) => canBe(column, key[i]!));
}

/**
 * Maximum number of keys in one list: from 1,000 on MariaDB turns IN lists into subqueries
 * (in_predicate_conversion_threshold).
 */
export const keysPerList = 500;

/** The records with these keys, by the bare columns so that the unique index finds each. */
export function keyList({ columns }: KeySide, keys: readonly RecordKey[]): string {
  const [first] = columns;
  if (columns.length === 1)
    return isOneOf(
      first!.column,
      keys.map(([part]) => part!),
    );
  const equals = (key: RecordKey): string =>
    `(${columns.map(({ column }, i) => isOneOf(column, [key[i]!])).join(' AND ')})`;
  return `(${keys.map(equals).join(' OR ')})`;
}

/**
 * Keys as rows of a derived table `n, k0, k1, ...`: their places and their parts, with the types of
 * the columns they are to be joined to.
 */
export function keyTable(columns: readonly Column[], keys: readonly RecordKey[]): string {
  const rows = keys.map((key, n) => {
    const parts = columns.map((column, i) => {
      const literal = typedLiteral(column, key[i]!);
      return n === 0 ? `${literal} AS k${i}` : literal;
    });
    return `SELECT ${[n === 0 ? '0 AS n' : String(n), ...parts].join(', ')}`;
  });
  return rows.join(' UNION ALL ');
}
