import {
  type ErrorOutcome,
  formatRecordKey,
  parseRecordKey,
  type RecordError,
  type RecordKey,
} from '../../domain/record-error';
import { nextCorrection } from './ledger';
import type { PageJob } from '../mapping/job';
import { writePage } from './page';
import { PageTally } from './page-tally';
import { RangeMemory } from './range-memory';
import { repairKeys } from './repair-keys';
import { retryCircles } from './wait-circles';
import { quoteText } from '../connection/sql';

/** Records of one transaction. */
const retriedRecords = 1_000;
/**
 * Passes over an object's records. A pass mends what its pages have parents for, in either
 * direction of a chain, so that two or three are many; the bound is for chains that cross pages in
 * no order at all.
 */
const maxPasses = 100;

/** What an object's retry came to. */
interface Retried {
  readonly retried: number;
  readonly mended: number;
}

/** Errors that other records may have mended since. */
interface Mendable {
  readonly outcome: Extract<ErrorOutcome, 'blocked' | 'failed'>;
  /** `null`: whatever the code. */
  readonly codes: readonly string[] | null;
}

const blocked: Mendable = { outcome: 'blocked', codes: null };
const clashed: Mendable = { outcome: 'failed', codes: ['UNIQUE_CLASH', 'RENUMBERED', 'HELD_BY_DISTRICT'] };

/**
 * The closing retry: every record of the object that was blocked in this run, or whose unique value
 * another one had, is tried once more, now that its parent may be there or the value given up, and
 * again for as long as that mends any: a record that arrives may be the parent of others of its own
 * table. A record that is written loses its error row and the ledger gets a correction (range -1),
 * both in one transaction. Safe to repeat: a record without such an error is left alone. Parents
 * within the record's own cycle must be at the state by now, because nothing verifies the cycle
 * afterwards.
 * @throws DatabaseError
 */
export async function retryBlocked(job: PageJob): Promise<Retried> {
  const total = { retried: 0, mended: 0 };
  for (let pass = 0; pass < maxPasses; pass += 1) {
    const direction = pass % 2 === 0 ? 'DESC' : 'ASC';
    const ofValues = await retryAll(job, clashed, direction);
    const ofParents = await retryAll(job, blocked, direction);
    const retried = ofValues.retried + ofParents.retried;
    let mended = ofValues.mended + ofParents.mended;
    if (pass === 0) total.retried = retried;
    if (mended === 0) mended = await retryCircles([job]);
    total.mended += mended;
    if (mended === 0 || mended === retried) break;
  }
  return total;
}

/**
 * The closing retry of the objects of one cycle, whose records may be each other's parents: one
 * after the other, and then those that wait for each other, for as long as that mends any.
 * @throws DatabaseError
 */
export async function retryBlockedOfCycle(jobs: readonly PageJob[]): Promise<void> {
  for (let pass = 0; pass < maxPasses; pass += 1) {
    let mended = 0;
    for (const job of jobs) mended += (await retryBlocked(job)).mended;
    if (mended === 0 && jobs.length > 1) mended = await retryCircles(jobs);
    if (mended === 0) return;
  }
}

/** One pass over the records, oldest or newest error first. */
async function retryAll(job: PageJob, errors: Mendable, direction: 'ASC' | 'DESC'): Promise<Retried> {
  const { editions } = job;
  const ours = conditionOf(job, errors);
  // Records refused again keep their row; this bound keeps rows that appear meanwhile out.
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
    const done = await retryPage(job, errors, ids);
    // Another attempt took this page number: these records are looked at again under the next one.
    if (done === null) continue;
    total.retried += done.retried;
    total.mended += done.mended;
    if (direction === 'ASC') after = ids.at(-1)!;
    else upTo = String(BigInt(ids.at(-1)!) - 1n);
  }
}

function conditionOf({ fence, mapping }: PageJob, { outcome, codes }: Mendable): string {
  return [
    `resyncID = ${quoteText(fence.resyncId)}`,
    `objectName = ${quoteText(mapping.object.name)}`,
    `outcome = ${quoteText(outcome)}`,
    // What hangs below an excluded record waits for nobody.
    codes === null ? "code <> 'PARENT_EXCLUDED'" : `code IN (${codes.map(quoteText).join(', ')})`,
  ].join(' AND ');
}

async function retryPage(
  job: PageJob,
  { outcome, codes }: Mendable,
  ids: readonly string[],
): Promise<Retried | null> {
  const errors = `${job.editions.control}.recordError`;
  const page = await nextCorrection(job);
  const keeps = (error: RecordError): boolean =>
    error.outcome === outcome && (codes === null || codes.includes(error.code));
  let done: Retried | null = null;
  await writePage(job, page, async (session) => {
    const rows = await session.rows(
      `SELECT recordErrorID, recordKey FROM ${errors}
        WHERE ${conditionOf(job, { outcome, codes })} AND recordErrorID IN (${ids.join(', ')}) FOR UPDATE`,
    );
    const stored = new Map(rows.map(([id, key]) => [String(key), String(id)]));
    const keys: RecordKey[] = [...stored.keys()].map(parseRecordKey);
    const tally = new PageTally();
    const memory = new RangeMemory({ blockedSeen: true, strict: true });
    memory.failures.accepted();
    await repairKeys(session, job, tally, memory, keys);
    const still = new Set(tally.errors.filter(keeps).map(({ key }) => formatRecordKey(key)));
    const settled = [...stored].filter(([key]) => !still.has(key)).map(([, id]) => id);
    if (settled.length > 0)
      await session.write(`DELETE FROM ${errors} WHERE recordErrorID IN (${settled.join(', ')})`);
    const { inserted, updated, unchanged } = tally.counts;
    done = { retried: keys.length, mended: inserted + updated + unchanged };
    return tally.asCorrection(outcome, keys.length, keeps);
  });
  return done;
}
