import { formatRecordKey, type RecordError, type RecordKey } from '../../domain/record-error';
import { familyOf } from '../columns/families';
import type { DatabaseError } from '../connection/errors';
import type { CompareJob } from '../mapping/job';
import type { ObjectMapping } from '../mapping/types';
import { type DistrictRecord, fetchByKeys, type RefuseKey, type StateRecord } from './records';
import { doubledKey, lostCharacters, unreadable } from './refusal';

/** A record that can't be looked at. */
export interface Unreadable {
  readonly refusal: RecordError;
  /** The server's error, where there was one. */
  readonly cause: DatabaseError | null;
}

/** What the two sides have under some keys. */
export interface BothSides {
  /** One for each key that the district has. */
  readonly records: readonly DistrictRecord[];
  /** By the text of the district's key. */
  readonly atState: ReadonlyMap<string, StateRecord>;
  readonly refused: readonly Unreadable[];
  /** Keys that the district no longer has. */
  readonly vanished: number;
}

/** Looks at the state's records of keys, with or without locking them. */
export type StateLook = (
  keys: readonly RecordKey[],
  refuse: RefuseKey,
) => Promise<ReadonlyMap<string, StateRecord>>;

/**
 * Looks at the state, THEN at the district (docs/data-path.md, Order of locks). A key may have been
 * asked for in an older spelling: what the district has is what counts.
 * @throws DatabaseError that no single record causes
 */
export async function readBothSides(
  job: CompareJob,
  keys: readonly RecordKey[],
  lookAtState: StateLook,
): Promise<BothSides> {
  const { mapping } = job;
  const refused = new Map<string, Unreadable>();
  const refuse: RefuseKey = (key, cause) =>
    void refused.set(formatRecordKey(key), { refusal: unreadable(mapping, key, cause), cause });
  const look = async (asked: readonly RecordKey[]) => {
    const found = await lookAtState(asked, refuse);
    return { found, read: await fetchByKeys(job, asked, refuse) };
  };

  const { found, read } = await look(keys);
  const texts = new Set(keys.map(formatRecordKey));
  const others = read.filter(({ key }) => !texts.has(formatRecordKey(key)));
  const again = others.length === 0 ? null : await look(others.map(({ key }) => key));
  const records = new Map<string, DistrictRecord>();
  for (const record of [...read.filter((one) => !others.includes(one)), ...(again?.read ?? [])]) {
    const text = formatRecordKey(record.key);
    if (records.has(text) && !mapping.guarded.district)
      refused.set(text, { refusal: doubledKey(mapping, record), cause: null });
    records.set(text, record);
  }
  for (const text of texts) {
    const lost = records.has(text) ? null : lostPart(mapping, keys, text);
    if (lost !== null && !refused.has(text)) refused.set(text, { refusal: lost, cause: null });
  }
  for (const text of refused.keys()) records.delete(text);
  return {
    records: [...records.values()],
    atState: new Map([...found, ...(again?.found ?? [])]),
    refused: [...refused.values()],
    vanished: keys.length - records.size - refused.size,
  };
}

/**
 * A key with characters that no UTF-8 has (unpaired surrogates) was read as U+FFFD, under which the
 * district has nothing: it must not pass for a record deleted meanwhile.
 */
function lostPart(mapping: ObjectMapping, keys: readonly RecordKey[], text: string): RecordError | null {
  if (!text.includes('\uFFFD')) return null;
  const key = keys.find((one) => formatRecordKey(one) === text)!;
  const { columns } = mapping.districtKey;
  const at = columns.findIndex(({ column }, i) => familyOf(column) === 'text' && key[i]!.includes('\uFFFD'));
  return at === -1 ? null : lostCharacters(mapping, { key, guid: null }, columns[at]!.name);
}
