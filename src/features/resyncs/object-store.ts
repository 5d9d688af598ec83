import { countNames } from '../../domain/outcome';
import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import {
  assertOutcome,
  type Color,
  colorOf,
  errorsOf,
  noRecords,
  type ObjectStatus,
  OutcomeInvariantError,
  processedOf,
  type RangeCounts,
} from '../../domain/outcome';
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
}

interface ObjectRef {
  readonly resyncId: string;
  readonly object: string;
}

/** The objects of a run, in the order of its plan. */
interface PlannedRun {
  readonly resyncId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly objects: readonly string[];
  readonly selected?: ReadonlyMap<string, number> | null;
}

/**
 * Writes one DISBatchHistory row for every planned object, in status waiting. Repeating it changes
 * nothing.
 * @param objects names in the order of the plan
 * @param chosen in a run of chosen records: how many, by object
 */
export async function planObjects(
  control: Knex,
  { resyncId, districtId, schoolYear, objects, selected = null }: PlannedRun,
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
        status: 'waiting',
        color: 'gray',
      })),
    )
    .onConflict(['resyncID', 'objectName'])
    .merge(['position', 'selected']);
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

/**
 * waiting -> running, with the time of the first start. Repeating it changes nothing.
 * @throws ConflictError when the object has ended; NotFoundError when it isn't planned
 */
export async function startObject(control: Knex, { resyncId, object }: ObjectRef): Promise<void> {
  await inTransaction(control, async (transaction) => {
    const row = await lockObject(transaction, { resyncId, object });
    if (row.status === 'running') return;
    if (row.status !== 'waiting')
      throw new ConflictError(`${object} has ended (${row.status}) in this resync.`);
    await transaction('DISBatchHistory')
      .where({ resyncID: resyncId, objectName: object })
      .update({ status: 'running', startedAt: now(transaction) });
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
    if (row && row.status !== 'waiting' && row.status !== 'running')
      await closeObject(transaction, { ...object, status: row.status });
  });
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
  {
    resyncId,
    object,
    status,
    message = null,
  }: ObjectRef & { readonly status: ObjectEndStatus; readonly message?: string | null },
): Promise<ObjectOutcome> {
  const row = await lockObject(transaction, { resyncId, object });
  const open = row.status === 'waiting' || row.status === 'running';
  if (!open && row.status !== status)
    throw new ConflictError(`${object} has ended (${row.status}) in this resync.`);
  const sums = (await sumLedger(transaction, { resyncId, objects: [object] })).get(object) ?? emptyLedger;
  const ranges = await countRanges(transaction, { resyncId, object });
  if (status === 'finished') await assertComplete(transaction, { resyncId, object, sums, ranges });

  const { counts, read } = sums;
  const color = colorOf(status, counts);
  const told = message ?? (status === 'finished' ? whyFewer(row.selected, read) : null);
  const kept = told ?? row.message;
  await transaction('DISBatchHistory')
    .where({ resyncID: resyncId, objectName: object })
    .update({
      status,
      color,
      recordsRead: read,
      processed: processedOf(counts),
      errors: errorsOf(counts),
      ...Object.fromEntries(countNames.map((column) => [column, counts[column]])),
      ranges,
      message: clip(kept),
      endedAt: open || status === 'finished' ? now(transaction) : transaction.ref('endedAt'),
    });
  return { object, status, color, counts, read, message: kept };
}

/** An object is complete when each of its ranges wrote its last page and the counts add up. */
async function assertComplete(
  transaction: Knex.Transaction,
  { resyncId, object, sums, ranges }: ObjectRef & { sums: LedgerSums; ranges: number },
): Promise<void> {
  if (ranges === 0) throw new OutcomeInvariantError(`${object}: no range was stored, so nothing was read.`);
  if (sums.rangesDone !== ranges) {
    throw new OutcomeInvariantError(`${object}: ${sums.rangesDone} of ${ranges} ranges are complete.`);
  }
  const [row] = await selectRows<{ storedErrors: number }>(
    transaction,
    'SELECT COUNT(*) AS storedErrors FROM recordError WHERE resyncID = ? AND objectName = ?',
    [resyncId, object],
  );
  assertOutcome(object, sums.counts, { read: sums.read, storedErrors: row!.storedErrors });
}

interface ObjectRow {
  readonly status: ObjectStatus;
  readonly message: string | null;
  readonly selected: number | null;
}

/** A selected record that the district no longer has counts nothing, but is reported. */
function whyFewer(selected: number | null, read: number): string | null {
  const missing = selected === null ? 0 : selected - read;
  if (missing <= 0) return null;
  return `${missing} of ${selected} chosen records are not at the district (any more), or not in this school year: nothing was sent for them.`;
}

async function lockObject(
  transaction: Knex.Transaction,
  { resyncId, object }: ObjectRef,
): Promise<ObjectRow> {
  const [row] = await selectRows<ObjectRow>(
    transaction,
    'SELECT status, message, selected FROM DISBatchHistory WHERE resyncID = ? AND objectName = ? FOR UPDATE',
    [resyncId, object],
  );
  if (!row) throw new NotFoundError(`${object} is not planned in this resync.`);
  return row;
}
