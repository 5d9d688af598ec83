import { formatRecordKey, parseRecordKey, type RecordKey } from '../../domain/record-error';
import { correctionsRange } from '../../domain/range';
import { nextCorrection } from './ledger';
import type { PageJob } from '../mapping/job';
import { writePage } from './page';
import { PageTally } from './page-tally';
import { RangeMemory } from './range-memory';
import { repairKeys } from './repair-keys';
import { quoteText } from '../connection/sql';

/** Blocked records of one transaction. */
const retriedRecords = 1_000;
/**
 * Passes over an object's blocked records. A pass mends what its pages have parents for, in either
 * direction of a chain, so that two or three are many; the bound is for chains that cross pages in
 * no order at all.
 */
const maxPasses = 100;

/**
 * The closing retry: every record of the object that was blocked in this run is tried once more,
 * now that its parent may be there, and again for as long as that mends any: a record that arrives
 * may be the parent of others of its own table. A record that is written loses its error row and
 * the ledger gets a correction (range -1), both in one transaction. Safe to repeat: a record that
 * isn't blocked any more is left alone. Parents within the record's own cycle must be at the state
 * by now, because nothing verifies the cycle afterwards.
 * @throws DatabaseError
 */
export async function retryBlocked(job: PageJob): Promise<{ retried: number; mended: number }> {
  const total = { retried: 0, mended: 0 };
  for (let pass = 0; pass < maxPasses; pass += 1) {
    const done = await retryAll(job, pass % 2 === 0 ? 'ASC' : 'DESC');
    if (pass === 0) total.retried = done.retried;
    total.mended += done.mended;
    if (done.mended === 0 || done.mended === done.retried) break;
  }
  return total;
}

/**
 * The closing retry of the objects of one cycle, whose records may be each other's parents: one
 * after the other, for as long as that mends any.
 * @throws DatabaseError
 */
export async function retryBlockedOfCycle(jobs: readonly PageJob[]): Promise<void> {
  for (let pass = 0; pass < maxPasses; pass += 1) {
    let mended = 0;
    for (const job of jobs) mended += (await retryBlocked(job)).mended;
    if (mended === 0) return;
  }
}

/** One pass over the blocked records, oldest or newest first. */
async function retryAll(
  job: PageJob,
  direction: 'ASC' | 'DESC',
): Promise<{ retried: number; mended: number }> {
  const { editions } = job;
  const ours = `resyncID = ${quoteText(job.fence.resyncId)} AND objectName = ${quoteText(job.mapping.object.name)}
    AND outcome = 'blocked'`;
  // Records blocked again keep their row; this bound keeps rows that appear meanwhile out.
  const [newest] = await editions.state.rows(
    `SELECT COALESCE(MAX(recordErrorID), 0) FROM ${editions.control}.recordError WHERE ${ours}`,
  );
  const total = { retried: 0, mended: 0 };
  let [after, upTo] = ['0', String(newest![0])];
  for (;;) {
    job.signal.throwIfAborted();
    const ids = (
      await editions.state.rows(
        `SELECT recordErrorID FROM ${editions.control}.recordError
          WHERE ${ours} AND recordErrorID > ${after} AND recordErrorID <= ${upTo}
          ORDER BY recordErrorID ${direction} LIMIT ${retriedRecords}`,
      )
    ).map(([id]) => String(id));
    if (ids.length === 0) return total;
    const done = await retryPage(job, ids, ours);
    // Another attempt took this page number: these records are looked at again under the next one.
    if (done === null) continue;
    total.retried += done.retried;
    total.mended += done.mended;
    if (direction === 'ASC') after = ids.at(-1)!;
    else upTo = String(BigInt(ids.at(-1)!) - 1n);
  }
}

async function retryPage(
  job: PageJob,
  ids: readonly string[],
  ours: string,
): Promise<{ readonly retried: number; readonly mended: number } | null> {
  const errors = `${job.editions.control}.recordError`;
  const page = {
    rangeNo: correctionsRange,
    pageNo: await nextCorrection(job),
    upTo: null,
    lastPage: false,
  };
  let done: { readonly retried: number; readonly mended: number } | null = null;
  await writePage(job, page, async (session) => {
    const rows = await session.rows(
      `SELECT recordErrorID, recordKey FROM ${errors} WHERE ${ours} AND recordErrorID IN (${ids.join(', ')}) FOR UPDATE`,
    );
    const blocked = new Map(rows.map(([id, key]) => [String(key), String(id)]));
    const keys: RecordKey[] = [...blocked.keys()].map(parseRecordKey);
    const tally = new PageTally();
    const memory = new RangeMemory({ blockedSeen: true, strict: true });
    memory.failures.accepted();
    await repairKeys(session, job, tally, memory, keys);
    const still = new Set(
      tally.errors.filter(({ outcome }) => outcome === 'blocked').map(({ key }) => formatRecordKey(key)),
    );
    const settled = [...blocked].filter(([key]) => !still.has(key)).map(([, id]) => id);
    if (settled.length > 0)
      await session.write(`DELETE FROM ${errors} WHERE recordErrorID IN (${settled.join(', ')})`);
    const { inserted, updated, unchanged } = tally.counts;
    done = { retried: keys.length, mended: inserted + updated + unchanged };
    return tally.asCorrection(keys.length);
  });
  return done;
}
