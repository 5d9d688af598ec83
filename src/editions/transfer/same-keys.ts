import { inBatches } from '../../domain/batches';
import { formatRecordKey, parseRecordKey, type RecordKey } from '../../domain/record-error';
import { familyOf } from '../columns/families';
import type { Column } from '../columns/table-shape';
import { type KeyColumn, keyText } from '../columns/key-column';
import { DatabaseError } from '../connection/errors';
import type { Row, Session } from '../connection/session';
import { quoteName } from '../connection/sql';
import type { CompareJob } from '../mapping/job';
import {
  keyInterval,
  keyList,
  keyOf,
  keyOrder,
  type KeySide,
  keySelect,
  keysPerList,
  keyTable,
  storedText,
} from '../mapping/keyset';
import { where } from '../mapping/scope';
import type { ObjectMapping } from '../mapping/types';

/**
 * Keys that differ as text and are one key for a unique index: 'A1' and 'a1', 'José' and 'Jose',
 * with and without spaces behind. The state's index decides, so its server is asked.
 */

/** @returns places in `left` and `right` of keys that the side's own columns hold to be equal */
async function equalKeys(
  source: Pick<Session, 'rows'>,
  { columns }: KeySide,
  left: readonly RecordKey[],
  right: readonly RecordKey[],
): Promise<(readonly [number, number])[]> {
  const own = columns.map(({ column }) => column);
  const on = own.map((_, i) => `l.k${i} = r.k${i}`);
  const rows = await source.rows(
    `SELECT l.n, r.n FROM (${keyTable(own, left)}) l JOIN (${keyTable(own, right)}) r ON ${on.join(' AND ')}
      ORDER BY l.n, r.n`,
  );
  return rows.map(([l, r]) => [Number(l), Number(r)] as const);
}

/**
 * Which pairs of keys the side's own columns hold to be equal.
 * @param left at least one
 * @param right one beside each of `left`
 * @returns places in both
 */
export async function sameInPlace(
  source: Pick<Session, 'rows'>,
  columns: readonly Column[],
  left: readonly RecordKey[],
  right: readonly RecordKey[],
): Promise<number[]> {
  const on = columns.map((_, i) => `l.k${i} = r.k${i}`);
  const places: number[] = [];
  let before = 0;
  for (const part of inBatches(left, keysPerList)) {
    const beside = right.slice(before, before + part.length);
    const rows = await source.rows(
      `SELECT l.n FROM (${keyTable(columns, part)}) l JOIN (${keyTable(columns, beside)}) r
           ON l.n = r.n AND ${on.join(' AND ')} ORDER BY l.n`,
    );
    for (const [n] of rows) places.push(before + Number(n));
    before += part.length;
  }
  return places;
}

/**
 * Gives each of the asked keys the record of the state that has it in another spelling. One that
 * the district has in the state's spelling too is that record's, and each is given once.
 * @param strangers keys that the state's server found though nobody asked for them in this spelling
 * @returns for places in `asked` places in `strangers`
 */
export async function respelled(
  source: Pick<Session, 'rows'>,
  job: CompareJob,
  asked: readonly RecordKey[],
  strangers: readonly RecordKey[],
): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  if (asked.length === 0 || strangers.length === 0) return found;
  const { stateKey } = job.mapping;
  const spelling = (key: RecordKey): string => storedText(stateKey, key);
  const owned = new Set(
    [...(await textsAtDistrict(job, strangers, []))].map((text) => spelling(parseRecordKey(text))),
  );
  const given = new Set<number>();
  const equal = await equalKeys(source, stateKey, asked, strangers);
  // CHAR keeps no spaces behind: a key that only lacks them is spelled alike.
  const alike = ([n, stranger]: readonly [number, number]): boolean =>
    spelling(asked[n]!) === spelling(strangers[stranger]!);
  for (const pair of [...equal.filter(alike), ...equal.filter((other) => !alike(other))]) {
    const [n, stranger] = pair;
    if (found.has(n) || given.has(stranger)) continue;
    if (!alike(pair) && owned.has(spelling(strangers[stranger]!))) continue;
    found.set(n, stranger);
    given.add(stranger);
  }
  return found;
}

