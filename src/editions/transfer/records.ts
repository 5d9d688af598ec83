import { inBatches } from '../../domain/batches';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { keyText } from '../columns/key-column';
import type { ColumnPair } from '../columns/pair';
import type { DatabaseError } from '../connection/errors';
import type { CompareJob } from '../mapping/job';
import { keyList, keyOf, type KeySide, keySelect, keysPerList } from '../mapping/keyset';
import type { ObjectMapping } from '../mapping/types';
import type { RawValue, Row, Session } from '../connection/session';
import { askEach } from './ask-each';
import { exactBytes } from './exact-bytes';
import { respelled } from './same-keys';
import { districtScope, ruleNumber, stateScope, stateTenant, where } from '../mapping/scope';

export type FetchedValue = RawValue;

/** A whole district record, as text that can be written without loss. */
export interface DistrictRecord {
  readonly key: RecordKey;
  readonly guid: string | null;
  readonly hash: string | null;
  /** Number of the rule that forbids it; `null`: may be sent. */
  readonly rule: number | null;
  /** In the order of writtenPairs. */
  readonly values: readonly FetchedValue[];
}

/** What the state holds under a key. */
export interface StateRecord {
  /** As the state spells it: its unique key may hold another spelling to be the same. */
  readonly key: RecordKey;
  readonly guid: string | null;
  readonly hash: string | null;
}

/** Columns of an INSERT: the compared ones, then the state-owned ones. */
export function writtenPairs({ pairs, ownedPairs }: ObjectMapping): readonly ColumnPair[] {
  return [...pairs, ...ownedPairs];
}

/** Gets a key whose record makes a statement fail, alone. */
export type RefuseKey = (key: RecordKey, error: DatabaseError) => void;

/**
 * District records by key. A key that isn't in the answer was deleted or left the scope meanwhile,
 * or was refused.
 */
export async function fetchByKeys(
  job: CompareJob,
  keys: readonly RecordKey[],
  refuse?: RefuseKey,
): Promise<DistrictRecord[]> {
  const found: DistrictRecord[] = [];
  const ask = (some: readonly RecordKey[]): Promise<DistrictRecord[]> =>
    fetch(job, keyList(job.mapping.districtKey, some));
  for (const part of inBatches(keys, keysPerList)) found.push(...(await askEach(part, ask, refuse)));
  return found;
}

async function fetch(job: CompareJob, condition: string): Promise<DistrictRecord[]> {
  const { mapping, scope } = job;
  const { districtKey } = mapping;
  const rows = await job.editions.district.rawRows(
    `SELECT ${keySelect(districtKey)}, ${guidSelect(mapping, 'district')}, ${job.mode === 'compare' ? mapping.hash.district : 'NULL'},
            ${ruleNumber(mapping)}, ${writtenPairs(mapping)
              .map(({ fetch: expression }) => expression)
              .join(', ')}
       FROM ${mapping.districtTable} ${where([...districtScope(mapping, scope), condition])}`,
  );
  const at = districtKey.columns.length;
  const records = rows.map((row) => ({
    key: keyOf(districtKey, row),
    guid: textOrNull(row[at]),
    hash: textOrNull(row[at + 1]),
    rule: row[at + 2] === null ? null : Number(row[at + 2]),
    values: row.slice(at + 3),
  }));
  await exactBytes(job, records);
  return records;
}

/**
 * Locks the state's records of these keys and reads their hashes (docs/data-path.md, Order of
 * locks: the state's hash first, THEN the district's record). While the lock is held nobody can put
 * another value there, so the write needs no further guard.
 */
export function lockAtState(
  session: Session,
  job: CompareJob,
  keys: readonly RecordKey[],
  refuse?: RefuseKey,
): Promise<Map<string, StateRecord>> {
  return stateByKeys(session, job, keys, {
    conditions: stateTenant(job.mapping, job.scope),
    lock: 'FOR UPDATE',
    refuse,
  });
}

/**
 * The state's records of these keys, of whatever year, as they are now; by the keys as they were
 * asked for.
 */
export function readAtState(
  job: CompareJob,
  keys: readonly RecordKey[],
  refuse?: RefuseKey,
): Promise<Map<string, StateRecord>> {
  return stateByKeys(job.editions.state, job, keys, {
    conditions: stateTenant(job.mapping, job.scope),
    lock: '',
    refuse,
  });
}

/**
 * What the state holds under keys, of the run's school year only. Unlocked it is to be shown, not
 * to be written by.
 */
export function readInScope(
  session: Pick<Session, 'rows'>,
  job: CompareJob,
  keys: readonly RecordKey[],
  { lock }: { readonly lock: boolean },
): Promise<Map<string, StateRecord>> {
  return stateByKeys(session, job, keys, {
    conditions: stateScope(job.mapping, job.scope),
    lock: lock ? 'FOR UPDATE' : '',
  });
}

interface StateQuery {
  readonly conditions: readonly string[];
  readonly lock: string;
  readonly refuse?: RefuseKey | undefined;
}

async function stateByKeys(
  source: Pick<Session, 'rows'>,
  job: CompareJob,
  keys: readonly RecordKey[],
  { conditions, lock, refuse }: StateQuery,
): Promise<Map<string, StateRecord>> {
  const { mapping, mode } = job;
  const { stateKey } = mapping;
  const found = new Map<string, StateRecord>();
  const ask = (some: readonly RecordKey[]): Promise<Row[]> =>
    source.rows(
      `SELECT ${keySelect(stateKey)}, ${guidSelect(mapping, 'state')}, ${mode === 'compare' ? mapping.hash.state : 'NULL'}
         FROM ${mapping.stateTable} ${where([...conditions, keyList(stateKey, some)])} ${lock}`,
    );
  for (const part of inBatches(keys, keysPerList)) {
    const rows = await askEach(part, ask, refuse);
    const asked = new Map(part.map((key) => [formatRecordKey(key), key]));
    const strangers: StateRecord[] = [];
    for (const record of rows.map((row) => toStateRecord(row, stateKey))) {
      const text = formatRecordKey(record.key);
      if (asked.delete(text)) found.set(text, record);
      else strangers.push(record);
    }
    const open = [...asked.values()];
    const spellings = strangers.map(({ key }) => key);
    for (const [n, at] of await respelled(source, job, open, spellings))
      found.set(formatRecordKey(open[n]!), strangers[at]!);
  }
  return found;
}

function toStateRecord(row: Row, stateKey: KeySide): StateRecord {
  const at = stateKey.columns.length;
  return { key: keyOf(stateKey, row), guid: textOrNull(row[at]), hash: textOrNull(row[at + 1]) };
}

/** Expression of the record's GUID as text, NULL where the object has none. */
export function guidSelect({ guid }: ObjectMapping, side: 'district' | 'state'): string {
  return guid === null ? 'NULL' : keyText(guid[side]);
}

function textOrNull(value: FetchedValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
