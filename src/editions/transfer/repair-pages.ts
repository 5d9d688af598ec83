import { noRecords } from '../../domain/outcome';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import type { RangeJob } from '../mapping/job';
import { ahead } from './ahead';
import type { ComparedRecord, Interval } from './compare';
import { pauseOf } from './district-load';
import { holdMassUpdate } from './hold-updates';
import type { PageEntry, PageId } from './ledger';
import { type Look, lookThrough } from './look-through';
import { writeEqualPage, writePage } from './page';
import { PageTally } from './page-tally';
import type { RangeMemory } from './range-memory';
import { repairRecords } from './repair';

/** A page ends with this share of `pageRecords` open: transactions are dear, and so are locks. */
const openShare = 0.2;
const looksPerPage = 20;

/** Part of a range that is to be covered by pages. */
export interface PageStretch extends Interval {
  /** Number of its first page. */
  readonly pageNo: number;
  /** Its last page is the range's. */
  readonly endsRange: boolean;
}

/**
 * Compares a stretch and brings the state to what the district has. The next looks are taken while
 * a page is written; what is open is looked at again under lock, so that nothing depends on when it
 * was compared.
 * @returns the pages, each committed; it ends before the stretch does when the ledger turns out to
 *   hold another page than the one to be written
 * @throws DatabaseError; the signal's reason when aborted
 */
export async function* repairPages(
  job: RangeJob,
  stretch: PageStretch,
  memory: RangeMemory,
): AsyncGenerator<PageEntry, void> {
  let { pageNo } = stretch;
  for await (const { looks, upTo, lastPage } of pagesOfLooks(job, lookThrough(job, stretch, pauseOf(job)))) {
    const id = { rangeNo: job.range.rangeNo, pageNo, upTo, lastPage: lastPage && stretch.endsRange };
    await holdMassUpdate(job, looks, memory);
    const page = await writeLooks(job, id, looks, memory);
    yield page;
    if (!isSamePage(page, id)) return;
    pageNo += 1;
  }
}

/** Another writer of the same page may have ended it elsewhere. */
export function isSamePage(page: PageId, other: PageId): boolean {
  const text = ({ upTo }: PageId): string | null => (upTo === null ? null : formatRecordKey(upTo));
  return page.lastPage === other.lastPage && text(page) === text(other);
}

/** Looks that become one page. */
interface PageOfLooks {
  readonly looks: readonly Look[];
  readonly upTo: RecordKey | null;
  readonly lastPage: boolean;
}

/**
 * Puts looks together to pages. A page in which all is equal names no record; so what was compared
 * by its checksum, and can't be named, never shares a page with what differs.
 */
async function* pagesOfLooks(
  job: RangeJob,
  looks: AsyncGenerator<Look, void>,
): AsyncGenerator<PageOfLooks, void> {
  const mostOpen = Math.max(1, job.pageRecords * openShare);
  let together: Look[] = [];
  const flush = function* (): Generator<PageOfLooks> {
    const end = together.at(-1);
    if (end !== undefined) yield { looks: together, upTo: end.upTo, lastPage: end.lastPage };
    together = [];
  };
  for await (const look of ahead(looks)) {
    if (together.every(isEqual) ? !isEqual(look) : 'equal' in look) yield* flush();
    together.push(look);
    const full = together.length >= looksPerPage || openOf(together) >= mostOpen;
    if (full && !together.every(isEqual)) yield* flush();
  }
  yield* flush();
}

function isEqual(look: Look): boolean {
  return 'equal' in look || (look.open.length === 0 && look.extra.length === 0);
}

function openOf(looks: readonly Look[]): number {
  return looks.reduce((sum, look) => sum + ('equal' in look ? 0 : look.open.length), 0);
}

async function writeLooks(
  job: RangeJob,
  id: PageId,
  looks: readonly Look[],
  memory: RangeMemory,
): Promise<PageEntry> {
  if (looks.every(isEqual)) {
    const read = looks.reduce((sum, look) => sum + ('equal' in look ? look.equal : look.read), 0);
    const page = await writeEqualPage(job, { ...id, read, counts: { ...noRecords, unchanged: read } });
    // What is equal was written before: the tables fit each other.
    if (read > 0) memory.failures.accepted();
    return page;
  }
  return writePage(job, id, async (session) => {
    const tally = new PageTally();
    const attempt = memory.attempt();
    const open: ComparedRecord[] = [];
    for (const look of looks) {
      tally.read += 'equal' in look ? look.equal : look.read;
      if ('equal' in look) {
        tally.count('unchanged', look.equal);
        continue;
      }
      tally.add('unchanged', look.unchanged);
      tally.add('extra', look.extra);
      open.push(...look.open);
    }
    // What is equal was written before: the tables fit each other.
    if (tally.counts.unchanged > 0) attempt.failures.accepted();
    await repairRecords(session, job, tally, attempt, open);
    memory.learn(attempt);
    return tally;
  });
}
