import { countNames } from '../../domain/outcome';
import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import {
  assertOutcome,
  type Color,
  colorOf,
  errorsOf,
  type ObjectDoubt,
  noRecords,
  type ObjectStatus,
  OutcomeInvariantError,
  processedOf,
  type RangeCounts,
} from '../../domain/outcome';
import { describeShrunk, hasShrunk, type HeldUpdates, sidesOf } from '../../domain/safety';
import { ConflictError, NotFoundError } from '../../control/control-error';
import { emptyLedger, type LedgerSums, sumLedger } from './ledger-sums';
import { inTransaction, selectRows } from '../../control/database';
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

/** The objects of a run, in the order of its plan. */
interface PlannedRun {
  readonly resyncId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly objects: readonly string[];
  readonly selected?: ReadonlyMap<string, number> | null;
  /** Share lost at the district from which an object ends red; `null`: never. */
  readonly shrunkPercent?: number | null;
}

/**
 * Writes one DISBatchHistory row for every planned object, in status waiting. Repeating it changes
 * nothing.
 * @param objects names in the order of the plan
 * @param chosen in a run of chosen records: how many, by object
 */
export async function planObjects(
  control: Knex,
  { resyncId, districtId, schoolYear, objects, selected = null, shrunkPercent = null }: PlannedRun,
): Promise<void> {
  if (objects.length === 0) return;
  await control('DISBatchHistory')
    .insert(
      objects.map((objectName, position) => ({
        resyncID: resyncId,
        districtID: districtId,
        schoolYear,
        objectName,
        position,
        selected: selected === null ? null : (selected.get(objectName) ?? 0),
        shrunkPercent: selected === null ? shrunkPercent : null,
        status: 'waiting',
        color: 'gray',
      })),
    )
    .onConflict(['resyncID', 'objectName'])
    .merge(['position', 'selected', 'shrunkPercent']);
}

/**
 * Stores what a person has to know of objects before they are sent; it stays beside their outcome
 * unless that has something to say itself. Repeating it changes nothing.
 */
export async function noteObjects(
  control: Knex,
  resyncId: string,
  notes: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [objectName, note] of notes)
    await control('DISBatchHistory')
      .where({ resyncID: resyncId, objectName, status: 'waiting' })
      .update({ message: clip(note) });
}

/** Notes why a person has to look at an object; its end is told with it. */
export async function doubtObject(
  control: Knex,
  { resyncId, object, doubt }: ObjectRef & { readonly doubt: ObjectDoubt },
): Promise<void> {
  await control('DISBatchHistory').where({ resyncID: resyncId, objectName: object }).update({ doubt });
}

/** Notes that an object is held before most of its records are updated. */
export async function holdObject(
  control: Knex,
  { resyncId, object }: ObjectRef,
  held: HeldUpdates,
): Promise<void> {
  await control('DISBatchHistory')
    .where({ resyncID: resyncId, objectName: object })
    .update({ doubt: 'UPDATES_HELD', held: JSON.stringify(held) });
}

/** Objects of which it is meant that the district lost most records: they are judged anew. */
export async function acceptShrunk(
  transaction: Knex.Transaction,
  resyncId: string,
  objects: readonly string[],
): Promise<void> {
  const shrunk = await transaction('DISBatchHistory')
    .select<{ objectName: string }[]>('objectName')
    .where({ resyncID: resyncId, status: 'finished', doubt: 'SHRUNK' })
    .whereIn('objectName', [...objects]);
  for (const { objectName: object } of shrunk) {
    await transaction('DISBatchHistory')
      .where({ resyncID: resyncId, objectName: object })
      .update({ shrunkPercent: null, message: null });
    await closeObject(transaction, { resyncId, object, status: 'finished' });
  }
}

/**
 * waiting -> running, with the time of the first start. Repeating it changes nothing.
 * @throws ConflictError when the object has ended; NotFoundError when it isn't planned
 */
