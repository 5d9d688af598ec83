import { inBatches } from '../../domain/batches';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { isOneRecords } from './ask-each';
import { longRecordBytes } from './compare';
import { keepingAwake } from './keep-awake';
import type { PageJob } from '../mapping/job';
import { keyList, keyOf, keySelect, keysPerList } from '../mapping/keyset';
import type { PageTally } from './page-tally';
import type { Session } from '../connection/session';
import type { RangeMemory } from './range-memory';
import { repairRecords } from './repair';

/**
 * Brings the state's records of these keys to what the district has, without comparing the stretch
 * they stand in. A key the district no longer has is neither read nor counted.
 * @throws DatabaseError of a class that takes the whole page back
 */
export async function repairKeys(
  session: Session,
  job: PageJob,
  tally: PageTally,
  memory: RangeMemory,
  keys: readonly RecordKey[],
): Promise<void> {
  tally.read += keys.length;
  const lengths = await keepingAwake(session, () => lengthsOf(job, keys));
  await repairRecords(
    session,
    job,
    tally,
    memory,
    keys.map((key) => ({ key, bytes: lengths.get(formatRecordKey(key)) ?? 0 })),
  );
}

/** Bytes of the district's records, by the key's text, where they may be long. */
async function lengthsOf(
  { editions, mapping }: PageJob,
  keys: readonly RecordKey[],
): Promise<ReadonlyMap<string, number>> {
  const columns = mapping.long ? mapping.pairs.flatMap(({ length }) => length ?? []) : [];
  const lengths = new Map<string, number>();
  if (columns.length === 0) return lengths;
  const { districtKey, districtTable } = mapping;
  for (const part of inBatches(keys, keysPerList)) {
    try {
      const rows = await editions.district.rows(
        `SELECT ${keySelect(districtKey)}, ${columns.join(' + ')} FROM ${districtTable} WHERE ${keyList(districtKey, part)}`,
      );
      for (const row of rows)
        lengths.set(formatRecordKey(keyOf(districtKey, row)), Number(row[districtKey.columns.length]));
    } catch (error) {
      if (!isOneRecords(error)) throw error;
      // A record can't be read: each is looked at by itself later, and that one is found.
      for (const key of part) lengths.set(formatRecordKey(key), longRecordBytes);
    }
  }
  return lengths;
}
