import { canBeStored, formatRecordKey, type RecordKey } from '../../domain/record-error';
import type { ComparedRecord } from './compare';
import { isOfBytes } from '../columns/charsets';
import { DatabaseError } from '../connection/errors';
import { type Isolation, writeIsolating } from './isolate';
import type { PageJob } from '../mapping/job';
import type { PageTally } from './page-tally';
import type { RangeMemory } from './range-memory';
import type { Session } from '../connection/session';
import { isOneWrites } from './ask-each';
import { readBothSides } from './both-sides';
import { type DistrictRecord, lockAtState } from './records';
import { respellKeys } from './respell';
import { guidHolders, keptUnderBoth } from './guid-holders';
import { heldByDistrict, identityChanged, renumbered } from './identity-errors';
import { blockedBy, keyTooLong, lostCharacters, recordChanging, refusalOf, refusedByRule } from './refusal';
import { noteCycleInsertions, withoutForeignKeyChecks } from './cycle-insertions';
import { type Dangling, danglingError, danglingOf, leaningOnUnverified, parentLinks } from './cycle-links';
import { missingAmong } from './missing-among';
import { keepingAwake } from './keep-awake';
import { type BatchWriter, Clashes, type Kind } from './clashes';
import { parentsFirst } from './write-order';
import { changedByState, foresee, type Foreseen } from './state-changes';
import { insertRecords, statementsOf, updateRecords } from './write';

/** Records looked at, locked and held in memory at once. */
const batchRecords = 1_000;
const batchBytes = 8_000_000;
/** In the closing retry, where records that pass values on to each other have to come together. */
const strictBatchRecords = 10_000;
/** Times a record is looked at again because somebody else wrote it meanwhile. */
const maxRounds = 3;

/**
 * Brings the state's records of these keys to what the district has, and tallies each exactly once.
 * The order (docs/data-path.md, Order of locks): the state's hash is read under lock, THEN the
 * district's record, then it is written.
 * @throws DatabaseError of a class that takes the whole page back
 */
export async function repairRecords(
  session: Session,
  job: PageJob,
  tally: PageTally,
  memory: RangeMemory,
  open: readonly ComparedRecord[],
): Promise<void> {
  for (const batch of batchesOf(open, memory.strict ? strictBatchRecords : batchRecords)) {
    job.signal.throwIfAborted();
    await new Repair(session, job, tally, memory).run(batch.map(({ key }) => key));
  }
}

/** Cuts records into batches that fit in memory whole. */
export function batchesOf(open: readonly ComparedRecord[], most = batchRecords): ComparedRecord[][] {
  const batches: ComparedRecord[][] = [];
  let bytes = Infinity;
  for (const record of open) {
    if (bytes + record.bytes > batchBytes || batches.at(-1)!.length >= most) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(record);
    bytes += record.bytes;
  }
  return batches;
}

function isEqual(
  mode: PageJob['mode'],
  record: DistrictRecord,
  state: { readonly hash: string | null } | undefined,
): boolean {
  return mode === 'compare' && record.hash !== null && record.hash === state?.hash;
}

/** One batch of a page. */
class Repair implements BatchWriter {
  /** Records in whose statement a unique value clashed. */
  private aside: DistrictRecord[] = [];
  /** Columns that the state's triggers will change, by the key's text. */
  private foreseen: ReadonlyMap<string, readonly string[]> = new Map();
  /** Records the state took, where its triggers are looked at. */
  private readonly written = new Set<DistrictRecord>();
  /** Records of a cycle that were written and undone for want of a parent. */
  private readonly lacking = new Map<DistrictRecord, Dangling>();
  /** Records that the state has under the same key in another spelling. */
  readonly respelled = new Map<DistrictRecord, RecordKey>();

  private readonly clashes = new Clashes(this);

  constructor(
    readonly session: Session,
    readonly job: PageJob,
    readonly tally: PageTally,
    private readonly memory: RangeMemory,
  ) {}

