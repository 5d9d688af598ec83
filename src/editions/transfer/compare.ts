import type { RecordKey } from '../../domain/record-error';
import { formatRecordKey } from '../../domain/record-error';
import { rangeChecksum } from '../columns/row-hash';
import type { Row } from '../connection/session';
import type { CompareJob } from '../mapping/job';
import { keyInterval, keyOf, keyOrder, keySelect } from '../mapping/keyset';
import {
  districtScope,
  keepsOut,
  mayStand,
  ruleNumber,
  stateScope,
  stateTenant,
  tellsExtra,
  tellsStale,
  where,
} from '../mapping/scope';
import { isOneRecords } from './ask-each';
import { sameOrder, withoutPartner } from './same-keys';

export interface Interval {
  readonly after: RecordKey | null;
  readonly upTo: RecordKey | null;
}

/**
 * State records of one page: more of them than this many times the page's district records cut the
 * page shorter.
 */
const stateRowsPerPage = 4;

/** Bytes assumed for a long record whose length nobody has read. */
export const longRecordBytes = 160_000;

/**
 * Whether the state has no record at all of this district in the interval, of whatever year. By the
 * key's order: a server may else look through another index, from the district's first record on.
 */
export async function isEmptyAtState(
  { editions, mapping, scope }: CompareJob,
  interval: Interval,
): Promise<boolean> {
  const rows = await editions.state.rows(
    `SELECT 1 FROM ${mapping.stateTable}
      ${where([...stateTenant(mapping, scope), ...keyInterval(mapping.stateKey, interval)])}
      ${sameOrder(mapping) ? `ORDER BY ${keyOrder(mapping.stateKey)}` : ''} LIMIT 1`,
  );
  return rows.length === 0;
}

/**
 * Compares intervals by count and checksum, all in one statement on each server, on both at once.
 * @returns for each the number of records when both sides are equal and every record may be sent;
 *   otherwise `null`, also where a record can't be read or the time of a statement is not enough
 */
export async function countsIfEqual(
  job: CompareJob,
  intervals: readonly Interval[],
): Promise<(number | null)[]> {
  try {
    return await countsOfEqual(job, intervals);
  } catch (error) {
    // Page by page it is found.
    if (isOneRecords(error)) return intervals.map(() => null);
    throw error;
  }
}

async function countsOfEqual(job: CompareJob, intervals: readonly Interval[]): Promise<(number | null)[]> {
  const { editions, mapping, scope } = job;
  const rule = ruleNumber(mapping);
  const refused = mapping.rules.length === 0 ? '0' : `COALESCE(SUM(${rule} IS NOT NULL), 0)`;
  const each = (select: (interval: Interval, n: number) => string): string =>
    intervals.map(select).join(' UNION ALL ');
  const [district, state] = await Promise.all([
    editions.district.rows(
      each(
        (
          interval,
          n,
        ) => `SELECT ${n}, ${rangeChecksum(mapping.hash.district)}, ${refused} FROM ${mapping.districtTable}
        ${where([...districtScope(mapping, scope), ...keyInterval(mapping.districtKey, interval)])}`,
      ),
    ),
    editions.state.rows(
      each(
        (interval, n) => `SELECT ${n}, ${rangeChecksum(mapping.hash.state)} FROM ${mapping.stateTable}
        ${where([...stateScope(mapping, scope), ...keyInterval(mapping.stateKey, interval)])}`,
      ),
    ),
  ]);
  const atState = new Map(state.map(([n, ...sums]) => [Number(n), sums.join()]));
  const equal = new Map(
    district
      .filter(
        ([n, records, checksum, mayNot]) =>
          Number(mayNot) === 0 && atState.get(Number(n)) === [records, checksum].join(),
      )
      .map(([n, records]) => [Number(n), Number(records)]),
  );
  return intervals.map((_, n) => equal.get(n) ?? null);
}