export async function startObject(control: Knex, { resyncId, object }: ObjectRef): Promise<void> {
  const status = (await startObjects(control, { resyncId, objects: [object] })).get(object);
  if (status === undefined) throw notPlanned(object);
  if (status !== 'running') throw hasEnded(object, status);
}

/**
 * The same for several objects, in one transaction.
 * @returns the status of each that is planned: `running`, or how it has ended
 */
export function startObjects(
  control: Knex,
  { resyncId, objects }: ObjectsRef,
): Promise<ReadonlyMap<string, ObjectStatus>> {
  return inTransaction(control, async (transaction) => {
    const rows = await lockObjects(transaction, { resyncId, objects });
    const waiting = [...rows].flatMap(([object, { status }]) => (status === 'waiting' ? [object] : []));
    if (waiting.length > 0)
      await transaction('DISBatchHistory')
        .where({ resyncID: resyncId })
        .whereIn('objectName', waiting)
        .update({ status: 'running', startedAt: now(transaction) });
    return new Map(
      [...rows].map(([object, { status }]) => [object, status === 'waiting' ? 'running' : status]),
    );
  });
}

/**
 * Starts and closes objects that have no record at either edition, all in one transaction: the one
 * page of their one range read nothing. Repeating it changes nothing, also when a record has come
 * meanwhile: its bounds were frozen without it.
 * @param objects planned in this resync, each with its range stored
 * @returns the objects of this resync that are closed so, by this attempt or an earlier one
 */
export function closeEmptyObjects(
  control: Knex,
  { resyncId, objects }: { readonly resyncId: string; readonly objects: readonly string[] },
): Promise<ReadonlySet<string>> {
  return inTransaction(control, async (transaction) => {
    const waiting = await transaction('DISBatchHistory')
      .select<{ objectName: string }[]>('objectName')
      .where({ resyncID: resyncId, status: 'waiting' })
      .whereIn('objectName', objects)
      .forUpdate();
    const names = waiting.map(({ objectName }) => objectName);
    if (names.length > 0) {
      const page = { rangeNo: 0, pageNo: 0, upToKey: null, lastPage: true, recordsRead: 0, ...noRecords };
      await transaction('rangeLedger').insert(
        names.map((objectName) => ({ resyncID: resyncId, objectName, ...page })),
      );
      const at = now(transaction);
      await transaction('DISBatchHistory')
        .where({ resyncID: resyncId })
        .whereIn('objectName', names)
        .update({
          ...{ status: 'finished', color: colorOf('finished', noRecords), ranges: 1 },
          ...{ startedAt: at, endedAt: at },
        });
    }
    const closed = await transaction('DISBatchHistory')
      .select<{ objectName: string }[]>('objectName')
      .where({ resyncID: resyncId, status: 'finished' });
    return new Set(closed.map(({ objectName }) => objectName));
  });
}

/**
 * Closes an object with the sums of the ledger. `finished` is given only when every range is
 * complete and the counts account for every record read and every stored error. The other ends
 * store what was committed. A `finished` object may be finished again after its blocked records
 * were retried: it is counted anew.
 * @returns what was written
 * @throws OutcomeInvariantError, and nothing is changed; ConflictError when the object ended
 * otherwise; NotFoundError
 */
export function finishObject(
  control: Knex,
  end: ObjectRef & { readonly status: ObjectEndStatus; readonly message?: string | null },
): Promise<ObjectOutcome> {
  return inTransaction(control, (transaction) => closeObject(transaction, end));
}

/**
 * Closes several objects as `finished`, in one transaction. One whose books don't show it, for
 * whatever reason, is left as it is.
 * @returns those that have finished, now or before
 */
export function finishObjects(control: Knex, { resyncId, objects }: ObjectsRef): Promise<ObjectOutcome[]> {
  return inTransaction(control, async (transaction) => {
    const finished: ObjectOutcome[] = [];
    for (const [object, books] of await readBooks(transaction, { resyncId, objects })) {
      if (!isOpen(books.status) && books.status !== 'finished') continue;
      try {
        assertComplete(object, books);
      } catch (error) {
        if (error instanceof OutcomeInvariantError) continue;
        throw error;
      }
      finished.push(await writeEnd(transaction, { resyncId, object, status: 'finished' }, books));
    }
    return finished;
  });
}

