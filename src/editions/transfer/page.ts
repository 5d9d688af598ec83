import type { PageJob } from '../mapping/job';
import {
  checkLease,
  claimPage,
  type PageEntry,
  type PageId,
  readPage,
  settlePage,
  storeErrors,
} from './ledger';
import type { PageTally } from './page-tally';
import { storeMarks } from './page-marks';
import type { Session } from '../connection/pools';
import { withQuickRetries } from '../connection/quick-retries';

interface PageOptions {
  /** The state's foreign key checks stay on, also for an object of a unit. */
  readonly keepChecks?: boolean;
}

/**
 * One page, one transaction at the state: ledger row, lease, `work`, errors, counts, COMMIT. A page that is already in
 * the ledger (a repeated attempt, or a zombie's) is not done again: its entry is returned.
 * @param work writes with the session and returns the page's book; called anew when the transaction has to be repeated
 * @throws DatabaseError; whatever class, nothing of the page stays
 */
export async function writePage(
  job: PageJob,
  page: PageId,
  work: (session: Session) => Promise<PageTally>,
  { keepChecks = false }: PageOptions = {},
): Promise<PageEntry> {
  for (;;) {
    const entry = await withQuickRetries(job.signal, async () => {
      const book = await transact(
        job,
        page,
        keepChecks ? work : (session) => withCycleChecks(session, job, work),
      );
      if (book !== null) return { ...page, read: book.read, counts: book.counts };
      return readPage(job, page.rangeNo, page.pageNo);
    });
    if (entry !== null) return entry;
    job.signal.throwIfAborted();
  }
}

async function transact(
  job: PageJob,
  page: PageId,
  work: (session: Session) => Promise<PageTally>,
): Promise<PageTally | null> {
  return job.editions.state.withSession(async (session) => {
    await session.write('START TRANSACTION');
    try {
      if (!(await claimPage(session, job, page))) {
        await session.write('ROLLBACK');
        return null;
      }
      await checkLease(session, job);
      const book = await work(session);
      await storeErrors(session, job, book.errors);
      await storeMarks(session, job, page, book);
      await settlePage(session, job, page, book);
      await job.beforeCommit?.();
      job.signal.throwIfAborted();
      await session.write('COMMIT');
      return book;
    } catch (error) {
      // After a lock wait the transaction is still open and a COMMIT would keep half a page.
      await session.write('ROLLBACK').catch(() => undefined);
      throw error;
    }
  });
}

/** Objects of a unit reference each other in a circle: their rows are written with the checks off, and verified later. */
async function withCycleChecks<T>(
  session: Session,
  job: PageJob,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  if (job.mapping.object.cycle === null) return work(session);
  await session.write('SET SESSION foreign_key_checks = 0');
  const result = await work(session);
  // On an error the connection is destroyed, and the setting with it.
  await session.write('SET SESSION foreign_key_checks = 1');
  return result;
}