/** A district record as the comparison sees it. */
export interface ComparedRecord {
  readonly key: RecordKey;
  /** Bytes of its long columns. */
  readonly bytes: number;
}

/** One page compared record by record. */
export interface ComparedPage {
  readonly upTo: RecordKey | null;
  readonly lastPage: boolean;
  /** District records read. */
  readonly read: number;
  /** Equal on both sides, and allowed to be sent. */
  readonly unchanged: readonly RecordKey[];
  /**
   * Keys of state records without a district record, or with one that may not sync; empty where
   * that can't be told.
   */
  readonly extra: readonly RecordKey[];
  /** Of those in `open` the number that would be updated. */
  readonly differing: number;
  /** To be looked at under lock: different, absent at the state, or refused by a rule. */
  readonly open: readonly ComparedRecord[];
}

/**
 * Reads the hashes of the next page of an interval on both sides and merges them by key.
 * @throws DatabaseError
 */
export async function comparePage(job: CompareJob, interval: Interval): Promise<ComparedPage> {
  let bounds = interval;
  let cut = false;
  let room = job.pageRecords * stateRowsPerPage;
  for (;;) {
    const { records, full, doubled } = await districtPage(job, bounds);
    const upTo = full ? records.at(-1)!.key : bounds.upTo;
    const state = await stateHashes(job, { after: bounds.after, upTo }, room);
    if (state.length > room) {
      // A stretch with hardly any district records: end the page at what the state can show at
      // once. What doesn't fit then is one key in the district's order, and is never parted.
      if (cut) room *= 2;
      else bounds = { after: bounds.after, upTo: state[room - 1]!.key };
      cut = true;
      continue;
    }
    return merge(job, { records, doubled, state }, { upTo, lastPage: !full && !cut });
  }
}

interface DistrictHash extends ComparedRecord {
  readonly hash: string | null;
  /** Number of the rule it breaks. */
  readonly rule: number | null;
}

interface StateHash {
  readonly key: RecordKey;
  readonly hash: string | null;
}

/** District records of a page, each key once. */
interface DistrictPage {
  readonly records: readonly DistrictHash[];
  readonly full: boolean;
  /** Keys of several records, as text: only where no unique key of the district's guards it. */
  readonly doubled: ReadonlySet<string>;
}

async function districtPage(job: CompareJob, interval: Interval): Promise<DistrictPage> {
  const doubled = new Set<string>();
  if (job.mapping.guarded.district) {
    const records = await districtHashes(job, interval, job.pageRecords);
    return { records, full: records.length === job.pageRecords, doubled };
  }
  // One more, so that a key's second record behind the end of the page isn't overlooked.
  const rows = await districtHashes(job, interval, job.pageRecords + 1);
  const records = new Map<string, DistrictHash>();
  for (const [n, row] of rows.entries()) {
    const text = formatRecordKey(row.key);
    if (records.has(text)) doubled.add(text);
    else if (n < job.pageRecords) records.set(text, row);
  }
  return { records: [...records.values()], full: rows.length > job.pageRecords, doubled };
}

async function districtHashes(job: CompareJob, interval: Interval, limit: number): Promise<DistrictHash[]> {
  const { mapping, scope, mode } = job;
  const keys = mapping.districtKey;
  const lengths = mapping.long ? mapping.pairs.flatMap(({ length }) => length ?? []) : [];
  const bytes = lengths.length === 0 ? '0' : lengths.join(' + ');
  const hash = mode === 'compare' ? mapping.hash.district : 'NULL';
  const ask = (columns: readonly string[]): Promise<Row[]> =>
    job.editions.district.rows(
      `SELECT ${keySelect(keys)}, ${columns.join(', ')}
         FROM ${mapping.districtTable} ${where([...districtScope(mapping, scope), ...keyInterval(keys, interval)])}
        ORDER BY ${keyOrder(keys)} LIMIT ${limit}`,
    );
  const rows = await orKeysOnly(
    () => ask([hash, ruleNumber(mapping), bytes]),
    () => ask(['NULL', 'NULL', String(mapping.long ? longRecordBytes : 0)]),
  );
  const at = keys.columns.length;
  return rows.map((row) => ({
    key: keyOf(keys, row),
    hash: row[at] === null ? null : String(row[at]),
    rule: row[at + 1] === null ? null : Number(row[at + 1]),
    bytes: Number(row[at + 2]),
  }));
}

