import { describeHeld, type HeldUpdates, isMassUpdate } from '../../domain/safety';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { rowHash } from '../columns/row-hash';
import { DatabaseError } from '../connection/errors';
import type { RangeJob } from '../mapping/job';
import { keyList, keyOf, keySelect } from '../mapping/keyset';
import { districtScope, stateTenant, where } from '../mapping/scope';
import { pauseOf } from './district-load';
import { type Look, lookThrough } from './look-through';

/** Records whose keys and columns are shown. */
const samples = 10;

/**
 * Stops an object of which so many records would be updated that it rather is a mishap at the
 * district, such as an UPDATE without a condition, before any of the page is written. A page tells
 * by what was compared anyway; only where its own share is too large the object is compared as a
 * whole, once more.
 * @throws DatabaseError configuration when it is held, after `onHeld` has noted it
 */
export async function holdMassUpdate(job: RangeJob, looks: readonly Look[]): Promise<void> {
  const { hold, mapping } = job;
  if (hold === undefined || job.mode !== 'compare') return;
  const here = sumOf(looks);
  if (here.differing * 100 <= hold.sharePercent * here.read) return;
  const whole = { differing: 0, read: 0 };
  for await (const look of lookThrough(job, { after: null, upTo: null }, pauseOf(job))) {
    job.signal.throwIfAborted();
    const { differing, read } = sumOf([look]);
    whole.differing += differing;
    whole.read += read;
  }
  const { differing: updates, read: records } = whole;
  if (!isMassUpdate({ updates, records }, hold.sharePercent)) return;
  const keys = looks.flatMap((look) => ('equal' in look ? [] : look.open.map(({ key }) => key)));
  const held: HeldUpdates = { updates, records, samples: await sampled(job, keys) };
  await hold.onHeld(held);
  throw new DatabaseError(describeHeld(mapping.object.name, held), {
    errorClass: 'configuration',
    side: 'district',
  });
}

function sumOf(looks: readonly Look[]): { differing: number; read: number } {
  const sum = { differing: 0, read: 0 };
  for (const look of looks) {
    sum.read += 'equal' in look ? look.equal : look.read;
    sum.differing += 'equal' in look ? 0 : look.differing;
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
