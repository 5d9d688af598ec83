import { inBatches } from '../../domain/batches';
import { addCounts, countNames, noRecords, type RangeCounts } from '../../domain/outcome';
import { correctionsRange } from '../../domain/range';
import {
  formatRecordKey,
  parseRecordKey,
  type RecordError,
  type RecordKey,
  storedKey,
} from '../../domain/record-error';
import { DatabaseError } from '../connection/errors';
import type { PageJob } from '../mapping/job';
import type { Row, Session } from '../connection/session';
import { quoteNumber, quoteText } from '../connection/sql';
import { schoolsOfErrors } from './error-schools';

/**
 * The ledger: one row per page, in the page's own transaction. What it says was counted, and
 * nothing else was.
 */

/** Range number of the pages that remove records; their counts are all 0. */
export const removalsRange = -2;

export interface PageId {
  readonly rangeNo: number;
  readonly pageNo: number;
  /** The page covers keys up to here; `null`: to the end of the range. */
  readonly upTo: RecordKey | null;
  readonly lastPage: boolean;
}

/** What the ledger holds for a page. */
export interface PageEntry extends PageId {
  readonly read: number;
  readonly counts: RangeCounts;
}

/** Totals of a range's pages. */
export interface RangeProgress {
  readonly pages: number;
  readonly upTo: RecordKey | null;
  readonly complete: boolean;
  readonly read: number;
  readonly counts: RangeCounts;
}

export const nothingDone: RangeProgress = {
  pages: 0,
  upTo: null,
  complete: false,
  read: 0,
  counts: noRecords,
};

export function withPage(progress: RangeProgress, page: PageEntry): RangeProgress {
  return {
    pages: page.pageNo + 1,
    upTo: page.upTo,
    complete: page.lastPage,
    read: progress.read + page.read,
    counts: addCounts(progress.counts, page.counts),
  };
}

const columns =
  'pageNo, upToKey, lastPage, recordsRead, inserted, updated, unchanged, excluded, blocked, failed, extra';

/**
 * The pages of a range so far; a repeated activity continues after the last.
 * @throws DatabaseError
 */
export async function readProgress(job: PageJob, rangeNo: number): Promise<RangeProgress> {
  const rows = await job.editions.state.rows(
    `SELECT ${columns} FROM ${job.editions.control}.rangeLedger WHERE ${rangeOf(job, rangeNo)} ORDER BY pageNo`,
  );
  return rows.map((row) => toEntry(rangeNo, row)).reduce(withPage, nothingDone);
}

/** Records of the object that the run has updated by now, of one range or of all. */
export async function updatedSoFar({ editions, fence, mapping }: PageJob, rangeNo?: number): Promise<number> {
  const [row] = await editions.state.rows(
    `SELECT COALESCE(SUM(updated), 0) FROM ${editions.control}.rangeLedger
      WHERE resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(mapping.object.name)}
        ${rangeNo === undefined ? '' : `AND rangeNo = ${rangeNo}`}`,
  );
  return Number(row![0]);
}

/** One page's row. @returns `null` when it isn't written */
export async function readPage(job: PageJob, rangeNo: number, pageNo: number): Promise<PageEntry | null> {
  const [row] = await job.editions.state.rows(
    `SELECT ${columns} FROM ${job.editions.control}.rangeLedger WHERE ${rangeOf(job, rangeNo)} AND pageNo = ${pageNo}`,
  );
  return row ? toEntry(rangeNo, row) : null;
}

/**
 * The page of the next correction of an object; two attempts that get the same one meet at
 * claimPage.
 */
export async function nextCorrection(job: PageJob): Promise<PageId> {
  const pageNo = await nextPageNo(job, correctionsRange);
  return { rangeNo: correctionsRange, pageNo, upTo: null, lastPage: false };
}

