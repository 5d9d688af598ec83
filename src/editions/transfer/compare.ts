import type { RecordKey } from '../../domain/record-error';
import { formatRecordKey } from '../../domain/record-error';
import { rangeChecksum } from '../columns/row-hash';
import type { CompareJob } from '../mapping/job';
import { keyInterval, keyOf, keyOrder, keySelect } from '../mapping/keyset';
import { districtScope, ruleNumber, stateScope, stateTenant, tellsExtra, where } from '../mapping/scope';

export interface Interval {
  readonly after: RecordKey | null;
  readonly upTo: RecordKey | null;
}

/**
 * State records of one page: more of them than this many times the page's district records cut the
 * page shorter.
 */
const stateRowsPerPage = 4;

/** Whether the state has no record at all of this district in the interval, of whatever year. */
export async function isEmptyAtState(
  { editions, mapping, scope }: CompareJob,
  interval: Interval,
): Promise<boolean> {
  const rows = await editions.state.rows(
    `SELECT 1 FROM ${mapping.stateTable}
      ${where([...stateTenant(mapping, scope), ...keyInterval(mapping.stateKey, interval)])} LIMIT 1`,
  );
  return rows.length === 0;
}

/**
 * Compares a whole interval by count and checksum, on both servers at once.
 * @returns the number of records when both sides are equal and every record may be sent; otherwise
 *   `null`
 */
export async function countIfEqual(job: CompareJob, interval: Interval): Promise<number | null> {
  const { editions, mapping, scope } = job;
  const rule = ruleNumber(mapping);
  const refused = mapping.rules.length === 0 ? '0' : `COALESCE(SUM(${rule} IS NOT NULL), 0)`;
  const [[district], [state]] = await Promise.all([
    editions.district.rows(
      `SELECT ${rangeChecksum(mapping.hash.district)}, ${refused} FROM ${mapping.districtTable}
        ${where([...districtScope(mapping, scope), ...keyInterval(mapping.districtKey, interval)])}`,
    ),
    editions.state.rows(
      `SELECT ${rangeChecksum(mapping.hash.state)} FROM ${mapping.stateTable}
        ${where([...stateScope(mapping, scope), ...keyInterval(mapping.stateKey, interval)])}`,
    ),
  ]);
  const [records, checksum, mayNot] = district!;
  return Number(mayNot) === 0 && String(records) === String(state![0]) && checksum === state![1]
    ? Number(records)
    : null;
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
  /** Keys of state records without a district record; empty where that can't be told. */
  readonly extra: readonly RecordKey[];
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
  for (;;) {
    const district = await districtHashes(job, bounds);
    const full = district.length === job.pageRecords;
    const upTo = full ? district.at(-1)!.key : bounds.upTo;
    const state = await stateHashes(job, { after: bounds.after, upTo });
    const maxRows = job.pageRecords * stateRowsPerPage;
    if (state.length > maxRows) {
      // A stretch with hardly any district records: end the page at what the state can show at
      // once.
      bounds = { after: bounds.after, upTo: state[maxRows - 1]!.key };
      cut = true;
      continue;
    }
    return merge(job, district, state, { upTo, lastPage: !full && !cut });
  }
}

interface DistrictHash extends ComparedRecord {
  readonly hash: string | null;
  readonly refused: boolean;
}

async function districtHashes(job: CompareJob, interval: Interval): Promise<DistrictHash[]> {
  const { mapping, scope, mode } = job;
  const keys = mapping.districtKey;
  const lengths = mapping.long ? mapping.pairs.flatMap(({ length }) => length ?? []) : [];
  const rows = await job.editions.district.rows(
    `SELECT ${keySelect(keys)}, ${mode === 'compare' ? mapping.hash.district : 'NULL'}, ${ruleNumber(mapping)},
            ${lengths.length === 0 ? '0' : lengths.join(' + ')}
       FROM ${mapping.districtTable} ${where([...districtScope(mapping, scope), ...keyInterval(keys, interval)])}
      ORDER BY ${keyOrder(keys)} LIMIT ${job.pageRecords}`,
  );
  const at = keys.columns.length;
  return rows.map((row) => ({
    key: keyOf(keys, row),
    hash: row[at] === null ? null : String(row[at]),
    refused: row[at + 1] !== null,
    bytes: Number(row[at + 2]),
  }));
}

async function stateHashes(
  job: CompareJob,
  interval: Interval,
): Promise<{ readonly key: RecordKey; readonly hash: string | null }[]> {
  const { mapping, scope, mode } = job;
  const keys = mapping.stateKey;
  const rows = await job.editions.state.rows(
    `SELECT ${keySelect(keys)}, ${mode === 'compare' ? mapping.hash.state : 'NULL'}
       FROM ${mapping.stateTable} ${where([...stateScope(mapping, scope), ...keyInterval(keys, interval)])}
      ORDER BY ${keyOrder(keys)} LIMIT ${job.pageRecords * stateRowsPerPage + 1}`,
  );
  const at = keys.columns.length;
  return rows.map((row) => ({ key: keyOf(keys, row), hash: row[at] === null ? null : String(row[at]) }));
}

function merge(
  job: CompareJob,
  district: readonly DistrictHash[],
  state: readonly { readonly key: RecordKey; readonly hash: string | null }[],
  end: { readonly upTo: RecordKey | null; readonly lastPage: boolean },
): ComparedPage {
  const atState = new Map(state.map((record) => [formatRecordKey(record.key), record]));
  const open: ComparedRecord[] = [];
  const unchanged: RecordKey[] = [];
  for (const { key, hash, refused, bytes } of district) {
    const id = formatRecordKey(key);
    const stateHash = atState.get(id)?.hash;
    atState.delete(id);
    if (!refused && typeof hash === 'string' && stateHash === hash) unchanged.push(key);
    else open.push({ key, bytes });
  }
  return {
    ...end,
    read: district.length,
    unchanged,
    extra: tellsExtra(job.mapping, job.scope) ? [...atState.values()].map(({ key }) => key) : [],
    open,
  };
}