  async run(keys: readonly RecordKey[], round = 1): Promise<void> {
    const { insert, update } = await this.decide(keys);
    const foreseen = [
      await foresee(this.session, this.job, 'update', update),
      await foresee(this.session, this.job, 'insert', insert),
    ];
    this.foreseen = new Map(foreseen.flatMap(({ changed }) => [...changed]));
    const worthIt = update.filter((record) => !this.refuseFutile(record, foreseen[0]!));
    // Updates first: they may give up a unique value that an insert needs.
    await this.write('update', worthIt);
    await this.clashes.settle('update', this.takeAside());
    const worthInserting = insert.filter((record) => !this.refuseFutile(record, foreseen[1]!));
    await this.write('insert', worthInserting);
    const aside = this.takeAside();
    // Inserted at the state between our look and our INSERT: compared again, never overwritten
    // blindly.
    const present = await lockAtState(
      this.session,
      this.job,
      aside.map(({ key }) => key),
    );
    const again = aside.filter(({ key }) => present.has(formatRecordKey(key)));
    await this.clashes.settle(
      'insert',
      aside.filter((record) => !again.includes(record)),
    );
    await this.touchUp(worthInserting, foreseen[1]!);
    if (again.length === 0) return;
    if (round < maxRounds)
      await this.run(
        again.map(({ key }) => key),
        round + 1,
      );
    else for (const record of again) this.tally.refuse(recordChanging(this.job.mapping, record));
  }

  /**
   * A record that the state's triggers would leave as far from the district's as it is, or make
   * another one of.
   */
  private refuseFutile(record: DistrictRecord, { futile }: Foreseen): boolean {
    const id = formatRecordKey(record.key);
    if (!futile.has(id)) return false;
    this.tally.refuse(changedByState(this.job.mapping, record, this.foreseen.get(id)!));
    return true;
  }

  /** Inserted records that a trigger changed, and that an update sets right. */
  private async touchUp(records: readonly DistrictRecord[], { touchedUp }: Foreseen): Promise<void> {
    const inserted = records.filter(
      (record) => touchedUp.has(formatRecordKey(record.key)) && this.written.has(record),
    );
    for (const part of statementsOf(this.session, inserted))
      await updateRecords(this.session, this.job, part);
  }

  /** Locks, reads, and settles whatever needs no writing. */
  private async decide(
    keys: readonly RecordKey[],
  ): Promise<{ readonly insert: DistrictRecord[]; readonly update: DistrictRecord[] }> {
    const { mapping, mode } = this.job;
    const { records, atState, refused, vanished } = await keepingAwake(this.session, () =>
      readBothSides(this.job, keys, (some, refuse) => lockAtState(this.session, this.job, some, refuse)),
    );
    // Deleted at the district since the page was compared: neither read nor counted.
    this.tally.read -= vanished;
    for (const { refusal, cause } of refused) {
      if (cause !== null) this.memory.failures.refused(cause, mapping.object.name);
      this.tally.refuse(refusal);
    }
    const insert: DistrictRecord[] = [];
    const update: DistrictRecord[] = [];
    const others: DistrictRecord[] = [];
    for (const record of records) {
      const state = atState.get(formatRecordKey(record.key));
      const rule = record.rule === null ? undefined : mapping.rules[record.rule];
      const nameless = mapping.districtKey.columns.find(({ column }, i) => isOfBytes(column, record.key[i]!));
      if (rule) this.tally.refuse(refusedByRule(mapping, record, rule));
      else if (!canBeStored(record.key) && !isEqual(mode, record, state))
        this.tally.refuse(keyTooLong(mapping, record));
      else if (!state && nameless !== undefined)
        this.tally.refuse(lostCharacters(mapping, record, nameless.name));
      else if (!state) insert.push(record);
      else if (guidsDiffer(record.guid, state.guid)) others.push(record);
      else if (isEqual(mode, record, state)) this.tally.add('unchanged', [record.key]);
      else {
        update.push(record);
        if (formatRecordKey(state.key) !== formatRecordKey(record.key)) this.respelled.set(record, state.key);
      }
    }
    if (others.length > 0) await this.refuseOthers(others);
    return { insert, update };
  }