/** Number of the next page of a range whose pages aren't stretches of the key. */
export async function nextPageNo(job: PageJob, rangeNo: number): Promise<number> {
  const [row] = await job.editions.state.rows(
    `SELECT COALESCE(MAX(pageNo) + 1, 0) FROM ${job.editions.control}.rangeLedger WHERE ${rangeOf(job, rangeNo)}`,
  );
  return Number(row![0]);
}

/**
 * The stretches of the object's key in whose pages records were extra, in key order. A page begins
 * where the one before it, of its own or of the range before, ended.
 */
export async function stretchesWithExtra(
  job: PageJob,
): Promise<{ readonly after: RecordKey | null; readonly upTo: RecordKey | null }[]> {
  const { fence, mapping, editions } = job;
  const rows = await editions.state.rows(
    `SELECT upToKey, extra FROM ${editions.control}.rangeLedger
      WHERE resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(mapping.object.name)} AND rangeNo >= 0
      ORDER BY rangeNo, pageNo`,
  );
  const keyAt = (row: Row | undefined): RecordKey | null =>
    row === undefined || row[0] === null ? null : parseRecordKey(String(row[0]));
  return rows.flatMap((row, n) =>
    Number(row[1]) === 0 ? [] : [{ after: keyAt(rows[n - 1]), upTo: keyAt(row) }],
  );
}

function rangeOf({ fence, mapping }: PageJob, rangeNo: number): string {
  return `resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(mapping.object.name)} AND rangeNo = ${rangeNo}`;
}

function toEntry(rangeNo: number, row: Row): PageEntry {
  const [pageNo, upTo, lastPage, read, inserted, updated, unchanged, excluded, blocked, failed, extra] = row;
  return {
    rangeNo,
    pageNo: Number(pageNo),
    upTo: upTo === null || upTo === undefined ? null : parseRecordKey(String(upTo)),
    lastPage: Number(lastPage) === 1,
    read: Number(read),
    counts: {
      inserted: Number(inserted),
      updated: Number(updated),
      unchanged: Number(unchanged),
      excluded: Number(excluded),
      blocked: Number(blocked),
      failed: Number(failed),
      extra: Number(extra),
    },
  };
}

/**
 * The page's first statement: a second writer of the same page waits here and then learns that it
 * is done.
 * @returns false when the page is already in the ledger
 */
export async function claimPage(session: Session, job: PageJob, page: PageId): Promise<boolean> {
  return isNew(session.write(`${insertInto(job)} VALUES (${pageValues(job, { ...page, ...untold })})`));
}

/**
 * A page of which nothing but its row is to be written: in one statement, that of the lease among
 * it (see checkLease).
 * @returns false when the page is already in the ledger
 * @throws DatabaseError fenced
 */
export async function insertPage(session: Session, job: PageJob, page: PageEntry): Promise<boolean> {
  const { scope, fence, lease = fence, editions } = job;
  const inserted = session.write(
    `${insertInto(job)} SELECT ${pageValues(job, page)} FROM ${editions.control}.districtLease
      WHERE ${leaseOf(scope)} AND resyncID = ${quoteText(lease.resyncId)} AND epoch = ${lease.epoch} LOCK IN SHARE MODE`,
  );
  return isNew(
    inserted.then(({ affectedRows }) => {
      if (affectedRows === 0) throw fenced();
    }),
  );
}

const untold = { read: 0, counts: noRecords };

function insertInto({ editions }: PageJob): string {
  return `INSERT INTO ${editions.control}.rangeLedger
    (resyncID, objectName, rangeNo, pageNo, upToKey, lastPage, recordsRead, ${countNames.join(', ')})`;
}

function pageValues({ fence, mapping }: PageJob, page: PageEntry): string {
  return [
    ...[quoteText(fence.resyncId), quoteText(mapping.object.name), page.rangeNo, page.pageNo],
    page.upTo === null ? 'NULL' : quoteText(formatRecordKey(page.upTo)),
    ...[page.lastPage ? 1 : 0, page.read],
    ...countNames.map((name) => page.counts[name]),
  ].join(', ');
}

