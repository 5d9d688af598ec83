import { formatRecordKey, parseRecordKey, type RecordKey } from '../../domain/record-error';
import type { DatabaseError } from '../connection/errors';
import { keepingAwake } from '../transfer/keep-awake';
import { writeIsolating } from '../transfer/isolate';
import type { PageJob } from '../mapping/job';
import { keyList, keysPerList } from '../mapping/keyset';
import { nextPageNo, removalsRange } from '../transfer/ledger';
import { writePage } from '../transfer/page';
import { PageTally } from '../transfer/page-tally';
import { writeRecords } from '../transfer/raised-locks';
import type { Session } from '../connection/session';
import { readInScope, type StateRecord } from '../transfer/records';
import { guidsDiffer } from '../transfer/repair';
import { textsAtDistrict, withoutPartner } from '../transfer/same-keys';
import { loadReferring, type Referring, referredTo } from './referencing-objects';
import { mayStand, stateTenant, where } from '../mapping/scope';
import { quoteText } from '../connection/sql';

/** Result of a removal: `done` when no record found is left to be looked at. */
export interface RemovalPass {
  readonly done: boolean;
}

/**
 * Removes the records found of an object, or of the objects of one cycle, each looked at again
 * under lock first: only one that still stands at the state, is still absent at the district (or
 * excluded there, itself or for a record above it) and
 * has nothing that refers to it goes; any other is kept, with the reason. Among records of one
 * cycle (or of an object that refers to itself) leaves go first, repeated until nothing moves. Safe
 * to repeat: a record's end is stored in the transaction that removed it.
 * @param jobs one per member of the cycle
 * @param maxRecords after about so many it returns, so that a run can make way
 * @throws DatabaseError; committed pages stay
 */
export async function removeFound(
  jobs: readonly PageJob[],
  { maxRecords }: { readonly maxRecords: number },
): Promise<RemovalPass> {
  const removals = [];
  for (const job of jobs) removals.push(new Removal(job, await loadReferring(job)));
  let settled = 0;
  for (;;) {
    let moved = 0;
    let left = 0;
    for (const removal of removals) {
      const pass = await removal.pass(maxRecords - settled - moved);
      moved += pass.settled;
      left += pass.left;
      if (!pass.ended) return { done: false };
    }
    if (left === 0) return { done: true };
    settled += moved;
    if (moved > 0) continue;
    for (const removal of removals) await removal.keepRest();
    return { done: true };
  }
}

interface Pass {
  /** Records removed or kept. */
  readonly settled: number;
  /** Records that something of their own cycle still refers to. */
  readonly left: number;
  readonly ended: boolean;
}

/** How one record ended. */
interface End {
  readonly status: 'removed' | 'kept';
  readonly reason: string | null;
}

/** A record found to be extra at the state, as it was stored. */
interface FoundRecord {
  readonly key: RecordKey;
  readonly guid: string | null;
}

/** What is known of found records while they are locked; by the key's text. */
interface Evidence {
  readonly atState: ReadonlyMap<string, StateRecord>;
  /** Not at the district, in any school year, or there and not allowed to sync. */
  readonly absent: ReadonlySet<string>;
  /** What still refers to them at the state. */
  readonly holders: ReadonlyMap<string, Referring>;
}

/** One object's share of a removal. */
class Removal {
  constructor(
    private readonly job: PageJob,
    private readonly referring: readonly Referring[],
  ) {}

  /** One pass over the records found, in the order of their keys' text. */
  async pass(maxRecords: number): Promise<Pass> {
    let settled = 0;
    let left = 0;
    let after: string | null = null;
    for (;;) {
      if (settled > 0 && settled >= maxRecords) return { settled, left, ended: false };
      this.job.signal.throwIfAborted();
      const texts = await this.nextFound(after);
      if (texts.length === 0) return { settled, left, ended: true };
      const ends = await this.page(texts, false);
      // Another attempt took this page number: these records are looked at again under the next
      // one.
      if (ends === null) continue;
      settled += ends.settled;
      left += ends.left;
      after = texts.at(-1)!;
    }
  }

  /**
   * What no pass could remove is kept: other records of the cycle that stay refer to it, or they
   * refer to each other.
   */
  async keepRest(): Promise<void> {
    for (let texts = await this.nextFound(null); texts.length > 0; texts = await this.nextFound(null)) {
      this.job.signal.throwIfAborted();
      await this.page(texts, true);
    }
  }

  private async nextFound(after: string | null): Promise<string[]> {
    const rows = await this.job.editions.state.rows(
      `SELECT recordKey FROM ${this.table} WHERE ${this.ours} AND status = 'found'
          ${after === null ? '' : `AND recordKey > ${quoteText(after)}`}
        ORDER BY recordKey LIMIT ${keysPerList}`,
    );
    return rows.map(([key]) => String(key));
  }

