import type { RangeCounts } from './outcome';
import type { Initiator } from './resync';
import { schoolYearLabel } from './school-year';

/**
 * A verification: the two editions of a district compared, nothing written at either.
 * docs/decisions/0012.
 */

/**
 * What it is made for. `dry run`: to show what a resync would come to. `beforeResync`,
 * `afterResync`: by a resync that sends only what drifted, before and after it.
 */
export type VerificationKind = 'verification' | 'dryRun' | 'beforeResync' | 'afterResync';

/** `waiting`: a resync is in the middle of an object, which is compared when it has ended. */
export type VerificationStatus = 'accepted' | 'running' | 'waiting' | 'finished' | 'failed' | 'cancelled';

export const endedVerification: readonly VerificationStatus[] = ['finished', 'failed', 'cancelled'];

/**
 * Everything a verification needs to know; small, and free of record values: it is a workflow's
 * input.
 */
export interface VerificationRequest {
  readonly verificationId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
  readonly initiator: Initiator;
  readonly requestedBy: string;
  readonly kind: VerificationKind;
  /** The resync it is a part of: that one's own pages are no disturbance, it has none under way. */
  readonly resyncId: string | null;
  /** Of the resync that is rehearsed. Absent: it compares. */
  readonly mode?: 'everything';
}

/** One line for Temporal Web's list, e.g. "Verification of all objects of grand-bend 2026-27". */
export function describeVerification({ kind, objects, districtId, schoolYear }: VerificationRequest): string {
  const names: Readonly<Record<VerificationKind, string>> = {
    verification: 'Verification',
    dryRun: 'DryRun',
    beforeResync: 'Verification before a resync',
    afterResync: 'Verification after a resync',
  };
  const what = objects === 'all' ? 'all objects' : `${objects.length} object(s)`;
  const year = schoolYearLabel(schoolYear);
  return `${names[kind]} of ${what} of ${districtId} ${year}`;
}

/**
 * How a record differs. `missing`: not at the state. `extra`: not at the district. `excluded`: a
 * known exclusion, which may not be at the state, itself or for a record above it.
 */
export type DifferenceKind = 'missing' | 'different' | 'extra' | 'excluded';
export const differenceKinds: readonly DifferenceKind[] = ['missing', 'different', 'extra', 'excluded'];

/** What a resync would do with a record. */
export type PredictedOutcome = keyof RangeCounts;

/**
 * The records of an object, or of one school of it. Known exclusions are in neither `missing` nor
 * `different`.
 */
export interface ComparedCounts {
  readonly districtRecords: number;
  readonly stateRecords: number;
  readonly missing: number;
  readonly different: number;
  readonly extra: number;
  readonly excluded: number;
}

export const nothingCompared: ComparedCounts = {
  districtRecords: 0,
  stateRecords: 0,
  missing: 0,
  different: 0,
  extra: 0,
  excluded: 0,
};

/** A record that differs; its key and GUID, never a value. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** formatRecordKey of its key. */
  readonly key: string;
  readonly guid: string | null;
  /** formatRecordKey of its school's key; `null`: it has none, or it isn't there. */
  readonly school: string | null;
  readonly predictedOutcome: PredictedOutcome;
  /** Why it would not be sent, e.g. STATE_EXCLUDED_CALENDAR; `null`: it would, or it is extra. */
  readonly code: string | null;
}

/** `failed`: it could not be compared. */
export type VerifiedStatus = 'waiting' | 'running' | 'finished' | 'failed' | 'cancelled';

/** One object as the verdict looks at it. */
export interface VerifiedObject {
  readonly object: string;
  readonly cycle: string | null;
  readonly status: VerifiedStatus;
  readonly counts: ComparedCounts;
  /** What a resync of the verified objects would come to now. */
  readonly predicted: RangeCounts;
}

export interface Verdict {
  /**
   * Everything was compared, and nothing is missing, different or extra. Known exclusions apart.
   */
  readonly equal: boolean;
  /** A resync would insert or update records. */
  readonly resyncNecessary: boolean;
  /**
   * The fewest objects whose resync repairs what a resync can repair, in the order of the plan:
   * those with records to send, and the others of their cycles. A parent that has to come first has
   * records to send itself. To be sent without "Check dependencies", which would add what is equal.
   */
  readonly objectsToResync: readonly string[];
  /**
   * Missing and different records that a resync would not send: their values don't fit, or their
   * parents won't come.
   */
  readonly notResyncable: number;
  readonly extra: number;
}

/** @param objects in the order of the plan */
export function verdictOf(objects: readonly VerifiedObject[]): Verdict {
  const toSend = ({ predicted }: VerifiedObject): number => predicted.inserted + predicted.updated;
  const drifted = objects.filter((object) => toSend(object) > 0);
  const cycles = new Set(drifted.flatMap(({ cycle }) => cycle ?? []));
  const objectsToResync = objects.filter(
    (object) => drifted.includes(object) || (object.cycle !== null && cycles.has(object.cycle)),
  );
  const sum = (count: (object: VerifiedObject) => number): number =>
    objects.reduce((total, object) => total + count(object), 0);
  const unlike = sum(({ counts }) => counts.missing + counts.different);
  const extra = sum(({ counts }) => counts.extra);
  return {
    equal: unlike + extra === 0 && objects.every(({ status }) => status === 'finished'),
    resyncNecessary: drifted.length > 0,
    objectsToResync: objectsToResync.map(({ object }) => object),
    notResyncable: Math.max(0, unlike - sum(toSend)),
    extra,
  };
}

/** The verdict in words, for people. */
export function describeVerdict({
  equal,
  resyncNecessary,
  objectsToResync,
  notResyncable,
  extra,
}: Verdict): string {
  if (equal) return 'Both editions are equal, known exclusions apart.';
  const parts = [
    ...(resyncNecessary ? [`A resync is called for, of ${objectsToResync.join(', ')}.`] : []),
    ...(notResyncable > 0
      ? [`${notResyncable} record(s) differ that a resync would not repair: see the samples.`]
      : []),
    ...(extra > 0 ? [`${extra} record(s) are only at the state.`] : []),
  ];
  return parts.length === 0 ? 'Not every object could be compared.' : parts.join(' ');
}
