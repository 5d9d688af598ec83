import type { RangeCounts } from '../../domain/outcome';
import type { RangeJob } from '../mapping/job';
import { type ComparedPage, comparePage, countIfEqual, type Interval, isEmptyAtState } from './compare';
import { canStream, PageRefused, streamRecords } from './copy';
import { tellsExtra } from '../mapping/scope';
import { DatabaseError } from '../connection/errors';
import { waitForDistrict } from './district-load';
import { type PageEntry, readProgress, withPage } from './ledger';
import { writePage } from './page';
import { PageTally } from './page-tally';
import { RangeMemory } from './range-memory';
import { type DistrictRecord, fetchPage } from './records';
import { refusedByRule } from './refusal';
import { repairRecords } from './repair';

export type { RangeJob } from '../mapping/job';

/** What the rest of a range needs. */
type Method =
  | { readonly kind: 'stream' }
  /** `first`: the next page, already compared. */
  | { readonly kind: 'repair'; readonly first: ComparedPage | null }
  | { readonly kind: 'equal'; readonly records: number };

/**
 * Brings one range of the state to what the district has. Pages one after the other, each one
 * transaction; continues after the last page that the ledger holds, so that repeating it after any
 * crash counts every record once.
 * @returns the totals of the whole range, earlier attempts included
 * @throws DatabaseError; the signal's reason when aborted. Committed pages stay.
 */
export async function syncRange(job: RangeJob): Promise<RangeCounts & { read: number }> {
  const { range } = job;
  let progress = await readProgress(job, range.rangeNo);
  const memory = new RangeMemory({ blockedSeen: progress.counts.blocked > 0 });
  if (progress.pages > 0) memory.failures.accepted();
  let method: Method | null = null;
  let { pageRecords } = job;
  while (!progress.complete) {
    job.signal.throwIfAborted();
    await waitForDistrict(job);
    const rest: Interval = { after: progress.pages === 0 ? range.after : progress.upTo, upTo: range.upTo };
    let page: PageEntry;
    try {
      const sized = { ...job, pageRecords };
      method ??= await methodFor(sized, rest);
      page = await nextPage(sized, method, rest, progress.pages, memory);
    } catch (error) {
      pageRecords = halfAfter(error, pageRecords);
      if (method?.kind === 'repair') method = repairFrom(null);
      continue;
    }
    progress = withPage(progress, page);
    if (method.kind === 'repair') method = repairFrom(null);
    job.onPage?.({ pageNo: page.pageNo, counts: page.counts });
  }
  return { ...progress.counts, read: progress.read };
}

/**
 * A page that takes too long, or is too large, for a server is tried with half of its records.
 * @throws the error when that can't help: of another class, or of a single record
 */
export function halfAfter(error: unknown, pageRecords: number): number {
  const smaller = error instanceof DatabaseError && error.errorClass === 'shrink' && pageRecords > 1;
  if (!smaller) throw error;
  return Math.ceil(pageRecords / 2);
}

/** `null` also where a server can't sum up so many records in the time of a statement. */
async function countIfEqualInTime(job: RangeJob, interval: Interval): Promise<number | null> {
  try {
    return await countIfEqual(job, interval);
  } catch (error) {
    if (error instanceof DatabaseError && error.errorClass === 'shrink') return null;
    throw error;
  }
}

/**
 * Looks at the first page record by record: drift is mostly scattered, and then a checksum of the
 * whole range would be paid for and show nothing. Only when that page is equal the rest is compared
 * by its checksum.
 */
async function methodFor(job: RangeJob, rest: Interval): Promise<Method> {
  const { mapping, mode } = job;
  if (await isEmptyAtState(job, rest))
    return canStream(job.editions.state, mapping) ? { kind: 'stream' } : repairFrom(null);
  if (mode === 'everything' || !tellsExtra(mapping, job.scope)) return repairFrom(null);
  const first = await comparePage(job, rest);
  if (first.open.length > 0 || first.extra.length > 0) return repairFrom(first);
  if (first.lastPage) return { kind: 'equal', records: first.read };
  const others = await countIfEqualInTime(job, { after: first.upTo, upTo: rest.upTo });
  return others === null ? repairFrom(first) : { kind: 'equal', records: first.read + others };
}

