/**
 * Records of one object, or of the objects of one cycle, that wait for each other in a circle: for
 * a unique value that the next one gives up, or for the next one as their parent. None can be
 * written before the other, so all of them are, in one transaction, or none.
 */
import { formatRecordKey, type RecordError, type RecordKey } from '../../domain/record-error';
import { markedOutcomes } from '../../domain/record-marks';
import { isOneRecords } from './ask-each';
import type { UniqueIndex } from '../columns/table-shape';
import type { Session } from '../connection/session';
import type { PageJob } from '../mapping/job';
import { readBothSides } from './both-sides';
import { forgetNoted } from './cycle-insertions';
import { danglingError, danglingOf, parentLinks } from './cycle-links';
import { keepingAwake } from './keep-awake';
import { nextCorrection } from './ledger';
import { writeBeside, writePage } from './page';
import { PageTally } from './page-tally';
import { parkValues } from './park-values';
import { RangeMemory } from './range-memory';
import { type DistrictRecord, lockAtState } from './records';
import { repairKeys } from './repair-keys';
import { holdersOf } from './unique-holders';
import { forgetWaiting, readWaiting, type Waiting, type WaitingList } from './waiting-list';

/** Records of one circle, and of those that have to come along. */
const mostTogether = 10_000;
/** Times a circle is tried again with more records. */
const mostTries = 20;
/** Circles in a row that can't be written, before no more are tried. */
const mostFutile = 500;

/**
 * Writes the circles among the stored errors of objects. A record that is written loses its error
 * row, and the ledger gets a correction for each object, all in the circle's transaction.
 * @param jobs of one object, or of those of one cycle that have errors
 * @returns records that were settled
 * @throws DatabaseError
 */
export async function retryCircles(jobs: readonly PageJob[]): Promise<number> {
  let settled = 0;
  let futile = 0;
  const list = await readWaiting(jobs);
  for (const circle of list.circles()) {
    jobs[0]!.signal.throwIfAborted();
    if (futile >= mostFutile) break;
    const written = circle.length <= mostTogether ? await retryCircle(jobs, list, circle) : 0;
    settled += written;
    futile = written === 0 ? futile + 1 : 0;
  }
  return settled;
}

async function retryCircle(
  jobs: readonly PageJob[],
  list: WaitingList,
  circle: readonly Waiting[],
): Promise<number> {
  let settled = 0;
  const [first] = jobs;
  await writePage(first!, await nextCorrection(first!), async (session) => {
    settled = 0;
    let together = circle;
    for (let tries = 0; tries < mostTries; tries += 1) {
      await session.write('SAVEPOINT circle');
      const members = jobs.map((job) => new Member(session, job, together));
      const refused = await writeAll(members);
      if (refused.length === 0) {
        settled = together.length;
        await forgetWaiting(session, first!, together);
        for (const { job, tally, waiting } of members) {
          for (const { outcome } of waiting) tally.count(outcome, -1);
          if (job !== first && waiting.length > 0)
            await writeBeside(session, job, await nextCorrection(job), tally);
        }
        return members[0]!.tally;
      }
      await session.write('ROLLBACK TO SAVEPOINT circle');
      const more = waitedFor(list, refused, together);
      if (more.length === 0 || together.length + more.length > mostTogether) break;
      together = [...together, ...more];
    }
    return new PageTally();
  });
  return settled;
}

/** Errors of records that the refused ones turned out to wait for, too. */
function waitedFor(
  list: WaitingList,
  refused: readonly RecordError[],
  known: readonly Waiting[],
): readonly Waiting[] {
  const more = new Set(refused.flatMap(({ parent }) => (parent && list.find(parent)) ?? []));
  for (const one of known) more.delete(one);
  return [...more];
}

/**
 * Writes what can be, moves what stands in the way of the rest, then inserts records that are each
 * other's parents, until all are written.
 * @returns what was refused, where it isn't all
 */
async function writeAll(members: readonly Member[]): Promise<readonly RecordError[]> {
  const left = (): RecordError[] => members.flatMap(({ errors }) => errors);
  const some = async (step: (member: Member) => Promise<boolean>): Promise<boolean> => {
    let done = false;
    for (const member of members) done = (await step(member)) || done;
    return done;
  };
  for (;;) {
    const written = await some((member) => member.write({ strict: true }));
    if (left().length === 0) break;
    if (written || (await some((member) => member.makeWay()))) continue;
    if (!(await some((member) => member.write({ strict: false })))) return left();
  }
  const dangling: RecordError[] = [];
  for (const member of members) dangling.push(...(await member.dangling()));
  return dangling;
}

/** The records of one object in a circle. */
class Member {
  readonly tally = new PageTally();
  readonly waiting: readonly Waiting[];
  /** Of those that aren't written yet. */
  errors: readonly RecordError[] = [];
  private open: readonly RecordKey[];
  private readonly moved = new Set<string>();
  /** Inserted while their parents weren't there. */
  private readonly unverified: RecordKey[] = [];

  constructor(
    private readonly session: Session,
    readonly job: PageJob,
    together: readonly Waiting[],
  ) {
    this.waiting = together.filter(({ object }) => object === job.mapping.object.name);
    this.open = this.waiting.map(({ key }) => key);
  }

  /**
   * @param strict parents must be there, also those of the same cycle
   * @returns whether any record was written
   */
  async write({ strict }: { readonly strict: boolean }): Promise<boolean> {
    const { session, job, open, tally } = this;
    if (open.length === 0 || (!strict && job.mapping.object.cycle === null)) return false;
    const memory = new RangeMemory({ blockedSeen: true, strict });
    memory.failures.accepted();
    const pass = new PageTally();
    await repairKeys(session, job, pass, memory, open);
    tally.read += pass.read - open.length;
    for (const outcome of markedOutcomes)
      for (const key of pass.marks[outcome])
        tally.add(this.moved.has(formatRecordKey(key)) ? 'updated' : outcome, [key]);
    if (!strict) {
      // Looked at here: nothing verifies the cycle after this.
      this.unverified.push(...pass.marks.inserted);
      await forgetNoted(session, job);
    }
    this.errors = pass.errors;
    this.open = pass.errors.map(({ key }) => key);
    return this.open.length < open.length;
  }

  /**
   * Moves the values that these records hold of each other.
   * @returns whether it has moved any: false when there is nothing in the way, or no way to move it
   */
  async makeWay(): Promise<boolean> {
    const { session, job, open } = this;
    if (open.length === 0) return false;
    const { records, atState } = await keepingAwake(session, () =>
      readBothSides(job, open, (some, refuse) => lockAtState(session, job, some, refuse)),
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
      if (!(await parkValues(session, job, parked))) return false;
    } catch (error) {
      if (isOneRecords(error)) return false;
      throw error;
    }
    for (const { key } of parked.keys()) this.moved.add(formatRecordKey(key));
    return parked.size > 0;
  }

  /** Errors of records that were inserted without their parents, and still have none. */
  async dangling(): Promise<RecordError[]> {
    const { session, job, unverified } = this;
    if (unverified.length === 0) return [];
    const found = await danglingOf(session, job, parentLinks(job), unverified);
    return [...found.values()].map((one) => danglingError(job.mapping, one));
  }
}
