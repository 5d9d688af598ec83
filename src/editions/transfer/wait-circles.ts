/**
 * Records of one object that wait for each other in a circle: for a unique value that the next one
 * gives up, or for the next one as their parent. None can be written before the other, so all of
 * them are, in one transaction, or none.
 */
import { inBatches } from '../../domain/batches';
import {
  type ErrorOutcome,
  formatRecordKey,
  parseRecordKey,
  type RecordError,
  type RecordKey,
} from '../../domain/record-error';
import { markedOutcomes } from '../../domain/record-marks';
import type { UniqueIndex } from '../columns/table-shape';
import { isOneRecords } from './ask-each';
import type { Session } from '../connection/pools';
import { quoteText } from '../connection/sql';
import type { PageJob } from '../mapping/job';
import { keysPerList } from '../mapping/keyset';
import { readBothSides } from './both-sides';
import { keepingAwake } from './keep-awake';
import { nextCorrection } from './ledger';
import { writePage } from './page';
import { PageTally } from './page-tally';
import { parkValues } from './park-values';
import { RangeMemory } from './range-memory';
import { type DistrictRecord, lockAtState } from './records';
import { repairKeys } from './repair-keys';
import { holdersOf } from './unique-holders';
import { neededFirst } from './write-order';

/** Records of one circle, and of those that have to come along. */
const mostTogether = 10_000;
/** Errors of each of the two kinds that are held in memory while circles are looked for. */
const mostWaiting = 50_000;
/** Times a circle is tried again with more records. */
const mostTries = 20;

/** The error of a record that waits for another of its own table. */
interface Waiting {
  readonly id: string;
  /** Text of its key. */
  readonly key: string;
  /** Text of the key of the record it waits for. */
  readonly for: string;
  readonly outcome: Extract<ErrorOutcome, 'blocked' | 'failed'>;
}

/**
 * Writes the circles among the object's stored errors. A record that is written loses its error
 * row, and the ledger gets a correction, both in the circle's transaction.
 * @returns records that were settled
 * @throws DatabaseError
 */
export async function retryCircles(job: PageJob): Promise<number> {
  let settled = 0;
  const list = await readWaiting(job);
  for (const circle of list.circles()) {
    job.signal.throwIfAborted();
    if (circle.length <= mostTogether) settled += await retryCircle(job, list, circle);
  }
  return settled;
}

/** The errors of an object that may be parts of circles. */
class WaitingList {
  private readonly byKey = new Map<string, Waiting>();
  private readonly bySound = new Map<string, Waiting>();

  constructor(readonly all: readonly Waiting[]) {
    for (const one of all) {
      this.byKey.set(one.key, one);
      this.bySound.set(soundOf(one.key), one);
    }
  }

  /**
   * A parent's key may be spelled otherwise than the parent itself. If it is another record after
   * all, the circle can't be written, and nothing is lost.
   */
  find(key: string): Waiting | undefined {
    return this.byKey.get(key) ?? this.bySound.get(soundOf(key));
  }

  /** Each waits for one other, so what never ends comes round. */
  circles(): Waiting[][] {
    const next = (one: Waiting): Waiting | undefined => this.find(one.for);
    const needs = new Map(this.all.map((one) => [one, [next(one) ?? []].flat()]));
    const circles: Waiting[][] = [];
    const seen = new Set<Waiting>();
    for (const start of neededFirst(this.all, needs).circles) {
      const path: Waiting[] = [];
      let at = start;
      for (; !seen.has(at); at = next(at)!) {
        seen.add(at);
        path.push(at);
      }
      if (path.includes(at)) circles.push(path.slice(path.indexOf(at)));
    }
    return circles;
  }
}

/** What keys that a collation or a type may hold to be equal have in common. */
function soundOf(key: string): string {
  const parts = parseRecordKey(key).map((part) =>
    /^-?\d+\.\d+$/.test(part)
      ? part.replace(/\.?0+$/, '')
      : part.normalize('NFKD').replaceAll(/\p{M}/gu, '').toUpperCase().trimEnd(),
  );
  return formatRecordKey(parts);
}

/** Those who wait for a value; if there are any, those who wait for a parent, too. */
async function readWaiting(job: PageJob): Promise<WaitingList> {
  const clashes = await readErrors(job, 'UNIQUE_CLASH');
  if (clashes.length === 0) return new WaitingList([]);
  return new WaitingList([...clashes, ...(await readErrors(job, 'PARENT_NOT_AT_STATE'))]);
}