  /**
   * Records under whose key the state has another one: renumbered where it has them under another
   * key, as in a table that was shifted or whose keys were exchanged.
   */
  private async refuseOthers(records: readonly DistrictRecord[]): Promise<void> {
    const { session, job, tally } = this;
    const holders = await guidHolders(session, job, records);
    const ours = new Map([...holders].filter(([, holder]) => holder.ours));
    const kept = await keepingAwake(session, () => keptUnderBoth(job, ours));
    for (const record of records) {
      const holder = holders.get(record);
      if (holder === undefined || kept.has(record)) tally.refuse(identityChanged(job.mapping, record));
      else if (holder.ours) tally.refuse(renumbered(job.mapping, record, holder));
      else tally.refuse(heldByDistrict(job.mapping, record, holder));
    }
  }

  private async write(kind: Kind, records: readonly DistrictRecord[]): Promise<void> {
    const { references, object } = this.job.mapping;
    const must =
      this.memory.blockedSeen || object.cycle !== null || references.some(({ enforced }) => !enforced);
    const ready = must ? await this.dropBlocked(kind, records) : records;
    const circle = this.writesCircle(kind);
    const ordered = kind === 'insert' && !circle ? parentsFirst(this.job, ready) : ready;
    const sendAll = async (): Promise<void> => {
      for (const part of statementsOf(this.session, ordered)) {
        await this.isolate(kind, part, {
          refuse: (record, error) => this.refuse(record, error),
          setAside: (some, { errno }) => {
            if (errno === 1062) this.aside.push(...some);
            return errno === 1062;
          },
        });
      }
    };
    await this.unchecked(kind, sendAll);
  }

  /** Are the parents within the cycle left to the verification of the cycle? */
  private writesCircle(kind: Kind): boolean {
    return kind === 'insert' && this.job.mapping.object.cycle !== null && !this.memory.strict;
  }

  /** With the checks off where the parents within the cycle are left to its verification. */
  unchecked(kind: Kind, work: () => Promise<void>): Promise<void> {
    return this.writesCircle(kind) ? withoutForeignKeyChecks(this.session, work) : work();
  }

  isolate(
    kind: Kind,
    records: readonly DistrictRecord[],
    handlers: Pick<Isolation<DistrictRecord>, 'refuse' | 'setAside'>,
  ): Promise<void> {
    return writeIsolating(
      {
        send: (some) => this.send(kind, some),
        accept: (some) => this.accept(kind, some),
        ...handlers,
        dropBlocked: (some) => this.dropBlocked(kind, some),
        tablesFit: () => this.memory.failures.tablesFit,
        signal: this.job.signal,
      },
      records,
    );
  }

  async send(kind: Kind, records: readonly DistrictRecord[]): Promise<void> {
    const { session, job } = this;
    if (job.mapping.object.cycle !== null) return this.sendOfCycle(kind, records);
    return kind === 'update' ? this.update(records) : insertRecords(session, job, records);
  }