/**
 * The keys as the district has them, as text.
 * @param conditions on the district's records, where only some count
 */
export async function textsAtDistrict(
  job: CompareJob,
  keys: readonly RecordKey[],
  conditions: readonly string[],
): Promise<Set<string>> {
  const { districtKey, districtTable } = job.mapping;
  const texts = new Set<string>();
  for (const part of inBatches(keys, keysPerList)) {
    const rows = await job.editions.district.rows(
      `SELECT ${keySelect(districtKey)} FROM ${districtTable} ${where([...conditions, keyList(districtKey, part)])}`,
    );
    for (const row of rows) texts.add(formatRecordKey(keyOf(districtKey, row)));
  }
  return texts;
}

/** Whether two spellings that the state's index holds to be one stand in one stretch of the key. */
export function sameOrder({ districtKey, stateKey }: ObjectMapping): boolean {
  return [...districtKey.columns, ...stateKey.columns].every(({ order }) => order === null);
}

/**
 * Keys of the state of which the district has no record, in no spelling.
 * @param keys without a district record of the very same text
 * @param conditions on the district's records, where only some count
 */
export async function withoutPartner(
  job: CompareJob,
  keys: readonly RecordKey[],
  conditions: readonly string[],
): Promise<RecordKey[]> {
  const { stateKey } = job.mapping;
  const texts = stateKey.columns.filter(({ column }) => familyOf(column) === 'text');
  if (texts.length === 0) return [...keys];
  const left: RecordKey[] = [];
  for (const part of inBatches(keys, keysPerList)) {
    const known = await partnersOf(job, part, conditions);
    left.push(...part.filter((_, n) => !known.has(n)));
  }
  return left;
}

/** @returns places in `keys` */
async function partnersOf(
  job: CompareJob,
  keys: readonly RecordKey[],
  conditions: readonly string[],
): Promise<Set<number>> {
  const { mapping } = job;
  if (sameOrder(mapping)) return partnersByIndex(job, keys, conditions, () => true);
  // By bytes, but for spaces behind: the district's own index finds more than those.
  if (mapping.stateKey.columns.every(comparesBytes))
    return partnersByIndex(job, keys, conditions, (a, b) => equalBytes(mapping.stateKey, a, b));
  try {
    return await partnersByStateOrder(job, keys, conditions);
  } catch (error) {
    // A collation, or its character set, that the district's server doesn't know.
    if (error instanceof DatabaseError && (error.errno === 1273 || error.errno === 1115))
      return partnersAtState(job, keys, conditions);
    throw error;
  }
}

async function partnersByIndex(
  job: CompareJob,
  keys: readonly RecordKey[],
  conditions: readonly string[],
  equal: (key: RecordKey, other: RecordKey) => boolean,
): Promise<Set<number>> {
  const { districtKey } = job.mapping;
  const columns = districtKey.columns.map(({ column }) => column);
  const on = columns.map(({ name }, i) => `d.${quoteName(name)} = v.k${i}`);
  const rows = await job.editions.district.rows(
    `SELECT v.n, ${districtText(job)} FROM (${keyTable(columns, keys)}) v
       STRAIGHT_JOIN ${districtRecords(job, conditions)} d ON ${on.join(' AND ')}`,
  );
  const partners = rows.filter(([n, ...key]) => equal(keys[Number(n)]!, keyOf(districtKey, key)));
  return new Set(partners.map(([n]) => Number(n)));
}