async function stateHashes(job: CompareJob, interval: Interval, room: number): Promise<StateHash[]> {
  const { mapping, scope, mode } = job;
  const keys = mapping.stateKey;
  const ask = (hash: string): Promise<Row[]> =>
    job.editions.state.rows(
      `SELECT ${keySelect(keys)}, ${hash}
         FROM ${mapping.stateTable} ${where([...stateScope(mapping, scope), ...keyInterval(keys, interval)])}
        ORDER BY ${keyOrder(keys)} LIMIT ${room + 1}`,
    );
  const rows = await orKeysOnly(
    () => ask(mode === 'compare' ? mapping.hash.state : 'NULL'),
    () => ask('NULL'),
  );
  const at = keys.columns.length;
  return rows.map((row) => ({ key: keyOf(keys, row), hash: row[at] === null ? null : String(row[at]) }));
}

/** Without hashes where a record can't be read: each is looked at again, and that one is found. */
async function orKeysOnly(whole: () => Promise<Row[]>, keysOnly: () => Promise<Row[]>): Promise<Row[]> {
  try {
    return await whole();
  } catch (error) {
    if (!isOneRecords(error)) throw error;
    return keysOnly();
  }
}

async function merge(
  job: CompareJob,
  {
    records,
    doubled,
    state,
  }: Pick<DistrictPage, 'records' | 'doubled'> & { readonly state: readonly StateHash[] },
  end: { readonly upTo: RecordKey | null; readonly lastPage: boolean },
): Promise<ComparedPage> {
  const atState = new Map(state.map((record) => [formatRecordKey(record.key), record]));
  const open: ComparedRecord[] = [];
  const unchanged: RecordKey[] = [];
  const stale: RecordKey[] = [];
  const { rules } = job.mapping;
  let absent = 0;
  let differing = 0;
  for (const { key, hash, rule, bytes } of records) {
    const id = formatRecordKey(key);
    const stateHash = atState.get(id)?.hash;
    if (rule === null && typeof stateHash === 'string' && stateHash !== hash) differing += 1;
    if (!atState.delete(id)) absent += 1;
    else if (rule !== null && keepsOut(rules[rule]!)) stale.push(key);
    const equal = typeof hash === 'string' && stateHash === hash;
    if (equal && rule === null && !doubled.has(id)) unchanged.push(key);
    else open.push({ key, bytes });
  }
  const alone = [...atState.values()].map(({ key }) => key);
  const extra = await extraAmong(job, { alone, stale, absent });
  return { ...end, read: records.length, unchanged, extra, differing, open };
}

/**
 * Which state records of a page are extra.
 * @param found `alone`: without a district record of the very same key; `stale`: with one that may
 *   not sync; `absent`: district records of the page without a state record of the very same key
 */
export async function extraAmong(
  job: CompareJob,
  {
    alone,
    stale,
    absent,
  }: { readonly alone: readonly RecordKey[]; readonly stale: readonly RecordKey[]; readonly absent: number },
): Promise<readonly RecordKey[]> {
  const { mapping, scope } = job;
  const staleOnes = tellsStale(mapping, scope) ? stale : [];
  if (!tellsExtra(mapping, scope)) return staleOnes;
  // Another spelling of a key stands in the same page where both sides have one order.
  if (absent === 0 && sameOrder(mapping)) return [...alone, ...staleOnes];
  const conditions = [...districtScope(mapping, scope), ...mayStand(mapping)];
  return [...(await withoutPartner(job, alone, conditions)), ...staleOnes];
}
