import type { RangeJob } from '../mapping/job';
import { ahead } from './ahead';
import { nthKey } from './bounds';
import type { Interval } from './compare';
import { isOneWrites } from './ask-each';
import { type Pause, pauseOf } from './district-load';
import { PageRefused, streamLines } from './copy';
import type { PageEntry, PageId } from './ledger';
import { type Lines, readLines } from './lines';
import { writePage } from './page';
import { PageTally } from './page-tally';
import type { RangeMemory } from './range-memory';
import { refusedByRule } from './refusal';
import { isSamePage, type PageStretch, repairPages } from './repair-pages';

/**
 * Copies a stretch that is empty at the state, page by page; the next page is read while one is
 * loaded. A page of which the state refuses any record is isolated.
 * @returns the pages, each committed; it ends before the stretch does when the rest has to be moved
 *   in another way, or the ledger turns out to hold another page than the one to be written
 * @throws DatabaseError; the signal's reason when aborted
 */
export async function* streamPages(
  job: RangeJob,
  stretch: PageStretch,
  memory: RangeMemory,
): AsyncGenerator<PageEntry, void> {
  let { pageNo } = stretch;
  for await (const { interval, last, lines } of ahead(linesOf(job, stretch, pauseOf(job)))) {
    const { upTo } = interval;
    const endsRange = last && stretch.endsRange;
    const id = { rangeNo: job.range.rangeNo, pageNo, upTo, lastPage: endsRange };
    let page = await writeLines(job, id, lines, memory);
    if (page !== null) yield page;
    else for await (page of repairPages(job, { ...interval, pageNo, endsRange }, memory)) yield page;
    if (page === null || !isSamePage(page, id) || memory.blockedSeen || !job.editions.state.takesStreams)
      return;
    pageNo = page.pageNo + 1;
  }
}

interface Stretch {
  readonly interval: Interval;
  readonly last: boolean;
  readonly lines: Lines;
}

async function* linesOf(job: RangeJob, stretch: Interval, pause: Pause): AsyncGenerator<Stretch, void> {
  const { editions, mapping, scope } = job;
  let { after } = stretch;
  let records = job.pageRecords;
  for (;;) {
    await pause();
    const cut = await nthKey(editions, mapping, scope, { after, upTo: stretch.upTo }, records);
    const interval = { after, upTo: cut ?? stretch.upTo };
    const lines = await readLines(job, interval);
    if (lines === null) {
      records = Math.ceil(records / 2);
      continue;
    }
    yield { interval, last: cut === null, lines };
    if (cut === null) return;
    after = cut;
  }
}

/** @returns `null` when the state refused any record: the page is then isolated */
async function writeLines(
  job: RangeJob,
  page: PageId,
  lines: Lines,
  memory: RangeMemory,
): Promise<PageEntry | null> {
  try {
    return await writePage(job, page, async (session) => {
      await streamLines(session, job, lines);
      if (lines.sent.length > 0) memory.failures.accepted();
      return tallyOf(job, lines);
    });
  } catch (error) {
    if (error instanceof PageRefused || isOfRecords(error)) return null;
    throw error;
  }
}

/** An error that fewer records, or another record, might not have: a trigger's, a packet's. */
function isOfRecords(error: unknown): boolean {
  return isOneWrites(error) && error.side === 'state';
}

function tallyOf({ mapping }: RangeJob, { read, sent, refused }: Lines): PageTally {
  const tally = new PageTally();
  tally.read = read;
  for (const record of refused) tally.refuse(refusedByRule(mapping, record, mapping.rules[record.rule!]!));
  tally.add('inserted', sent);
  return tally;
}