  /**
   * With the checks off the state's server would take anything, and a record that stays must not
   * lean on one that may be taken back: what was written is looked at, and undone where it lacks a
   * parent.
   */
  private async sendOfCycle(kind: Kind, records: readonly DistrictRecord[]): Promise<void> {
    const { session, job } = this;
    const links = parentLinks(job);
    const keys = records.map(({ key }) => key);
    let lacking: ReadonlyMap<string, Dangling> = new Map();
    await session.write('SAVEPOINT unchecked');
    if (kind === 'update') {
      await this.update(records);
      const within = links.filter(({ inCycle }) => inCycle);
      lacking = await leaningOnUnverified(session, job, within, keys);
    } else {
      await insertRecords(session, job, records);
      if (this.memory.strict) {
        // MySQL 9.7 takes a record of bytes that refers to one of its own table that isn't there.
        const own = links.filter(({ parentTable }) => parentTable === job.mapping.stateTable);
        lacking = await danglingOf(session, job, own, keys);
      } else {
        await noteCycleInsertions(session, job, records);
        const unknown = links.filter(({ inCycle, reference }) => !inCycle && reference === null);
        lacking = await danglingOf(session, job, unknown, keys);
      }
    }
    if (lacking.size === 0) return;
    await session.write('ROLLBACK TO SAVEPOINT unchecked');
    for (const record of records) {
      const dangling = lacking.get(formatRecordKey(record.key));
      if (dangling !== undefined) this.lacking.set(record, dangling);
    }
    throw new DatabaseError('A record refers to one that the state does not have.', {
      errorClass: 'record',
      side: 'state',
      errno: 1452,
    });
  }

  private async update(records: readonly DistrictRecord[]): Promise<void> {
    const { session, job } = this;
    const respelled = records.filter((record) => this.respelled.has(record));
    if (respelled.length === 0) return updateRecords(session, job, records);
    await session.write('SAVEPOINT respelled');
    try {
      await respellKeys(session, job, respelled);
      await updateRecords(session, job, records);
    } catch (error) {
      // Nothing of a refused record stays, its key neither.
      if (isOneWrites(error)) await session.write('ROLLBACK TO SAVEPOINT respelled');
      throw error;
    }
  }

  accept(kind: Kind, records: readonly DistrictRecord[]): void {
    this.memory.failures.accepted();
    const asSent = records.filter((record) => !this.foreseen.has(formatRecordKey(record.key)));
    for (const record of records) {
      this.written.add(record);
      const columns = this.foreseen.get(formatRecordKey(record.key));
      if (columns !== undefined) this.tally.refuse(changedByState(this.job.mapping, record, columns));
    }
    this.tally.add(
      kind === 'insert' ? 'inserted' : 'updated',
      asSent.map(({ key }) => key),
    );
  }

  refuse(record: DistrictRecord, error: DatabaseError): void {
    const refusal = refusalOf(this.job.mapping, record, error);
    if (refusal.outcome === 'blocked') this.memory.blockedSeen = true;
    else this.memory.failures.refused(error, this.job.mapping.object.name);
    this.tally.refuse(refusal);
  }

  /** Tallies the records whose parent isn't at the state. @returns the others */
  private async dropBlocked(kind: Kind, records: readonly DistrictRecord[]): Promise<DistrictRecord[]> {
    const { mapping } = this.job;
    const rest = records.filter((record) => !this.lacking.has(record));
    // Parents within the cycle may come later in the same run, but an existing record must not be
    // made to dangle for it.
    const references = mapping.references.filter(({ inCycle }) => !inCycle || !this.writesCircle(kind));
    const missing = await missingAmong(this.session, this.job, rest, {
      references,
      // The records of one statement come in the order in which they need each other.
      siblings: kind === 'insert',
    });
    if (missing.size > 0 || rest.length < records.length) this.memory.blockedSeen = true;
    for (const record of records) {
      const dangling = this.lacking.get(record);
      const parent = missing.get(record);
      if (dangling) this.tally.refuse(danglingError(mapping, { ...dangling, guid: record.guid }));
      else if (parent) this.tally.refuse(blockedBy(mapping, record, parent.reference, parent.key));
    }
    for (const record of records) this.lacking.delete(record);
    return rest.filter((record) => !missing.has(record));
  }

  private takeAside(): DistrictRecord[] {
    const { aside } = this;
    this.aside = [];
    return aside;
  }
}

/** Two GUIDs of the same record may differ in case only. A missing one proves nothing. */
export function guidsDiffer(district: string | null, state: string | null): boolean {
  return district !== null && state !== null && district.toLowerCase() !== state.toLowerCase();
}
