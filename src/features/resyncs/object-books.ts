/** The books of a run's objects: what their tables add up to, and the end written from it. */
import type { Knex } from 'knex';
import { clip, now } from '../../control/columns';
import { ConflictError, NotFoundError } from '../../control/control-error';
import { selectRows } from '../../control/database';
import {
  assertOutcome,
  type Color,
  colorOf,
  countNames,
  errorsOf,
  type ObjectDoubt,
  type ObjectStatus,
  OutcomeInvariantError,
  processedOf,
  type RangeCounts,
} from '../../domain/outcome';
import { describeShrunk, hasShrunk, sidesOf } from '../../domain/safety';
import { emptyLedger, type LedgerSums, sumLedger } from './ledger-sums';
import { countRanges } from './range-store';

/** How an object can end. */
export type ObjectEndStatus = Exclude<ObjectStatus, 'waiting' | 'running'>;

/** What an object came to. */
export interface ObjectOutcome {
  readonly object: string;
  readonly status: ObjectEndStatus;
  readonly color: Color;
  readonly counts: RangeCounts;
  readonly read: number;
  readonly message: string | null;
  readonly doubt: ObjectDoubt | null;
}

interface ObjectRef {
  readonly resyncId: string;
  readonly object: string;
}

interface ObjectsRef {
  readonly resyncId: string;
  readonly objects: readonly string[];
}

interface ObjectRow {
  readonly status: ObjectStatus;
  readonly message: string | null;
  readonly selected: number | null;
  readonly shrunkPercent: number | null;
  readonly doubt: ObjectDoubt | null;
}

/** What is kept of an object: its row, and what the tables beside it add up to. */
export interface Books extends ObjectRow {
  readonly sums: LedgerSums;
  readonly ranges: number;
  readonly storedErrors: number;
  /** Of those the blocked records below an excluded one. */
  readonly expectedBlocked: number;
}

/** Of those that are planned; their rows are locked. */
export async function readBooks(
  transaction: Knex.Transaction,
  { resyncId, objects }: ObjectsRef,
): Promise<ReadonlyMap<string, Books>> {
  const rows = await lockObjects(transaction, { resyncId, objects });
  const sums = await sumLedger(transaction, { resyncId, objects });
  const ranges = await countRanges(transaction, { resyncId, objects });
  const stored = await countErrors(transaction, { resyncId, objects });
  return new Map(
    [...rows].map(([object, row]) => [
      object,
      {
        ...row,
        sums: sums.get(object) ?? emptyLedger,
        ranges: ranges.get(object) ?? 0,
        ...(stored.get(object) ?? { storedErrors: 0, expectedBlocked: 0 }),
      },
    ]),
  );
}

type StoredErrors = Pick<Books, 'storedErrors' | 'expectedBlocked'>;

async function countErrors(
  transaction: Knex.Transaction,
  { resyncId, objects }: ObjectsRef,
): Promise<ReadonlyMap<string, StoredErrors>> {
  if (objects.length === 0) return new Map();
  const rows = await selectRows<StoredErrors & { readonly objectName: string }>(
    transaction,
    `SELECT objectName, COUNT(*) AS storedErrors,
            CAST(SUM(outcome = 'blocked' AND code = 'PARENT_EXCLUDED') AS SIGNED) AS expectedBlocked
       FROM recordError WHERE resyncID = ? AND objectName IN (${objects.map(() => '?').join(', ')})
      GROUP BY objectName`,
    [resyncId, ...objects],
  );
  return new Map(rows.map(({ objectName, ...errors }) => [objectName, errors]));
}

/** Writes how an object ended, with its sums and its color. @returns what was written */
export async function writeEnd(
  transaction: Knex.Transaction,
  {
    resyncId,
    object,
    status,
    message = null,
  }: ObjectRef & { readonly status: ObjectEndStatus; readonly message?: string | null },
  books: Books,
): Promise<ObjectOutcome> {
  const { counts, read } = books.sums;
  const finished = status === 'finished';
  const shrunk = finished ? whyShrunk(object, books) : null;
  const doubt = finished ? (shrunk === null ? null : 'SHRUNK') : books.doubt;
  const color = colorOf(status, counts, doubt);
  const told = message ?? (finished ? (shrunk ?? whyFewer(books.selected, read)) : null);
  const kept = told ?? books.message;
  await transaction('DISBatchHistory')
    .where({ resyncID: resyncId, objectName: object })
    .update({
      status,
      color,
      recordsRead: read,
      processed: processedOf(counts),
      errors: errorsOf(counts),
      expectedBlocked: finished ? books.expectedBlocked : 0,
      doubt,
      ...Object.fromEntries(countNames.map((column) => [column, counts[column]])),
      ranges: books.ranges,
      message: clip(kept),
      // One that failed before its first record was tried all the same: its newest run.
      ...(status === 'failed' && {
        startedAt: transaction.raw('COALESCE(startedAt, UTC_TIMESTAMP(3))'),
      }),
      endedAt: isOpen(books.status) || status === 'finished' ? now(transaction) : transaction.ref('endedAt'),
    });
  return { object, status, color, counts, read, message: kept, doubt };
}

/**
 * An object is complete when each of its ranges wrote its last page and the counts add up.
 * @throws OutcomeInvariantError
 */
export function assertComplete(object: string, { sums, ranges, storedErrors }: Books): void {
  if (ranges === 0) throw new OutcomeInvariantError(`${object}: no range was stored, so nothing was read.`);
  if (sums.rangesDone !== ranges)
    throw new OutcomeInvariantError(`${object}: ${sums.rangesDone} of ${ranges} ranges are complete.`);
  assertOutcome(object, sums.counts, { read: sums.read, storedErrors });
}

/** @returns a sentence when the district has lost most of what the state holds */
function whyShrunk(object: string, { shrunkPercent, sums: { counts, read } }: Books): string | null {
  const sides = sidesOf(counts, read);
  return shrunkPercent !== null && hasShrunk(sides, shrunkPercent) ? describeShrunk(object, sides) : null;
}

/** A selected record that the district no longer has counts nothing, but is reported. */
function whyFewer(selected: number | null, read: number): string | null {
  const missing = selected === null ? 0 : selected - read;
  if (missing <= 0) return null;
  return `${missing} of ${selected} chosen records are not at the district (any more), or not in this school year: nothing was sent for them.`;
}

/** Whether an object has not ended. */
export function isOpen(status: ObjectStatus): status is 'waiting' | 'running' {
  return status === 'waiting' || status === 'running';
}

/** The rows of those that are planned, in their order within the run, locked. */
export async function lockObjects(
  transaction: Knex.Transaction,
  { resyncId, objects }: ObjectsRef,
): Promise<ReadonlyMap<string, ObjectRow>> {
  if (objects.length === 0) return new Map();
  const rows = await selectRows<ObjectRow & { readonly objectName: string }>(
    transaction,
    `SELECT objectName, status, message, selected, shrunkPercent, doubt FROM DISBatchHistory
      WHERE resyncID = ? AND objectName IN (${objects.map(() => '?').join(', ')}) ORDER BY position FOR UPDATE`,
    [resyncId, ...objects],
  );
  return new Map(rows.map(({ objectName, ...row }) => [objectName, row]));
}

/** Nothing of this name is part of the run. */
export function notPlanned(object: string): NotFoundError {
  return new NotFoundError(`${object} is not planned in this resync.`);
}

/** The object can't go on, or end otherwise. */
export function hasEnded(object: string, status: ObjectStatus): ConflictError {
  return new ConflictError(`${object} has ended (${status}) in this resync.`);
}