function repairFrom(first: ComparedPage | null): Method & { readonly kind: 'repair' } {
  return { kind: 'repair', first };
}

async function nextPage(
  job: RangeJob,
  method: Method,
  rest: Interval,
  pageNo: number,
  memory: RangeMemory,
): Promise<PageEntry> {
  if (method.kind === 'equal') return equalPage(job, rest, pageNo, method.records);
  if (method.kind === 'stream' && !memory.blockedSeen && job.editions.state.takesStreams) {
    const streamed = await streamedPage(job, rest, pageNo, memory);
    if (streamed !== null) return streamed;
  }
  const compared = method.kind === 'repair' ? method.first : null;
  return repairedPage(job, compared ?? (await comparePage(job, rest)), pageNo, memory);
}

function equalPage(job: RangeJob, rest: Interval, pageNo: number, records: number): Promise<PageEntry> {
  const page = { rangeNo: job.range.rangeNo, pageNo, upTo: rest.upTo, lastPage: true };
  const tally = new PageTally();
  tally.read = records;
  tally.count('unchanged', records);
  return writePage(job, page, () => Promise.resolve(tally));
}

/** @returns `null` when the state refused any record: the page is then isolated */
async function streamedPage(
  job: RangeJob,
  rest: Interval,
  pageNo: number,
  memory: RangeMemory,
): Promise<PageEntry | null> {
  const records = await fetchPage(job, rest);
  const full = records.length === job.pageRecords;
  const upTo = full ? records.at(-1)!.key : rest.upTo;
  const page = { rangeNo: job.range.rangeNo, pageNo, upTo, lastPage: !full };
  const sent = records.filter(({ rule }) => rule === null);
  try {
    return await writePage(job, page, async (session) => {
      await streamRecords(session, job, sent);
      if (sent.length > 0) memory.failures.accepted();
      return tallyOfStreamed(job, records, sent);
    });
  } catch (error) {
    if (error instanceof PageRefused || isOfRecords(error)) return null;
    throw error;
  }
}

/** An error that fewer records, or another record, might not have: a trigger's, a packet's. */
function isOfRecords(error: unknown): boolean {
  return (
    error instanceof DatabaseError &&
    error.side === 'state' &&
    (error.errorClass === 'record' || error.errorClass === 'shrink')
  );
}

function tallyOfStreamed(
  { mapping }: RangeJob,
  records: readonly DistrictRecord[],
  sent: readonly DistrictRecord[],
): PageTally {
  const tally = new PageTally();
  tally.read = records.length;
  for (const record of records) {
    if (record.rule !== null) tally.refuse(refusedByRule(mapping, record, mapping.rules[record.rule]!));
  }
  tally.add(
    'inserted',
    sent.map(({ key }) => key),
  );
  return tally;
}

async function repairedPage(
  job: RangeJob,
  { upTo, lastPage, read, unchanged, extra, open }: ComparedPage,
  pageNo: number,
  memory: RangeMemory,
): Promise<PageEntry> {
  const page = { rangeNo: job.range.rangeNo, pageNo, upTo, lastPage };
  return writePage(job, page, async (session) => {
    const tally = new PageTally();
    tally.read = read;
    tally.add('unchanged', unchanged);
    tally.add('extra', extra);
    const attempt = memory.attempt();
    // What is equal was written before: the tables fit each other.
    if (unchanged.length > 0) attempt.failures.accepted();
    await repairRecords(session, job, tally, attempt, open);
    memory.learn(attempt);
    return tally;
  });
}
