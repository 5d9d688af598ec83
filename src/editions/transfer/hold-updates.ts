import { describeHeld, type HeldUpdates, isMassUpdate, updatesMost } from '../../domain/safety';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { rowHash } from '../columns/row-hash';
import { DatabaseError } from '../connection/errors';
import type { RangeJob } from '../mapping/job';
import { keyList, keyOf, keySelect } from '../mapping/keyset';
import { districtScope, stateTenant, where } from '../mapping/scope';
import { pauseOf } from './district-load';
import type { Interval } from './compare';
import { updatedSoFar } from './ledger';
import { type Look, lookThrough } from './look-through';
import type { RangeMemory } from './range-memory';

/** Records whose keys and columns are shown. */
const samples = 10;

/**
 * Stops an object of which so many records would be updated that it rather is a mishap at the
 * district, such as an UPDATE without a condition, before the page is written. A page tells by what
 * was compared anyway. Where its own share is too large its range is compared once more, and where
 * that one's is, the whole object: most of an object differs only where most of some range does,
 * and most of some page of it. What this run has updated by then counts too.
 * @param memory a range is looked at once
 * @throws DatabaseError configuration when it is held, after `onHeld` has noted it
 */
export async function holdMassUpdate(
  job: RangeJob,
  looks: readonly Look[],
  memory: RangeMemory,
): Promise<void> {
  const { hold, mapping, range } = job;
  if (hold === undefined || job.mode !== 'compare' || memory.mayUpdate) return;
  if (!updatesMost(sumOf(looks), hold.sharePercent)) return;
  if (updatesMost(await updatesWithin(job, range, range.rangeNo), hold.sharePercent)) {
    const whole = await updatesWithin(job, { after: null, upTo: null });
    if (isMassUpdate(whole, hold.sharePercent)) {
      const keys = looks.flatMap((look) => ('equal' in look ? [] : look.open.map(({ key }) => key)));
      const held: HeldUpdates = { ...whole, samples: await sampled(job, keys) };
      await hold.onHeld(held);
      throw new DatabaseError(describeHeld(mapping.object.name, held), {
        errorClass: 'configuration',
        side: 'district',
      });
    }
  }
  memory.mayUpdate = true;
}

type Sum = Pick<HeldUpdates, 'updates' | 'records'>;

/**
 * Records that would be updated, and those that this run has updated.
 * @param rangeNo of this range only
 */
async function updatesWithin(
  job: RangeJob,
  interval: Interval,
  rangeNo?: number,
): Promise<Sum & Pick<HeldUpdates, 'updated'>> {
  const updated = await updatedSoFar(job, rangeNo);
  const looks: Sum[] = [];
  for await (const look of lookThrough(job, interval, pauseOf(job))) {
    job.signal.throwIfAborted();
    looks.push(sumOf([look]));
  }
  const updates = looks.reduce((sum, look) => sum + look.updates, updated);
  return { updates, updated, records: looks.reduce((sum, look) => sum + look.records, 0) };
}

function sumOf(looks: readonly Look[]): Sum {
  const sum = { updates: 0, records: 0 };
  for (const look of looks) {
    sum.records += 'equal' in look ? look.equal : look.read;
    sum.updates += 'equal' in look ? 0 : look.differing;
  }
  return sum;
}

/** Keys of records that differ, and which of their columns do; never a value. */
async function sampled(job: RangeJob, open: readonly RecordKey[]): Promise<HeldUpdates['samples']> {
  const { editions, mapping, scope } = job;
  const how = await editions.hashing();
  const hashes = mapping.pairs.map((pair) => rowHash([pair], how));
  const keys = open.slice(0, 10 * samples);
  const read = async (side: 'district' | 'state'): Promise<Map<string, readonly unknown[]>> => {
    const keySide = side === 'district' ? mapping.districtKey : mapping.stateKey;
    const table = side === 'district' ? mapping.districtTable : mapping.stateTable;
    const conditions = side === 'district' ? districtScope(mapping, scope) : stateTenant(mapping, scope);
    const rows = await editions[side].rows(
      `SELECT ${[keySelect(keySide), ...hashes.map((hash) => hash[side])].join(', ')}
         FROM ${table} ${where([...conditions, keyList(keySide, keys)])}`,
    );
    return new Map(
      rows.map((row) => [formatRecordKey(keyOf(keySide, row)), row.slice(keySide.columns.length)]),
    );
  };
  const [district, state] = [await read('district'), await read('state')];
  return keys
    .flatMap((key) => {
      const text = formatRecordKey(key);
      const [mine, theirs] = [district.get(text), state.get(text)];
      const columns = mapping.pairs.filter((_, i) => mine?.[i] !== theirs?.[i]).map(({ name }) => name);
      return mine && theirs && columns.length > 0 ? [{ key, columns }] : [];
    })
    .slice(0, samples);
}