/** The district has no index in the state's order: it reads all its keys, once for a batch. */
async function partnersByStateOrder(
  job: CompareJob,
  keys: readonly RecordKey[],
  conditions: readonly string[],
): Promise<Set<number>> {
  const { districtKey, stateKey } = job.mapping;
  const columns = districtKey.columns.map(({ column }, i) =>
    familyOf(column) === 'text' ? stateKey.columns[i]!.column : column,
  );
  const on = columns.flatMap(({ name, charset, collation }, i) => {
    const bare = `d.${quoteName(name)}`;
    if (collation === null) return [`${bare} = v.k${i}`];
    const there = `CONVERT(${bare} USING ${charset})`;
    // Characters that the state's charset lacks become '?', which is another key.
    const kept = `${asUtf8(there)} = ${asUtf8(bare)}`;
    const whole = charset === districtKey.columns[i]!.column.charset || charset === 'utf8mb4';
    return [`${there} COLLATE ${collation} = v.k${i}`, ...(whole ? [] : [kept])];
  });
  const asked = `(${keyTable(columns, keys)}) v`;
  const records = `${districtRecords(job, conditions)} d`;
  const onlyText = columns.every(({ collation }) => collation !== null);
  const rows = await job.editions.district.rows(
    `SELECT DISTINCT v.n FROM ${onlyText ? `${records} STRAIGHT_JOIN ${asked}` : `${asked} JOIN ${records}`}
         ON ${on.join(' AND ')}`,
  );
  return new Set(rows.map(([n]) => Number(n)));
}

/** Keys of the district that the state's server is asked about at once. */
const keysBrought = 1_000;

/** All the district's keys are brought to the state's server, which alone can compare them. */
async function partnersAtState(
  job: CompareJob,
  keys: readonly RecordKey[],
  conditions: readonly string[],
): Promise<Set<number>> {
  const { districtKey, districtTable, stateKey } = job.mapping;
  // In the order of the district's own index.
  const side: KeySide = { columns: districtKey.columns.map((column) => ({ ...column, order: null })) };
  const partners = new Set<number>();
  let after: RecordKey | null = null;
  do {
    const rows: Row[] = await job.editions.district.rows(
      `SELECT ${keySelect(side)} FROM ${districtTable}
        ${where([...conditions, ...keyInterval(side, { after, upTo: null })])} ORDER BY ${keyOrder(side)} LIMIT ${keysBrought}`,
    );
    const brought = rows.map((row) => keyOf(side, row));
    if (brought.length > 0)
      for (const [n] of await equalKeys(job.editions.state, stateKey, keys, brought)) partners.add(n);
    after = brought.length < keysBrought ? null : brought.at(-1)!;
  } while (after !== null && partners.size < keys.length);
  return partners;
}

function asUtf8(text: string): string {
  return `CONVERT(${text} USING utf8mb4) COLLATE utf8mb4_bin`;
}

function districtText({ mapping }: CompareJob): string {
  return mapping.districtKey.columns.map(({ column }) => keyText(column, 'd.')).join(', ');
}

/** A table to select from; conditions of the scope name columns without their table. */
function districtRecords({ mapping }: CompareJob, conditions: readonly string[]): string {
  const { districtTable, districtKey } = mapping;
  if (conditions.length === 0) return districtTable;
  const columns = districtKey.columns.map(({ name }) => quoteName(name));
  return `(SELECT ${columns.join(', ')} FROM ${districtTable} ${where(conditions)})`;
}

function comparesBytes({ column }: KeyColumn): boolean {
  return column.collation === null || /(^|_)bin$|^binary$/.test(column.collation);
}

/** Spaces behind don't count where the collation pads. */
function equalBytes({ columns }: KeySide, key: RecordKey, other: RecordKey): boolean {
  return columns.every(({ column }, i) => {
    const pads = column.collation !== null && !/nopad|_0900_|^binary$/.test(column.collation);
    return pads ? key[i]!.replace(/ +$/, '') === other[i]!.replace(/ +$/, '') : key[i] === other[i];
  });
}
