import type { RecordKey } from '../../domain/record-error';
import { familyOf } from '../columns/families';
import { type KeyColumn, keyText } from '../columns/key-column';
import type { Edition } from '../connection/pools';
import { quoteName } from '../connection/sql';
import type { CompareJob } from '../mapping/job';
import { keyInterval, type KeySide } from '../mapping/keyset';
import { districtScope, ruleNumber, stateScope, where } from '../mapping/scope';
import type { ObjectMapping } from '../mapping/types';
import { isOneRecords } from './ask-each';
import { type ComparedPage, type ComparedRecord, extraAmong, type Interval } from './compare';
import { sameOrder } from './same-keys';

/**
 * A stretch of records as one value, hash and key of each, put together by the server. It costs the
 * servers what a checksum costs, and us next to nothing; as rows, hashes cost us three times as
 * much as both servers together (docs/data-path.md, Comparison).
 */

const betweenParts = ',';
const betweenItems = ';';
/** Stands for the hash of a record that may not be sent: it equals none. */
const refusedMark = 'refused';

/** A value and the key of its record as one item. */
export function packedItem(value: string, { columns }: KeySide): string {
  return `CONCAT(${[value, ...columns.map(packedPart)].join(`, '${betweenParts}', `)})`;
}

/** All items of a statement's records as one value. */
export function packedItems(item: string): string {
  return `GROUP_CONCAT(${item} SEPARATOR '${betweenItems}')`;
}

/** Text as digits, in which no comma is. */
function packedPart(key: KeyColumn): string {
  return isText(key) ? `HEX(CONVERT(${quoteName(key.name)} USING utf8mb4))` : keyText(key.column);
}

function isText({ column }: KeyColumn): boolean {
  return familyOf(column) === 'text';
}

/** @param packed value of packedItems; '' or `null` of no record */
export function itemsOf(packed: string | null): string[] {
  return packed === null || packed === '' ? [] : packed.split(betweenItems);
}

/** What stands before the key. */
export function valueOf(item: string): string {
  return item.slice(0, item.indexOf(betweenParts));
}

/** The key of an item. */
export function unpackKey({ columns }: KeySide, item: string): RecordKey {
  return keyPart(item)
    .split(betweenParts)
    .map((part, i) => (isText(columns[i]!) ? Buffer.from(part, 'hex').toString('utf8') : part));
}

function keyPart(item: string): string {
  return item.slice(item.indexOf(betweenParts) + 1);
}

/**
 * Whether records of an object can be compared so: a view may have a key twice, long records are
 * cut by bytes, and a state that orders keys in another way has no index for a stretch.
 */
export function canPack(mapping: ObjectMapping): boolean {
  return mapping.districtShape.kind === 'table' && !mapping.long && sameOrder(mapping);
}

/**
 * Compares an interval record by record, on both servers at once.
 * @returns `null` where it doesn't fit in one value, or a record can't be read
 * @throws DatabaseError
 */
export async function comparePacked(
  job: CompareJob,
  interval: Interval,
): Promise<Omit<ComparedPage, 'lastPage'> | null> {
  const [district = null, state = null] = await bothSides(job, interval);
  if (district === null || state === null) return null;
  const keysOf = (items: readonly string[]): RecordKey[] =>
    items.map((item) => unpackKey(job.mapping.districtKey, item));
  const items = itemsOf(district);
  const end = { upTo: interval.upTo, read: items.length };
  if (district === state) return { ...end, unchanged: keysOf(items), extra: [], open: [] };
  const atState = new Set(itemsOf(state));
  const unchanged: string[] = [];
  const open: string[] = [];
  for (const item of items) (atState.delete(item) ? unchanged : open).push(item);
  const others = new Map([...atState].map((item) => [keyPart(item), item]));
  const absent = open.filter((item) => !others.delete(keyPart(item))).length;
  return {
    ...end,
    unchanged: keysOf(unchanged),
    extra: await extraAmong(job, keysOf([...others.values()]), absent),
    open: keysOf(open).map((key): ComparedRecord => ({ key, bytes: 0 })),
  };
}

/** `null` for a side that is cut or can't be read; '' is a side without a record. */
async function bothSides(
  { editions, mapping, scope }: CompareJob,
  interval: Interval,
): Promise<readonly (string | null)[]> {
  const { districtKey, stateKey, hash, rules } = mapping;
  const sent =
    rules.length === 0
      ? hash.district
      : `IF(${ruleNumber(mapping)} IS NULL, ${hash.district}, '${refusedMark}')`;
  try {
    return await Promise.all([
      oneSide(editions.district, packedItem(sent, districtKey), mapping.districtTable, [
        ...districtScope(mapping, scope),
        ...keyInterval(districtKey, interval),
      ]),
      oneSide(editions.state, packedItem(hash.state, stateKey), mapping.stateTable, [
        ...stateScope(mapping, scope),
        ...keyInterval(stateKey, interval),
      ]),
    ]);
  } catch (error) {
    if (isOneRecords(error)) return [];
    throw error;
  }
}

async function oneSide(
  edition: Edition,
  item: string,
  table: string,
  conditions: readonly string[],
): Promise<string | null> {
  const [row] = await edition.rows(
    `SELECT COUNT(*), ${packedItems(item)} FROM ${table} ${where(conditions)}`,
  );
  const [records, value] = row!;
  const packed = String(value ?? '');
  // Otherwise the value was cut, or a record has no hash.
  return itemsOf(packed).length === Number(records) ? packed : null;
}
