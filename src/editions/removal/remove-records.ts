import { formatRecordKey, parseRecordKey, type RecordKey } from '../../domain/record-error';
import type { DatabaseError } from '../connection/errors';
import { writeIsolating } from '../transfer/isolate';
import type { PageJob } from '../mapping/job';
import { keyList, keysPerList } from '../mapping/keyset';
import { nextPageNo, removalsRange } from '../transfer/ledger';
import { writePage } from '../transfer/page';
import { PageTally } from '../transfer/page-tally';
import { absentOf } from '../transfer/parents';
import type { Session } from '../connection/pools';
import { readInScope } from '../transfer/records';
import { loadReferring, type Referring, referredTo } from './referencing-objects';
import { stateTenant, where } from '../mapping/scope';
import { quoteText } from '../connection/sql';

/** What removing came to: `done` when no record found is left to be looked at. */
export interface RemovalPass {
  readonly done: boolean;
}

/**
 * Removes the records found of an object, or of the objects of one unit, each looked at again under lock first: only one
 * that still stands at the state, is still absent at the district and has nothing that refers to it goes; any other is
 * kept, with the reason. Among records of one unit (or of an object that refers to itself) leaves go first, and it goes
 * round until nothing moves. Safe to repeat: a record's end stands in the transaction that removed it.
 * @param jobs one per member of the unit
 * @param mostRecords after about so many it returns, so that a run can make way
 * @throws DatabaseError; committed pages stay
 */
export async function removeFound(
  jobs: readonly PageJob[],
  { mostRecords }: { readonly mostRecords: number },
): Promise<RemovalPass> {
  const removals = [];
  for (const job of jobs) removals.push(new Removal(job, await loadReferring(job)));
  let settled = 0;
  for (;;) {
    let moved = 0;
    let left = 0;
    for (const removal of removals) {
      const pass = await removal.pass(mostRecords - settled - moved);
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
  /** Records that something of their own unit still refers to. */
  readonly left: number;
  readonly ended: boolean;
}

/** How one record ended. */
interface End {
  readonly status: 'removed' | 'kept';
  readonly reason: string | null;
}

/** One object's share of a removal. */
class Removal {
  constructor(
    private readonly job: PageJob,
    private readonly referring: readonly Referring[],
  ) {}

  /** One pass over the records found, in the order of their keys' text. */
  async pass(mostRecords: number): Promise<Pass> {
    let settled = 0;
    let left = 0;
    let after: string | null = null;
    for (;;) {
      if (settled > 0 && settled >= mostRecords) return { settled, left, ended: false };
      this.job.signal.throwIfAborted();
      const texts = await this.nextFound(after);
      if (texts.length === 0) return { settled, left, ended: true };
      const ends = await this.page(texts, false);
      // Another attempt took this page number: these records are looked at again under the next one.
      if (ends === null) continue;
      settled += ends.settled;
      left += ends.left;
      after = texts.at(-1)!;
    }
  }

  /** What no pass could remove is kept: other records of the unit that stay refer to it, or they refer to each other. */
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
    // With the checks off, as a unit's pages are written, a record would go though others refer to it.
    await writePage(job, page, work, { keepChecks: true });
    return done;
  }

  /** @returns how records ended, by the key's text; one that isn't there waits for others of its unit */
  private async settle(
    session: Session,
    found: readonly { readonly key: RecordKey; readonly guid: string | null }[],
    last: boolean,
  ): Promise<Map<string, End>> {
    const { job } = this;
    const ends = new Map<string, End>();
    const keep = (key: RecordKey, reason: string): void =>
      void ends.set(formatRecordKey(key), { status: 'kept', reason });
    if (found.length === 0) return ends;
    const keys = found.map(({ key }) => key);
    const atState = await readInScope(session, { ...job, mode: 'everything' }, keys, { lock: true });
    const absent = new Set(
      await absentOf(
        job.editions.district,
        job,
        {
          table: job.mapping.districtTable,
          tenant: null,
          columns: job.mapping.districtKey.columns.map(({ column }) => column),
        },
        keys,
      ),
    );
    const held = await referredTo(session, job, this.referring, keys);
    const free: RecordKey[] = [];
    found.forEach(({ key, guid }, n) => {
      const text = formatRecordKey(key);
      const record = atState.get(text);
      const holder = held.get(text);
      if (!record) keep(key, 'It was no longer at the state, in this school year.');
      else if (!absent.has(n))
        keep(key, 'The district has a record of this key again, or in another school year.');
      else if (guid !== null && record.guid !== null && guid.toLowerCase() !== record.guid.toLowerCase())
        keep(key, 'Another record stands at the state under its key now.');
      else if (!holder) free.push(key);
      else if (!holder.inCycle || last) keep(key, `${holder.object} still refers to it.`);
    });
    for (const [key, end] of await this.remove(session, free)) ends.set(key, end);
    return ends;
  }

  /** Deletes by key; one that a foreign key holds stays and costs no other. */
  private async remove(session: Session, keys: readonly RecordKey[]): Promise<Map<string, End>> {
    const { mapping, scope, signal } = this.job;
    const ends = new Map<string, End>();
    await writeIsolating<RecordKey>(
      {
        send: async (some) =>
          void (await session.write(
            `DELETE FROM ${mapping.stateTable} ${where([...stateTenant(mapping, scope), keyList(mapping.stateKey, some)])}`,
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
    const alike = new Map<string, { readonly end: End; readonly keys: string[] }>();
    for (const [key, end] of ends) {
      const group = alike.get(`${end.status} ${end.reason}`) ?? { end, keys: [] };
      group.keys.push(quoteText(key));
      alike.set(`${end.status} ${end.reason}`, group);
    }
    for (const { end, keys } of alike.values()) {
      await session.write(
        `UPDATE ${this.table}
            SET status = ${quoteText(end.status)}, reason = ${end.reason === null ? 'NULL' : quoteText(end.reason)},
                settledAt = UTC_TIMESTAMP(3)
          WHERE ${this.ours} AND recordKey IN (${keys.join(', ')})`,
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

/** 1451 and 1217: a record of another table, maybe one the catalog doesn't know, refers to it. */
function whyKept({ errno }: DatabaseError): string {
  if (errno === 1451 || errno === 1217) return 'A foreign key of the state still refers to it.';
  return `The state refused to remove it${errno === null ? '' : ` (error ${errno})`}.`;
}
