import { quoteName } from '../connection/sql';
import type { ColumnPair } from './pair';

/**
 * An unambiguous text of the record. It begins with one NULL bit per column that may be NULL, so a
 * reader knows how many items follow (CONCAT_WS leaves NULLs out); items that may hold any
 * character have their length before them.
 */
export function rowText(pairs: readonly ColumnPair[], side: 'district' | 'state'): string {
  const nullBits = pairs.filter(({ nullable }) => nullable).map(({ name }) => `${quoteName(name)} IS NULL`);
  const items = pairs.flatMap((pair) => (pair.framed ? [`LENGTH(${pair[side]})`, pair[side]] : [pair[side]]));
  return `CONCAT_WS('#', ${nullBits.length === 0 ? "''" : `CONCAT(${nullBits.join(', ')})`}, ${items.join(', ')})`;
}

/**
 * SHA1 over the record's text, cut to 64 bits, as 16 hexadecimal digits. CRCs are linear and miss
 * pairs of like changes; SHA1 costs 1.26 of CRC32 (docs/data-path.md, Comparison).
 */
export function rowHash(pairs: readonly ColumnPair[], side: 'district' | 'state'): string {
  return `LEFT(SHA1(${rowText(pairs, side)}), 16)`;
}

/**
 * Number of records and XOR of their hashes, which together stand for a range: `COUNT(*),
 * BIT_XOR(...)`.
 */
export function rangeChecksum(hash: string, counted = 'TRUE'): string {
  const number = `CAST(CONV(${hash}, 16, 10) AS UNSIGNED)`;
  return counted === 'TRUE'
    ? `COUNT(*), CAST(BIT_XOR(${number}) AS CHAR)`
    : `COALESCE(SUM(${counted}), 0), CAST(BIT_XOR(IF(${counted}, ${number}, 0)) AS CHAR)`;
}
