import { DatabaseError } from '../connection/errors';
import type { OpenSession, Session } from '../connection/session';
import { withQuickRetries } from '../connection/quick-retries';
import type { PageJob } from '../mapping/job';
import {
  checkLease,
  claimPage,
  insertPage,
  type PageEntry,
  type PageId,
  readPage,
  settlePage,
  storeErrors,
} from './ledger';
import { storeMarks } from './page-marks';
import type { PageTally } from './page-tally';

/**
 * Writes one page as one transaction at the state. A page that is already in the ledger (a repeated
 * attempt, or a zombie's) is not done again: its entry is returned.
 * @param work writes with the session and tallies the page; called anew whenever the transaction
 *   has to be repeated as a whole
 * @throws DatabaseError; whatever class, nothing of the page stays
 */
export async function writePage(
  job: PageJob,
  page: PageId,
  work: (session: Session) => Promise<PageTally>,
): Promise<PageEntry> {
  for (;;) {
    const entry = await withQuickRetries(job.signal, () => tryPage(job, page, work));
    if (entry !== null) {
      const written = entry.counts.inserted + entry.counts.updated;
      if (written > 0) await job.afterWrite?.(written);
      return entry;
    }
    job.signal.throwIfAborted();
  }
}

/**
 * The same for a page that writes nothing at the state, names no record and has no error: nothing
 * but its row.
 * @throws DatabaseError; whatever class, nothing of the page stays
 */
export async function writeEqualPage(job: PageJob, page: PageEntry): Promise<PageEntry> {
  for (;;) {
    await job.beforeCommit?.();
    job.signal.throwIfAborted();
    const isNew = await withQuickRetries(job.signal, () =>
      job.editions.state.withSession((session) => insertPage(session, job, page)),
    );
    const entry = isNew ? page : await readPage(job, page.rangeNo, page.pageNo);
    if (entry !== null) return entry;
  }
}

/**
 * Writes the outcomes of a further page, of another object, within a page's transaction.
 * @throws DatabaseError transient when another attempt has that page
 */
export async function writeBeside(
  session: Session,
  job: PageJob,
  page: PageId,
  tally: PageTally,
): Promise<void> {
  if (!(await claimPage(session, job, page)))
    throw new DatabaseError('Another attempt has written the page.', {
      errorClass: 'transient',
      side: 'control',
    });
  await storeOutcomes(session, job, page, tally);
}

async function storeOutcomes(session: Session, job: PageJob, page: PageId, tally: PageTally): Promise<void> {
  await storeErrors(session, job, tally.errors);
  await storeMarks(session, job, page, tally);
  await settlePage(session, job, page, tally);
}

/** @returns `null` when another writer had the page and gave it up: it is to be tried again */
async function tryPage(
  job: PageJob,
  page: PageId,
  work: (session: Session) => Promise<PageTally>,
): Promise<PageEntry | null> {
  const transaction = await PageTransaction.open(job, page);
  if (transaction === null) return readPage(job, page.rangeNo, page.pageNo);
  try {
    return await transaction.commit(await work(transaction.session));
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

/**
 * The transaction of one page: ledger row, lease, what is written in between, errors, marks,
 * counts, COMMIT. Whoever opens one has to commit it, or to roll it back when anything failed, a
 * COMMIT without an answer included.
 */
export class PageTransaction {
  private constructor(
    private readonly job: PageJob,
    private readonly page: PageId,
    private readonly connection: OpenSession,
  ) {}

  /**
   * Claims the page in the ledger and makes sure that this run may still write.
   * @returns `null` when the page is already in the ledger
   * @throws DatabaseError; then nothing is left open
   */
  static async open(job: PageJob, page: PageId): Promise<PageTransaction | null> {
    const connection = await job.editions.state.openSession();
    const transaction = new PageTransaction(job, page, connection);
    try {
      if (await transaction.begin()) return transaction;
      await connection.write('ROLLBACK');
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
    connection.release();
    return null;
  }

  /** Writes inside the transaction. */
  get session(): Session {
    return this.connection;
  }

  /**
   * Stores the outcomes of the page and commits.
   * @throws DatabaseError; then it has to be rolled back
   */
  async commit(tally: PageTally): Promise<PageEntry> {
    const { job, page, connection } = this;
    await storeOutcomes(connection, job, page, tally);
    await job.beforeCommit?.();
    job.signal.throwIfAborted();
    await connection.write('COMMIT');
    connection.release();
    return { ...page, read: tally.read, counts: tally.counts };
  }

  /**
   * Takes everything back and ends the connection, and with it the session's settings. ROLLBACK is
   * sent all the same: after a lock wait the transaction is still open, and its locks would be held
   * until the server notices that the connection is gone.
   */
  async rollback(): Promise<void> {
    await this.connection.write('ROLLBACK').catch(() => undefined);
    this.connection.destroy();
  }

  /** @returns false when the page is already in the ledger */
  private async begin(): Promise<boolean> {
    const { job, connection } = this;
    await connection.write('START TRANSACTION');
    if (!(await claimPage(connection, job, this.page))) return false;
    await checkLease(connection, job);
    return true;
  }
}
