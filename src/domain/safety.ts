import type { RangeCounts } from './outcome';
import type { RecordKey } from './record-error';

/**
 * When a run rather shows that something went wrong at the district than what its data is: a
 * deletion or an update without a condition. Pure.
 */

/** Fewer records than this at the state say nothing by their share. */
const fewestRecords = 20;

/** An object's records on either side. */
export interface BothSides {
  readonly atDistrict: number;
  readonly atState: number;
  /** Of those at the state the ones that the district doesn't have, at least. */
  readonly lost: number;
}

/**
 * Has the district lost more than this share of what the state holds? As many others in their
 * place, as of another district's copy, don't make up for it. Exact: no division.
 */
export function hasShrunk({ atDistrict, atState, lost }: BothSides, sharePercent: number): boolean {
  return atState >= fewestRecords && Math.max(atState - atDistrict, lost) * 100 > sharePercent * atState;
}

/**
 * What a whole sending of an object says of its two sides: records that the state has and that were
 * neither compared nor found to be extra (a failed one may stand there) are left out. What may not
 * sync is extra at the state, too, and not lost.
 */
export function sidesOf(counts: RangeCounts, read: number): BothSides {
  return {
    atDistrict: read,
    atState: counts.unchanged + counts.updated + counts.extra,
    lost: Math.max(0, counts.extra - counts.excluded - counts.blocked),
  };
}

/** For people; numbers of records, and what to do. */
export function describeShrunk(object: string, { atDistrict, atState, lost }: BothSides): string {
  const others = lost > atState - atDistrict ? `, ${lost} of which it has no more` : '';
  return `${object} has ${atDistrict} records at the district, and the state holds ${atState}${others}. Restore the district's table, or send it again with "acceptShrunk" if that is right.`;
}

/** What was held of an object, so that a person can tell a mishap from what was meant. */
export interface HeldUpdates {
  readonly updates: number;
  /** Of them those that were updated before it showed that most would be. */
  readonly updated: number;
  /** Of the object, at the district. */
  readonly records: number;
  /** Some of the records, and which of their columns differ; never a value. */
  readonly samples: readonly { readonly key: RecordKey; readonly columns: readonly string[] }[];
}

/** Records of which a share says something about an update. */
const fewestUpdated = 100;

type Updates = Pick<HeldUpdates, 'updates' | 'records'>;

/** Would more than this share of the records be updated? Exact: no division. */
export function updatesMost({ updates, records }: Updates, sharePercent: number): boolean {
  return updates * 100 > sharePercent * records;
}

/** The same of a whole object, of which few records say nothing. */
export function isMassUpdate(object: Updates, sharePercent: number): boolean {
  return object.records >= fewestUpdated && updatesMost(object, sharePercent);
}

/** For people; numbers and columns, and what to do. */
export function describeHeld(object: string, { updates, updated, records, samples }: HeldUpdates): string {
  const columns = [...new Set(samples.flatMap((sample) => sample.columns))].slice(0, 10);
  const what = columns.length === 0 ? '' : ` (${columns.join(', ')})`;
  const so = updated === 0 ? 'none was' : `${updated} were before it showed, and no more are`;
  return `${updates} of ${records} records of ${object} would be updated${what}: ${so}. Look at the samples; send it again with "acceptUpdates" if that is right, otherwise correct the district's table.`;
}