  private async page(
    texts: readonly string[],
    last: boolean,
  ): Promise<{ readonly settled: number; readonly left: number } | null> {
    const { job } = this;
    const page = {
      rangeNo: removalsRange,
      pageNo: await nextPageNo(job, removalsRange),
      upTo: null,
      lastPage: false,
    };
    let done: { readonly settled: number; readonly left: number } | null = null;
    const work = async (session: Session): Promise<PageTally> => {
      // Only what is still to be settled: another attempt may have done it.
      const rows = await session.rows(
        `SELECT recordKey, guid FROM ${this.table}
          WHERE ${this.ours} AND status = 'found' AND recordKey IN (${texts.map(quoteText).join(', ')}) FOR UPDATE`,
      );
      const ends = await this.settle(
        session,
        rows.map(([key, guid]) => ({
          key: parseRecordKey(String(key)),
          guid: guid === null ? null : String(guid),
        })),
        last,
      );
      await this.store(session, ends);
      done = { settled: ends.size, left: rows.length - ends.size };
      // Nothing was read of the district's records, and nothing of the object's counts changes.
      return new PageTally();
    };
    await writePage(job, page, work);
    return done;
  }

  /**
   * @returns how records ended, by the key's text; one that isn't there waits for others of its
   *   cycle
   */
  private async settle(
    session: Session,
    found: readonly FoundRecord[],
    last: boolean,
  ): Promise<Map<string, End>> {
    const ends = new Map<string, End>();
    if (found.length === 0) return ends;
    const evidence = await this.lookUnderLock(
      session,
      found.map(({ key }) => key),
    );
    const removable: RecordKey[] = [];
    for (const record of found) {
      const text = formatRecordKey(record.key);
      const reason = whyNotExtra(record, evidence);
      const holder = evidence.holders.get(text);
      if (reason !== null) ends.set(text, { status: 'kept', reason });
      else if (!holder) removable.push(record.key);
      else if (last || !holder.inCycle)
        ends.set(text, { status: 'kept', reason: `${holder.object} still refers to it.` });
    }
    for (const [key, end] of await this.remove(session, removable)) ends.set(key, end);
    return ends;
  }

  /**
   * Locks the records at the state, THEN looks for them at the district and for what refers to
   * them.
   */
  private async lookUnderLock(session: Session, keys: readonly RecordKey[]): Promise<Evidence> {
    const { job } = this;
    const atState = await readInScope(session, { ...job, mode: 'everything' }, keys, { lock: true });
    // In any school year, and in any spelling that the state's key holds to be the same. One that
    // may not sync is as good as absent.
    const conditions = mayStand(job.mapping);
    const absent = await keepingAwake(session, async () => {
      const known = await textsAtDistrict(job, keys, conditions);
      const others = keys.filter((key) => !known.has(formatRecordKey(key)));
      return withoutPartner(job, others, conditions);
    });
    return {
      atState,
      absent: new Set(absent.map(formatRecordKey)),
      holders: await referredTo(session, job, this.referring, keys),
    };
  }

  /** Deletes by key; one that a foreign key holds stays and costs no other. */
  private async remove(session: Session, keys: readonly RecordKey[]): Promise<Map<string, End>> {
    const { mapping, scope, signal } = this.job;
    const ends = new Map<string, End>();
    await writeIsolating<RecordKey>(
      {
        send: async (some) =>
          void (await writeRecords(
            session,
            `DELETE FROM ${mapping.stateTable} ${where([...stateTenant(mapping, scope), keyList(mapping.stateKey, some)])}`,
            some.length,
          )),
        accept: (some) => {
          for (const key of some) ends.set(formatRecordKey(key), { status: 'removed', reason: null });
        },
        refuse: (key, error) => ends.set(formatRecordKey(key), { status: 'kept', reason: whyKept(error) }),
        dropBlocked: (some) => Promise.resolve([...some]),
        signal,
      },
      keys,
    );
    return ends;
  }

  private async store(session: Session, ends: ReadonlyMap<string, End>): Promise<void> {
    for (const { end, keys } of keysByEnd(ends)) {
      await session.write(
        `UPDATE ${this.table}
            SET status = ${quoteText(end.status)}, reason = ${end.reason === null ? 'NULL' : quoteText(end.reason)},
                settledAt = UTC_TIMESTAMP(3)
          WHERE ${this.ours} AND recordKey IN (${keys.map(quoteText).join(', ')})`,
      );
    }
  }

  private get table(): string {
    return `${this.job.editions.control}.removal`;
  }

  private get ours(): string {
    const { fence, mapping } = this.job;
    return `resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(mapping.object.name)}`;
  }
}

/** Why a record that was found is not one to remove any more. @returns `null` when it still is */
function whyNotExtra({ key, guid }: FoundRecord, { atState, absent }: Evidence): string | null {
  const text = formatRecordKey(key);
  const record = atState.get(text);
  if (!record) return 'It was no longer at the state, in this school year.';
  if (!absent.has(text)) return 'The district has a record of this key again, or in another school year.';
  if (guidsDiffer(guid, record.guid)) return 'Another record stands at the state under its key now.';
  return null;
}

/** Keys that ended in the same way, for the same reason. */
function keysByEnd(ends: ReadonlyMap<string, End>): Iterable<{ readonly end: End; readonly keys: string[] }> {
  const groups = new Map<string, { readonly end: End; readonly keys: string[] }>();
  for (const [key, end] of ends) {
    const name = `${end.status} ${end.reason}`;
    const group = groups.get(name) ?? { end, keys: [] };
    group.keys.push(key);
    groups.set(name, group);
  }
  return groups.values();
}

/** 1451 and 1217: a record of another table, maybe one the catalog doesn't know, refers to it. */
function whyKept({ errno }: DatabaseError): string {
  if (errno === 1451 || errno === 1217) return 'A foreign key of the state still refers to it.';
  return `The state refused to remove it${errno === null ? '' : ` (error ${errno})`}.`;
}
