import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { inBatches } from '../../domain/batches';
import { quoteText } from '../connection/sql';
import type { PageJob } from '../mapping/job';
import { comparePage } from './compare';
import { nextCorrection } from './ledger';
import { writePage } from './page';
import { PageTally } from './page-tally';
import { RangeMemory } from './range-memory';
import { repairKeys } from './repair-keys';

/** What came of comparing an object again. */
export interface Recompared {
  /** Records written once more. */
  readonly written: number;
  /** Records that could not be brought back to what the district has. */
  readonly left: number;
}

/** Error rows looked for at once. */
const keysPerLook = 500;

/**
 * Compares an object that was sent once more, because triggers of other objects' tables may have
 * written it since, and sends what differs. Every record was counted before, so nothing is counted;
 * a record that has an error in this run keeps it. Safe to repeat.
 * @param upTo the upper bound of the run
 * @throws DatabaseError
 */
export async function recompare(
  job: PageJob,
  { upTo }: { readonly upTo: RecordKey | null },
): Promise<Recompared> {
  const total = { written: 0, left: 0 };
  let after: RecordKey | null = null;
  for (;;) {
    job.signal.throwIfAborted();
    const page = await comparePage({ ...job, mode: 'compare' }, { after, upTo });
    const open = await withoutErrors(
      job,
      page.open.map(({ key }) => key),
    );
    for (const keys of inBatches(open, 1_000)) {
      const sent = await sendAgain(job, keys);
      total.written += sent.written;
      total.left += sent.left;
    }
    if (page.lastPage) return total;
    after = page.upTo;
  }
}

async function withoutErrors(job: PageJob, keys: readonly RecordKey[]): Promise<RecordKey[]> {
  const known = new Set<string>();
  for (const part of inBatches(keys, keysPerLook)) {
    const rows = await job.editions.state.rows(
      `SELECT recordKey FROM ${job.editions.control}.recordError
        WHERE resyncID = ${quoteText(job.fence.resyncId)} AND objectName = ${quoteText(job.mapping.object.name)}
          AND recordKey IN (${part.map((key) => quoteText(formatRecordKey(key))).join(', ')})`,
    );
    for (const [key] of rows) known.add(String(key));
  }
  return keys.filter((key) => !known.has(formatRecordKey(key)));
}

async function sendAgain(
  job: PageJob,
  keys: readonly RecordKey[],
): Promise<{ readonly written: number; readonly left: number }> {
  for (;;) {
    const page = await nextCorrection(job);
    let sent: { written: number; left: number } | null = null;
    await writePage(job, page, async (session) => {
      const tally = new PageTally();
      const memory = new RangeMemory({ blockedSeen: true, strict: true });
      memory.failures.accepted();
      await repairKeys(session, { ...job, mode: 'compare' }, tally, memory, keys);
      const { inserted, updated } = tally.counts;
      sent = { written: inserted + updated, left: tally.errors.length };
      return new PageTally();
    });
    // Another attempt took this page number: these records are looked at again under the next one.
    if (sent !== null) return sent;
  }
}