async function readErrors({ editions, fence, mapping }: PageJob, code: string): Promise<Waiting[]> {
  const name = quoteText(mapping.object.name);
  const rows = await editions.state.rows(
    `SELECT recordErrorID, recordKey, parentKey, outcome FROM ${editions.control}.recordError
      WHERE resyncID = ${quoteText(fence.resyncId)} AND objectName = ${name}
        AND parentObject = ${name} AND parentKey IS NOT NULL AND code = ${quoteText(code)}
      ORDER BY recordErrorID LIMIT ${mostWaiting}`,
  );
  return rows.map(([id, key, parentKey, outcome]) => ({
    id: String(id),
    key: String(key),
    for: String(parentKey),
    outcome: outcome as Waiting['outcome'],
  }));
}

async function retryCircle(job: PageJob, list: WaitingList, circle: readonly Waiting[]): Promise<number> {
  let settled = 0;
  await writePage(job, await nextCorrection(job), async (session) => {
    settled = 0;
    let together = circle;
    for (let tries = 0; tries < mostTries; tries += 1) {
      await session.write('SAVEPOINT circle');
      const { tally, refused } = await attempt(session, job, together);
      if (refused.length === 0) {
        settled = together.length;
        await forget(session, job, tally, together);
        return tally;
      }
      await session.write('ROLLBACK TO SAVEPOINT circle');
      const more = waitedFor(job, list, refused, together);
      if (more.length === 0 || together.length + more.length > mostTogether) break;
      together = [...together, ...more];
    }
    return new PageTally();
  });
  return settled;
}

/** Their errors go, and so does what the ledger holds of them. */
async function forget(
  session: Session,
  { editions }: PageJob,
  tally: PageTally,
  settled: readonly Waiting[],
): Promise<void> {
  for (const { outcome } of settled) tally.count(outcome, -1);
  for (const part of inBatches(settled, keysPerList))
    await session.write(
      `DELETE FROM ${editions.control}.recordError WHERE recordErrorID IN (${part.map(({ id }) => id).join(', ')})`,
    );
}

/** Errors of records that the refused ones turned out to wait for, too. */
function waitedFor(
  { mapping }: PageJob,
  list: WaitingList,
  refused: readonly RecordError[],
  known: readonly Waiting[],
): readonly Waiting[] {
  const more = new Set(
    refused.flatMap(({ parent }) =>
      parent?.object === mapping.object.name ? (list.find(formatRecordKey(parent.key)) ?? []) : [],
    ),
  );
  for (const one of known) more.delete(one);
  return [...more];
}

/** Writes what can be, moves what stands in the way of the rest, until all are written. */
async function attempt(
  session: Session,
  job: PageJob,
  together: readonly Waiting[],
): Promise<{ readonly tally: PageTally; readonly refused: readonly RecordError[] }> {
  const tally = new PageTally();
  const memory = new RangeMemory({ blockedSeen: true, strict: true });
  memory.failures.accepted();
  const moved = new Set<string>();
  let open: readonly RecordKey[] = together.map(({ key }) => parseRecordKey(key));
  for (;;) {
    const pass = new PageTally();
    await repairKeys(session, job, pass, memory, open);
    tally.read += pass.read - open.length;
    for (const outcome of markedOutcomes)
      for (const key of pass.marks[outcome])
        tally.add(moved.has(formatRecordKey(key)) ? 'updated' : outcome, [key]);
    if (pass.errors.length === 0) return { tally, refused: [] };
    const stuck = pass.errors.length === open.length;
    open = pass.errors.map(({ key }) => key);
    if (!stuck) continue;
    const records = await makeWay(session, job, open);
    if (records.length === 0) return { tally, refused: pass.errors };
    for (const { key } of records) moved.add(formatRecordKey(key));
  }
}

/**
 * Moves the values that these records hold of each other.
 * @returns those it has moved; none when there is nothing in the way, or no way to move it
 */
async function makeWay(
  session: Session,
  job: PageJob,
  keys: readonly RecordKey[],
): Promise<readonly DistrictRecord[]> {
  const { records, atState } = await keepingAwake(session, () =>
    readBothSides(job, keys, (some, refuse) => lockAtState(session, job, some, refuse)),
  );
  const there = new Map<string, DistrictRecord>();
  const respelled = new Map<DistrictRecord, RecordKey>();
  for (const record of records) {
    const state = atState.get(formatRecordKey(record.key));
    if (state === undefined) continue;
    there.set(formatRecordKey(state.key), record);
    respelled.set(record, state.key);
  }
  const parked = new Map<DistrictRecord, Set<UniqueIndex>>();
  for (const { index, key, ours } of [
    ...(await holdersOf(session, job, records, respelled)).values(),
  ].flat()) {
    const holder = ours ? there.get(formatRecordKey(key)) : undefined;
    if (holder !== undefined) parked.set(holder, (parked.get(holder) ?? new Set()).add(index));
  }
  try {
    return (await parkValues(session, job, parked)) ? [...parked.keys()] : [];
  } catch (error) {
    if (isOneRecords(error)) return [];
    throw error;
  }
}
