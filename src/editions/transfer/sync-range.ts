import type { RangeCounts } from '../../domain/outcome';
import type { RangeJob } from '../mapping/job';
import { isEmptyAtState } from './compare';
import { canStream } from './copy';
import { DatabaseError } from '../connection/errors';
import { type PageEntry, readProgress, withPage } from './ledger';
import { RangeMemory } from './range-memory';
import { type PageStretch, repairPages } from './repair-pages';
import { streamPages } from './stream-pages';

export type { RangeJob } from '../mapping/job';

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
  let { pageRecords } = job;
  while (!progress.complete) {
    const rest: PageStretch = {
      after: progress.pages === 0 ? range.after : progress.upTo,
      upTo: range.upTo,
      pageNo: progress.pages,
      endsRange: true,
    };
    try {
      for await (const page of await pagesOf({ ...job, pageRecords }, rest, memory)) {
        progress = withPage(progress, page);
        job.onPage?.({ pageNo: page.pageNo, counts: page.counts });
      }
    } catch (error) {
      pageRecords = halfAfter(error, pageRecords);
    }
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

/** The way in which the rest of a range is moved, for as long as it goes. */
async function pagesOf(
  job: RangeJob,
  rest: PageStretch,
  memory: RangeMemory,
): Promise<AsyncGenerator<PageEntry, void>> {
  const streams =
    !memory.blockedSeen && canStream(job.editions.state, job.mapping) && (await isEmptyAtState(job, rest));
  return streams ? streamPages(job, rest, memory) : repairPages(job, rest, memory);
}