/** @returns false when the row was there before */
async function isNew(insertion: Promise<unknown>): Promise<boolean> {
  try {
    await insertion;
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.errno === 1062) return false;
    throw error;
  }
}

function leaseOf({ districtId, schoolYear }: PageJob['scope']): string {
  return `districtID = ${quoteText(districtId)} AND schoolYear = ${quoteNumber(schoolYear)}`;
}

function fenced(): DatabaseError {
  return new DatabaseError(
    'A newer run holds the lease of this district and school year; nothing more is written for this one.',
    { errorClass: 'fenced', side: 'control' },
  );
}

/**
 * Reads the lease of the district's school year under a shared lock: a run that takes it anew waits
 * for this page, and a page of an older run can't begin afterwards. LOCK IN SHARE MODE, because a
 * plain read sees an old snapshot and FOR SHARE is MySQL only.
 * @throws DatabaseError fenced
 */
export async function checkLease(
  session: Session,
  { editions, scope, fence, lease = fence }: PageJob,
): Promise<void> {
  const [row] = await session.rows(
    `SELECT resyncID, epoch FROM ${editions.control}.districtLease
      WHERE ${leaseOf(scope)} LOCK IN SHARE MODE`,
  );
  if (row && row[0] === lease.resyncId && Number(row[1]) === lease.epoch) return;
  throw fenced();
}

/** Puts the final counts into the claimed row. */
export async function settlePage(
  session: Session,
  job: PageJob,
  page: PageId,
  { read, counts }: { readonly read: number; readonly counts: RangeCounts },
): Promise<void> {
  const sets = Object.entries({ recordsRead: read, ...counts }).map(([name, count]) => `${name} = ${count}`);
  await session.write(
    `UPDATE ${job.editions.control}.rangeLedger SET ${sets.join(', ')}
      WHERE ${rangeOf(job, page.rangeNo)} AND pageNo = ${page.pageNo}`,
  );
}

/** Rows of one INSERT into the errors table. */
const errorsPerStatement = 500;
const maxMessageLength = 1000;
const maxSchoolLength = 128;

/** Stores the errors of a page, each with the school of its record. */
export async function storeErrors(
  session: Session,
  job: PageJob,
  errors: readonly RecordError[],
): Promise<void> {
  const { editions, fence, lease, scope, ofState = false } = job;
  const schools = await schoolsOfErrors(session, job, errors);
  // What is found late in the books of an ended run is of its end: errors lie within their run.
  const seenAt =
    lease === undefined
      ? 'CURRENT_TIMESTAMP(3)'
      : `COALESCE((SELECT endedAt FROM ${editions.control}.resync WHERE resyncID = ${quoteText(fence.resyncId)}), CURRENT_TIMESTAMP(3))`;
  const text = (value: string | null, longest: number): string =>
    value === null ? 'NULL' : quoteText([...value].slice(0, longest).join(''));
  for (const batch of inBatches(errors, errorsPerStatement)) {
    const rows = batch.map((error) =>
      [
        quoteText(fence.resyncId),
        quoteText(scope.districtId),
        quoteText(error.object),
        quoteText(storedKey(error.key)),
        text(error.guid, 64),
        quoteText(error.outcome),
        quoteText(error.code),
        text(error.field, 64),
        text(error.message, maxMessageLength),
        text(error.parent?.object ?? null, 64),
        error.parent ? quoteText(storedKey(error.parent.key)) : 'NULL',
        text(error.heldBy ?? null, 64),
        text(schools.get(formatRecordKey(error.key)) ?? null, maxSchoolLength),
        ofState ? 1 : 0,
        seenAt,
      ].join(', '),
    );
    await session.write(
      `INSERT INTO ${editions.control}.recordError
         (resyncID, districtID, objectName, recordKey, guid, outcome, code, field, message, parentObject, parentKey, heldBy,
          school, ofState, createdAt)
       VALUES (${rows.join('), (')})`,
    );
  }
}
