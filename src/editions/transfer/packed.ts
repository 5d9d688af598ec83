import type { RecordKey } from '../../domain/record-error';
import { familyOf } from '../columns/families';
import { type KeyColumn, keyText } from '../columns/key-column';
import type { Edition } from '../connection/pools';
import type { CompareJob } from '../mapping/job';
import { keyInterval, type KeySide } from '../mapping/keyset';
import { districtScope, keepsOut, stateScope, where } from '../mapping/scope';
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
/** The same of one that may not stand at the state either. */
const keptOutMark = 'kept out';

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
  const text = keyText(key.column);
  return isText(key) ? `HEX(CONVERT(${text} USING utf8mb4))` : text;
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
  if (columns.length === 1 && !isText(columns[0]!)) return [keyPart(item)];
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
  if (district === state) return { ...end, unchanged: keysOf(items), extra: [], differing: 0, open: [] };
  const { unchanged, open, alone, stale, absent, differing } = differencesOf(items, itemsOf(state));
  return {
    ...end,
    unchanged: keysOf(unchanged),
    extra: await extraAmong(job, { alone: keysOf(alone), stale: keysOf(stale), absent }),
    differing,
    open: keysOf(open).map((key): ComparedRecord => ({ key, bytes: 0 })),
  };
}

interface Differences {
  /** Items of the district. */
  readonly unchanged: readonly string[];
  readonly open: readonly string[];
  /** Items of the state without a district record. */
  readonly alone: readonly string[];
  /** Items of `open` that may not stand at the state, and do. */
  readonly stale: readonly string[];
  /** Number of those in `open` that the state doesn't have. */
  readonly absent: number;
  /** Number of those in `open` that would be updated. */
  readonly differing: number;
}

/** State items passed over to find the district's next one. */
const passedOver = 8;

/**
 * Both sides have nearly the same items, mostly in the same order: what is equal in turn is walked
 * over, and only what is left over is looked up by its key.
 */
function differencesOf(district: readonly string[], state: readonly string[]): Differences {
  const unchanged: string[] = [];
  const left: string[] = [];
  const others = new Map<string, string>();
  let at = 0;
  const passTo = (end: number): void => {
    for (; at < end; at += 1) others.set(keyPart(state[at]!), state[at]!);
  };
  for (const item of district) {
    let found = at;
    while (found < at + passedOver && state[found] !== item) found += 1;
    if (state[found] === item) {
      passTo(found);
      unchanged.push(item);
      at += 1;
    } else left.push(item);
  }
  passTo(state.length);
  const open: string[] = [];
  const stale: string[] = [];
  let absent = 0;
  let differing = 0;
  for (const item of left) {
    const other = others.get(keyPart(item));
    (other === item ? unchanged : open).push(item);
    if (!others.delete(keyPart(item))) absent += 1;
    else if (valueOf(item) === keptOutMark) stale.push(item);
    else if (other !== item && valueOf(item) !== refusedMark) differing += 1;
  }
  return { unchanged, open, alone: [...others.values()], stale, absent, differing };
}

/** `null` for a side that is cut or can't be read; '' is a side without a record. */
async function bothSides(
  { editions, mapping, scope }: CompareJob,
  interval: Interval,
): Promise<readonly (string | null)[]> {
  const { districtKey, stateKey, hash, rules } = mapping;
  const marks = rules.map(
    (rule) => `WHEN ${rule.when} IS TRUE THEN '${keepsOut(rule) ? keptOutMark : refusedMark}'`,
  );
  const sent = rules.length === 0 ? hash.district : `CASE ${marks.join(' ')} ELSE ${hash.district} END`;
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
