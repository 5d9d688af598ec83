import type { RangeCounts } from '../../domain/outcome';
import { parseRecordKey } from '../../domain/record-error';
import { selectedAfter } from './selected-rows';
import { waitForDistrict } from '../transfer/district-load';
import type { RangeJob } from '../mapping/job';
import { type PageEntry, readProgress, withPage } from '../transfer/ledger';
import { writePage } from '../transfer/page';
import { PageTally } from '../transfer/page-tally';
import { RangeMemory } from '../transfer/range-memory';
import { repairKeys } from '../transfer/repair-keys';
import { halfAfter } from '../transfer/sync-range';

/**
 * syncRange for a run of selected records: the keys selected for this object, page by page in the
 * order of their text, each page one transaction. What isn't selected isn't looked at, so nothing
 * is ever counted as extra. Continues after the last page in the ledger, so that repeating it after
 * any crash counts every record once.
 * @param job `range` is a stretch of the selection, cut by cutSelected
 * @returns the totals of the whole range, earlier attempts included
 * @throws DatabaseError; the signal's reason when aborted. Committed pages stay.
 */
export async function sendSelected(job: RangeJob): Promise<RangeCounts & { read: number }> {
  const { range } = job;
  let progress = await readProgress(job, range.rangeNo);
  // A cycle is verified after all its members, as in any run.
  const memory = new RangeMemory({ blockedSeen: false });
  // A retry is made of records that failed alike, and says nothing of the tables.
  memory.failures.accepted();
  let { pageRecords } = job;
  while (!progress.complete) {
    job.signal.throwIfAborted();
    await waitForDistrict(job);
    const after = progress.pages === 0 ? range.after : progress.upTo;
    let page: PageEntry;
    try {
      page = await selectedPage({ ...job, pageRecords }, after, progress.pages, memory);
    } catch (error) {
      pageRecords = halfAfter(error, pageRecords);
      continue;
    }
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
    choiceId: fence.resyncId,
    object: mapping.object.name,
    after,
    upTo: range.upTo,
    limit: pageRecords,
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
    const tally = new PageTally();
    const attempt = memory.attempt();
    await repairKeys(session, job, tally, attempt, keys);
    memory.learn(attempt);
    return tally;
  });
}
