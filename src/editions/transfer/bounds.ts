import type { KeyRange, RecordScope } from '../../domain/range';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { isAfter, keyInterval, keyOf, keyOrder, keySelect } from '../mapping/keyset';
import type { ObjectMapping } from '../mapping/types';
import type { Editions } from '../connection/pools';
import { districtScope, stateScope, where } from '../mapping/scope';

/**
 * Freezes the upper bound of an object's key (the greater of the district's and the state's last
 * key now) and cuts what lies below into ranges of about `rangeRecords` district records. A record
 * created later with a higher key is out of bounds.
 * @param fewer whether the district is known to have fewer records than a range
 * @returns at least one range; a single unbounded one when both tables are empty
 * @throws DatabaseError
 */
export async function cutRanges(
  editions: Editions,
  mapping: ObjectMapping,
  scope: RecordScope,
  { rangeRecords, fewer = false }: { readonly rangeRecords: number; readonly fewer?: boolean },
): Promise<KeyRange[]> {
  const end = await upperBound(editions, mapping, scope);
  const ranges: KeyRange[] = [];
  let after: RecordKey | null = null;
  if (end !== null && !fewer) {
    for (;;) {
      const cut: RecordKey | null = await nthKey(
        editions,
        mapping,
        scope,
        { after, upTo: end },
        rangeRecords,
      );
      if (cut === null) break;
      ranges.push({ rangeNo: ranges.length, after, upTo: cut });
      after = cut;
    }
  }
  const last = ranges.at(-1);
  // Exactly full: the last cut is the end, unless state records lie beyond it.
  if (last && end !== null && !(await beyondEnd(editions, mapping, end, last.upTo!))) return ranges;
  ranges.push({ rangeNo: ranges.length, after, upTo: end });
  return ranges;
}

/**
 * The ranges without an upper bound, of an object in which the triggers of others write before it
 * is compared: what they put behind its last record is seen in the same run.
 */
export function withoutBound(ranges: readonly KeyRange[]): KeyRange[] {
  return ranges.map((range, n) => (n === ranges.length - 1 ? { ...range, upTo: null } : range));
}

/** Whether ranges were cut of nothing: no record at either edition. */
export function coverNothing(ranges: readonly KeyRange[]): boolean {
  return ranges.length === 1 && ranges[0]!.after === null && ranges[0]!.upTo === null;
}

/** @returns whether the district has fewer records of the object than `records` */
export async function hasFewerThan(
  editions: Editions,
  mapping: ObjectMapping,
  scope: RecordScope,
  records: number,
): Promise<boolean> {
  return (await nthKey(editions, mapping, scope, { after: null, upTo: null }, records)) === null;
}

async function upperBound(
  editions: Editions,
  mapping: ObjectMapping,
  scope: RecordScope,
): Promise<RecordKey | null> {
  const { districtKey, stateKey } = mapping;
  const [districtRows, stateRows] = await Promise.all([
    editions.district.rows(
      `SELECT ${keySelect(districtKey)} FROM ${mapping.districtTable}
        ${where(districtScope(mapping, scope))} ORDER BY ${keyOrder(districtKey, 'DESC')} LIMIT 1`,
    ),
    editions.state.rows(
      `SELECT ${keySelect(stateKey)} FROM ${mapping.stateTable}
        ${where(stateScope(mapping, scope))} ORDER BY ${keyOrder(stateKey, 'DESC')} LIMIT 1`,
    ),
  ]);
  const district = districtRows[0] && keyOf(districtKey, districtRows[0]);
  const state = stateRows[0] && keyOf(stateKey, stateRows[0]);
  if (!district || !state) return district ?? state ?? null;
  if (formatRecordKey(district) === formatRecordKey(state)) return district;
  return (await beyondEnd(editions, mapping, state, district)) ? state : district;
}

/** Whether `left` is after `right` in the district's order; its server knows the collation. */
async function beyondEnd(
  editions: Editions,
  mapping: ObjectMapping,
  left: RecordKey,
  right: RecordKey,
): Promise<boolean> {
  const [row] = await editions.district.rows(`SELECT ${isAfter(mapping.districtKey, left, right)}`);
  return Number(row![0]) === 1;
}

/** Key of the n-th district record of an interval. @returns `null` when it has fewer */
export async function nthKey(
  editions: Editions,
  mapping: ObjectMapping,
  scope: RecordScope,
  interval: { readonly after: RecordKey | null; readonly upTo: RecordKey | null },
  n: number,
): Promise<RecordKey | null> {
  const [row] = await editions.district.rows(
    `SELECT ${keySelect(mapping.districtKey)} FROM ${mapping.districtTable}
      ${where([...districtScope(mapping, scope), ...keyInterval(mapping.districtKey, interval)])}
      ORDER BY ${keyOrder(mapping.districtKey)} LIMIT ${n - 1}, 1`,
  );
  return row ? keyOf(mapping.districtKey, row) : null;
}
