/** How objects of a run begin and end. */
import type { Knex } from 'knex';
import { now } from '../../control/columns';
import { inTransaction, selectRows } from '../../control/database';
import { colorOf, noRecords, type ObjectStatus, OutcomeInvariantError } from '../../domain/outcome';
import {
  assertComplete,
  hasEnded,
  isOpen,
  lockObjects,
  notPlanned,
  type ObjectEndStatus,
  type ObjectOutcome,
  readBooks,
  writeEnd,
} from './object-books';

interface ObjectRef {
  readonly resyncId: string;
  readonly object: string;
}

interface ObjectsRef {
  readonly resyncId: string;
  readonly objects: readonly string[];
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
