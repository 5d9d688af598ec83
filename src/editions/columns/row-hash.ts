import type { HashFunction, Hashing } from '../connection/set-up';
import { quoteName } from '../connection/sql';
import { joinedBytes } from './joined-bytes';
import type { ColumnPair } from './pair';

function digest(by: HashFunction, expression: string): string {
  return by === 'SHA1' ? `SHA1(${expression})` : `SHA2(${expression}, 256)`;
}

/**
 * An unambiguous text of the record, for sums that are certified. It begins with one NULL bit per
 * column that may be NULL, so a reader knows how many items follow (CONCAT_WS leaves NULLs out);
 * items that may hold any character have their length before them. Long items are digests:
 * CONCAT_WS gives NULL for a text above max_allowed_packet, which would hide a difference.
 */
export function rowText(
  pairs: readonly ColumnPair[],
  side: 'district' | 'state',
  { digestsBy }: { digestsBy: HashFunction },
): string {
  const nullBits = pairs.filter(({ nullable }) => nullable).map(({ name }) => `${quoteName(name)} IS NULL`);
  const items = pairs.flatMap((pair) => {
    if (pair.digested) return [digest(digestsBy, pair[side])];
    // Explicit, because columns of different collations can't be joined otherwise.
    return pair.framed ? [`LENGTH(${pair[side]})`, `${pair[side]} COLLATE utf8mb4_bin`] : [pair[side]];
  });
  return `CONCAT_WS('#', ${nullBits.length === 0 ? "''" : `CONCAT(${nullBits.join(', ')})`}, ${items.join(', ')})`;
}

/** Between two items, and in the place of a NULL: bytes that no text in UTF-8 has. */
const separator = 'FF';
const missing = 'FE';

/**
 * The record as bytes, to be hashed: unambiguous without lengths and NULL bits, which costs the
 * servers a fifth less than rowText. Long items are digests, as there.
 */
function rowBytes(pairs: readonly ColumnPair[], side: 'district' | 'state', { by, casts }: Hashing): string {
  const items = pairs.map((pair) => {
    const item = pair.digested ? digest(by, pair[side]) : pair[side];
    if (!pair.nullable) return { value: item, insteadOfNull: null };
    // CONCAT: a number becomes the same text as where it stands by itself.
    const value = pair.framed || pair.digested || casts[side] ? item : `CONCAT(${item})`;
    return { value, insteadOfNull: missing };
  });
  return joinedBytes(items, separator, { casts: casts[side] });
}

/** What stands for a record on each side; equal when the records are. */
export interface RowHash {
  readonly how: Hashing;
  readonly district: string;
  readonly state: string;
}

/**
 * A hash of the record's bytes, cut to 64 bits, as 16 hexadecimal digits. CRCs are linear and miss
 * pairs of like changes; SHA1 costs 1.26 of CRC32 (docs/data-path.md, Comparison).
 */
export function rowHash(pairs: readonly ColumnPair[], how: Hashing): RowHash {
  const of = (side: 'district' | 'state'): string =>
    `LEFT(${digest(how.by, rowBytes(pairs, side, how))}, 16)`;
  return { how, district: of('district'), state: of('state') };
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
