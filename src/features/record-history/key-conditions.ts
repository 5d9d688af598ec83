import type { KeyOrder, KeyPartOrder } from '../../domain/key-order';
import type { RecordKey } from '../../domain/record-error';

/**
 * Comparisons of keys by the control database's server, which is the state's: it knows the
 * districts' collations, by which the runs cut their pages. A column holds a key as a JSON array; a
 * literal comes as bindings, one a part and use.
 */

/** A condition with its bindings. */
export interface Condition {
  readonly sql: string;
  readonly bindings: readonly string[];
}

/** The key is not after the one in `column`; NULL in the column is the end of everything. */
export function isUpTo(order: KeyOrder, key: RecordKey, column: string): Condition {
  const bindings: string[] = [];
  const notAfter = (at: number): string => {
    const part = order[at];
    if (part === undefined) return 'TRUE';
    const bound = valueOf(part, `JSON_VALUE(${column}, '$[${at}]')`);
    const literal = valueOf(part, '?');
    bindings.push(key[at]!, key[at]!);
    return `(${literal} < ${bound} OR (${literal} = ${bound} AND ${notAfter(at + 1)}))`;
  };
  const sql = notAfter(0);
  return { sql: `(${column} IS NULL OR ${sql})`, bindings };
}

/**
 * The key equals the one whose parts are these expressions, as the district's unique key would have
 * it.
 */
export function isSame(order: KeyOrder, key: RecordKey, partAt: (at: number) => string): Condition {
  const equal = order.map((part, i) => `${valueOf(part, partAt(i))} = ${valueOf(part, '?')}`);
  const possible = isPossible(order, key);
  return {
    sql: `(${[...equal, possible.sql].join(' AND ')})`,
    bindings: [...key, ...possible.bindings],
  };
}

/**
 * The key's text can be had in the district's character sets at all: what can't would be compared
 * as question marks.
 */
export function isPossible(order: KeyOrder, key: RecordKey): Condition {
  const bindings: string[] = [];
  const parts = order.map((part, i) => {
    if (part.kind !== 'text') return 'TRUE';
    bindings.push(key[i]!, key[i]!);
    return `CONVERT(CONVERT(? USING ${word(part.charset)}) USING utf8mb4) = CONVERT(? USING utf8mb4) COLLATE utf8mb4_bin`;
  });
  return { sql: `(${parts.join(' AND ')})`, bindings };
}

/** Does another spelling of a key name the same record? */
export function hasSpellings(order: KeyOrder): boolean {
  return order.some(({ kind }) => kind === 'text');
}

function valueOf(part: KeyPartOrder, text: string): string {
  switch (part.kind) {
    case 'number':
      return `CAST(${text} AS DECIMAL(65,${part.scale}))`;
    case 'text':
      return `CONVERT(${text} USING ${word(part.charset)}) COLLATE ${word(part.collation)}`;
    case 'hex':
    case 'date':
      return `CONVERT(${text} USING utf8mb4) COLLATE utf8mb4_bin`;
    case 'time':
      return `CAST(${text} AS TIME(${part.fraction}))`;
    case 'address':
      return `CAST(${text} AS ${word(part.type)})`;
  }
}

/** A name that the district's server gave us, for use in a statement. @throws TypeError */
function word(name: string): string {
  if (!/^\w{1,64}$/.test(name)) throw new TypeError('Names of collations and types are words.');
  return name;
}
