/**
 * Outcome arithmetic: the counts of one object in one resync, and the color they give. What it
 * promises: docs/data-path.md.
 */

/** Counts of records. `processed` is not stored apart: it is the sum of the six. */
export interface OutcomeCounts {
  /** Written because the state had no such record. */
  readonly inserted: number;
  /** Written because the state's record differed. */
  readonly updated: number;
  /** Compared equal. */
  readonly unchanged: number;
  /** A state exclusion or ownership rule forbids it. */
  readonly excluded: number;
  /** Its parent record is not at the state. */
  readonly blocked: number;
  /** The state rejected it. */
  readonly failed: number;
}

/**
 * Beside the six: records at the state that the district no longer has. Reported, never part of
 * `processed`.
 */
export interface RangeCounts extends OutcomeCounts {
  readonly extra: number;
}

/** In the order in which people read them. */
export const countNames = [
  'inserted',
  'updated',
  'unchanged',
  'excluded',
  'blocked',
  'failed',
  'extra',
] as const satisfies readonly (keyof RangeCounts)[];

export const noRecords: RangeCounts = {
  inserted: 0,
  updated: 0,
  unchanged: 0,
  excluded: 0,
  blocked: 0,
  failed: 0,
  extra: 0,
};

/** Sum, field by field. */
export function addCounts(a: RangeCounts, b: RangeCounts): RangeCounts {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    unchanged: a.unchanged + b.unchanged,
    excluded: a.excluded + b.excluded,
    blocked: a.blocked + b.blocked,
    failed: a.failed + b.failed,
    extra: a.extra + b.extra,
  };
}

/** Total number of attempts to resync a record (specification: "Processed"). */
export function processedOf(counts: OutcomeCounts): number {
  return (
    counts.inserted + counts.updated + counts.unchanged + counts.excluded + counts.blocked + counts.failed
  );
}

/** Records that did not resync (specification: "Errors" includes those not allowed to sync). */
export function errorsOf(counts: OutcomeCounts): number {
  return counts.excluded + counts.blocked + counts.failed;
}

/** Thrown where the counts don't balance; stops the object and says both numbers. */
export class OutcomeInvariantError extends Error {
  override readonly name = 'OutcomeInvariantError';
}

/**
 * Asserts that the counts are whole, not negative, and account for every record that was read and
 * every stored error.
 * @param read number of district records the object's ranges read
 * @param storedErrors number of rows in the errors table for this resync and object
 * @throws OutcomeInvariantError with both numbers
 */
export function assertOutcome(
  object: string,
  counts: RangeCounts,
  { read, storedErrors }: { read: number; storedErrors: number },
): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new OutcomeInvariantError(
        `${object}: the count "${name}" is ${count}, not a whole number of records.`,
      );
    }
  }
  const processed = processedOf(counts);
  if (processed !== read) {
    throw new OutcomeInvariantError(
      `${object}: ${read} records were read but ${processed} are accounted for (processed = inserted + updated + unchanged + excluded + blocked + failed).`,
    );
  }
  const errors = errorsOf(counts);
  if (errors !== storedErrors) {
    throw new OutcomeInvariantError(
      `${object}: ${errors} errors were counted but ${storedErrors} are stored in the errors table.`,
    );
  }
}

/** The status dot of the specification's tool. */
export type Color = 'gray' | 'green' | 'yellow' | 'red';

/**
 * Where an object stands in a resync. `finished`: it read and accounted for everything, whatever
 * its errors. `failed`: it gave up; `cancelled`: a person stopped it; `skipped`: an object it
 * depends on did not finish.
 */
export type ObjectStatus = 'waiting' | 'running' | 'finished' | 'failed' | 'cancelled' | 'skipped';

/**
 * Why a person has to look at an object whatever its records came to (docs/errors.md). `SHRUNK`:
 * the district has much fewer records than the state. `UPDATES_HELD`: so many of the state's
 * records would be changed that none was.
 */
export const objectDoubts = ['SHRUNK', 'UPDATES_HELD'] as const;
export type ObjectDoubt = (typeof objectDoubts)[number];

/**
 * Color of counts that are complete: green 0 errors, yellow up to 1.0 %, red above. Exact: no
 * division.
 */
export function colorOfCounts({ processed, errors }: { processed: number; errors: number }): Color {
  if (errors === 0) return 'green';
  return errors * 100 <= processed ? 'yellow' : 'red';
}

/**
 * The one function that gives a color: an object that did not finish is red, one under way is gray.
 */
export function colorOf(
  status: ObjectStatus,
  counts: OutcomeCounts,
  doubt: ObjectDoubt | null = null,
): Color {
  switch (status) {
    case 'waiting':
    case 'running':
      return 'gray';
    case 'failed':
    case 'cancelled':
    case 'skipped':
      return 'red';
    case 'finished':
      if (doubt !== null) return 'red';
      return colorOfCounts({ processed: processedOf(counts), errors: errorsOf(counts) });
  }
}

/** What an object came to beside its counts. */
export interface ObjectFacts {
  /** Of the blocked records those below an excluded one: as expected as that one is. */
  readonly expectedBlocked: number;
  readonly doubt: ObjectDoubt | null;
}

/** Color without the expected exclusions and what hangs below them: what is left to correct. */
export function colorWithoutExclusionsOf(
  status: ObjectStatus,
  counts: OutcomeCounts,
  { expectedBlocked, doubt }: ObjectFacts = { expectedBlocked: 0, doubt: null },
): Color {
  return colorOf(status, { ...counts, excluded: 0, blocked: counts.blocked - expectedBlocked }, doubt);
}

/** Color of a whole resync: the worst of its objects; gray while it runs. */
export function worstColor(colors: readonly Color[]): Color {
  for (const color of ['gray', 'red', 'yellow'] as const) if (colors.includes(color)) return color;
  return 'green';
}

/** Counts with the two sums people look at. */
export interface CountsView extends RangeCounts {
  readonly processed: number;
  readonly errors: number;
}

/** The counts with `processed` and `errors`. */
export function viewCounts(counts: RangeCounts): CountsView {
  return { ...counts, processed: processedOf(counts), errors: errorsOf(counts) };
}
