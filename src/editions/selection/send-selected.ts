import type { RangeCounts } from '../../domain/outcome';
import { parseRecordKey } from '../../domain/record-error';
import { AlikeFailures } from '../transfer/uniform-failures';
import { selectedAfter } from './selected-rows';
import { waitForDistrict } from '../transfer/district-load';
import type { RangeJob } from '../mapping/job';
import { type PageEntry, readProgress, withPage } from '../transfer/ledger';
import { writePage } from '../transfer/page';
import { PageTally } from '../transfer/page-tally';
import type { RangeMemory } from '../transfer/repair';
import { repairKeys } from '../transfer/repair-keys';

/**
 * syncRange for a run of chosen records: the keys chosen for this object, page by page in the order of their text, each page
 * one transaction. What isn't chosen isn't looked at, so nothing is ever counted as gone. Goes on after the last page in
 * the ledger, so that repeating it after any crash counts every record once.
 * @param job `range` is a stretch of the selection, cut by cutChosen
 * @returns the totals of the whole range, earlier attempts included
 * @throws DatabaseError; the signal's reason when aborted. Committed pages stay.
 */
export async function sendSelected(job: RangeJob): Promise<RangeCounts & { read: number }> {
  const { range } = job;
  let progress = await readProgress(job, range.rangeNo);
  // A unit is verified after all its members, as in any run.
  const memory: RangeMemory = { alike: new AlikeFailures(), blockedSeen: false, strict: false };
  if (progress.pages > 0) memory.alike.accepted();
  while (!progress.complete) {
    job.signal.throwIfAborted();
    await waitForDistrict(job);
    const after = progress.pages === 0 ? range.after : progress.upTo;
    const page = await selectedPage(job, after, progress.pages, memory);
    progress = withPage(progress, page);
    job.onPage?.({ pageNo: page.pageNo, counts: page.counts });
  }
  return { ...progress.counts, read: progress.read };
}

async function selectedPage(
  job: RangeJob,
  after: RangeJob['range']['after'],
  pageNo: number,
  memory: RangeMemory,
): Promise<PageEntry> {
  const { range, fence, mapping, pageRecords } = job;
  const texts = await selectedAfter(job.editions, {
    ...{ choiceId: fence.resyncId, object: mapping.object.name },
    ...{ after, upTo: range.upTo, limit: pageRecords },
  });
  const keys = texts.map(parseRecordKey);
  const full = keys.length === pageRecords;
  const page = {
    rangeNo: range.rangeNo,
    pageNo,
    upTo: full ? keys.at(-1)! : range.upTo,
    lastPage: !full,
  };
  return writePage(job, page, async (session) => {
    const book = new PageTally();
    // A repeated transaction starts from what the pages before had shown.
    const attempt = { ...memory, alike: memory.alike.copy() };
    await repairKeys(session, job, book, attempt, keys);
    memory.alike = attempt.alike;
    memory.blockedSeen = attempt.blockedSeen;
    return book;
  });
}