/**
 * Counts an object that has ended anew, after its ledger was corrected. How and when it ended stays
 * as it is; one that is under way is left alone.
 * @throws OutcomeInvariantError, and nothing is changed
 */
export function recountObject(control: Knex, object: ObjectRef): Promise<void> {
  return inTransaction(control, async (transaction) => {
    const [row] = await selectRows<{ status: ObjectStatus }>(
      transaction,
      'SELECT status FROM DISBatchHistory WHERE resyncID = ? AND objectName = ? FOR UPDATE',
      [object.resyncId, object.object],
    );
    if (!row || isOpen(row.status)) return;
    await closeObject(transaction, { ...object, status: row.status });
    await countWritten(transaction, object.resyncId);
    // Its errors have changed, so they are no longer what was made of them.
    await transaction('resyncCauses').where({ resyncID: object.resyncId }).del();
  });
}

/** Keeps with a run that has ended how many records it wrote: its year's lists ask for it. */
export async function countWritten(transaction: Knex.Transaction, resyncId: string): Promise<void> {
  await transaction.raw(
    `UPDATE resync r SET r.written = (SELECT COALESCE(SUM(h.inserted + h.updated), 0) FROM DISBatchHistory h
                                       WHERE h.resyncID = r.resyncID)
      WHERE r.resyncID = ? AND r.endedAt IS NOT NULL`,
    [resyncId],
  );
}

/**
 * An object that had finished turns out not to be what the district has: the state's triggers
 * changed it since.
 * @throws ConflictError when it had ended otherwise
 */
export function failFinished(
  control: Knex,
  { resyncId, object, message }: ObjectRef & { readonly message: string },
): Promise<ObjectOutcome> {
  return inTransaction(control, async (transaction) => {
    await transaction('DISBatchHistory')
      .where({ resyncID: resyncId, objectName: object, status: 'finished' })
      .update({ status: 'running' });
    return closeObject(transaction, { resyncId, object, status: 'failed', message });
  });
}

/** finishObject within the caller's transaction. */
export async function closeObject(
  transaction: Knex.Transaction,
  end: ObjectRef & { readonly status: ObjectEndStatus; readonly message?: string | null },
): Promise<ObjectOutcome> {
  const { resyncId, object, status } = end;
  const books = (await readBooks(transaction, { resyncId, objects: [object] })).get(object);
  if (books === undefined) throw notPlanned(object);
  if (!isOpen(books.status) && books.status !== status) throw hasEnded(object, books.status);
  if (status === 'finished') assertComplete(object, books);
  return writeEnd(transaction, end, books);
}

interface ObjectRow {
  readonly status: ObjectStatus;
  readonly message: string | null;
  readonly selected: number | null;
  readonly shrunkPercent: number | null;
  readonly doubt: ObjectDoubt | null;
}

/** What is kept of an object: its row, and what the tables beside it add up to. */
interface Books extends ObjectRow {
  readonly sums: LedgerSums;
  readonly ranges: number;
  readonly storedErrors: number;
  /** Of those the blocked records below an excluded one. */
  readonly expectedBlocked: number;
}

/** Of those that are planned; their rows are locked. */
async function readBooks(
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

async function writeEnd(
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

/** An object is complete when each of its ranges wrote its last page and the counts add up. */
function assertComplete(object: string, { sums, ranges, storedErrors }: Books): void {
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

function isOpen(status: ObjectStatus): status is 'waiting' | 'running' {
  return status === 'waiting' || status === 'running';
}

/** In their order within the run. */
async function lockObjects(
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

function notPlanned(object: string): NotFoundError {
  return new NotFoundError(`${object} is not planned in this resync.`);
}

function hasEnded(object: string, status: ObjectStatus): ConflictError {
  return new ConflictError(`${object} has ended (${status}) in this resync.`);
}
