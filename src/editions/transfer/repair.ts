import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import type { ComparedRecord } from './compare';
import { DatabaseError } from '../connection/errors';
import { type Isolation, writeIsolating } from './isolate';
import type { PageJob } from '../mapping/job';
import type { PageTally } from './page-tally';
import type { RangeMemory } from './range-memory';
import type { Session } from '../connection/pools';
import { isOneRecords } from './ask-each';
import { readBothSides } from './both-sides';
import { type DistrictRecord, lockAtState } from './records';
import { respellKeys } from './respell';
import { blockedBy, identityConflict, recordChanging, refusalOf, refusedByRule } from './refusal';
import { noteCycleInsertions, withoutForeignKeyChecks } from './cycle-insertions';
import { type Dangling, danglingError, danglingOf, leaningOnUnverified, parentLinks } from './cycle-links';
import { missingAmong } from './missing-among';
import { keepingAwake } from './keep-awake';
import { parkValues } from './park-values';
import { heldBy, type Holder, holdersOf, searchedIndexes } from './unique-holders';
import { connected, type UniqueOrder, uniqueOrder } from './unique-order';
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
/** Repetitions of clashes over a unique index that can't be searched. */
const maxRepetitions = 10;

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

interface Clash {
  readonly record: DistrictRecord;
  readonly error: DatabaseError;
}

type Kind = 'insert' | 'update';

/** One batch of a page. */
class Repair {
  /** Records in whose statement a unique value clashed. */
  private aside: DistrictRecord[] = [];
  /** Columns that the state's triggers will change, by the key's text. */
  private foreseen: ReadonlyMap<string, readonly string[]> = new Map();
  /** Records the state took, where its triggers are looked at. */
  private readonly written = new Set<DistrictRecord>();
  /** Records of a cycle that were written and undone for want of a parent. */
  private readonly lacking = new Map<DistrictRecord, Dangling>();
  /** Records that the state has under the same key in another spelling. */
  private readonly respelled = new Map<DistrictRecord, RecordKey>();

  constructor(
    private readonly session: Session,
    private readonly job: PageJob,
    private readonly tally: PageTally,
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
    await this.settleClashes('update', this.takeAside());
    await this.write('insert', insert);
    const aside = this.takeAside();
    // Inserted at the state between our look and our INSERT: compared again, never overwritten
    // blindly.
    const present = await lockAtState(
      this.session,
      this.job,
      aside.map(({ key }) => key),
    );
    const again = aside.filter(({ key }) => present.has(formatRecordKey(key)));
    await this.settleClashes(
      'insert',
      aside.filter((record) => !again.includes(record)),
    );
    await this.touchUp(insert, foreseen[1]!);
    if (again.length === 0) return;
    if (round < maxRounds)
      await this.run(
        again.map(({ key }) => key),
        round + 1,
      );
    else for (const record of again) this.tally.refuse(recordChanging(this.job.mapping, record));
  }

  /** A record that the state's triggers would leave as far from the district's as it is. */
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
    for (const record of records) {
      const state = atState.get(formatRecordKey(record.key));
      const rule = record.rule === null ? undefined : mapping.rules[record.rule];
      if (rule) this.tally.refuse(refusedByRule(mapping, record, rule));
      else if (!state) insert.push(record);
      else if (guidsDiffer(record.guid, state.guid)) this.tally.refuse(identityConflict(mapping, record));
      else if (mode === 'compare' && record.hash !== null && record.hash === state.hash)
        this.tally.add('unchanged', [record.key]);
      else {
        update.push(record);
        if (formatRecordKey(state.key) !== formatRecordKey(record.key)) this.respelled.set(record, state.key);
      }
    }
    return { insert, update };
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
    await (circle ? withoutForeignKeyChecks(this.session, sendAll) : sendAll());
  }

  /** Are the parents within the cycle left to the verification of the cycle? */
  private writesCircle(kind: Kind): boolean {
    return kind === 'insert' && this.job.mapping.object.cycle !== null && !this.memory.strict;
  }

  private isolate(
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
        signal: this.job.signal,
      },
      records,
    );
  }

  private async send(kind: Kind, records: readonly DistrictRecord[]): Promise<void> {
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
      if (!this.memory.strict) {
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
      if (isOneRecords(error)) await session.write('ROLLBACK TO SAVEPOINT respelled');
      throw error;
    }
  }

  private accept(kind: Kind, records: readonly DistrictRecord[]): void {
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

  private refuse(record: DistrictRecord, error: DatabaseError): void {
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

  /**
   * Records that can't all be written in one statement for a unique value: each after the one that
   * gives its value up, circles by moving one record of each out of the way. What is held by a
   * record that stays is refused.
   */
  private async settleClashes(kind: Kind, records: readonly DistrictRecord[]): Promise<void> {
    if (records.length === 0) return;
    const { session, job } = this;
    const holders = await holdersOf(session, job, records, this.respelled);
    // A new record gives nothing up.
    const { ordered, circles, parked, stuck } =
      kind === 'update' ? uniqueOrder(records, holders, this.respelled) : newOnes(records, holders);
    const left: Clash[] = [];
    const writeAll = async (): Promise<void> => {
      for (const part of statementsOf(session, ordered)) left.push(...(await this.clashesOf(kind, part)));
      left.push(...(await this.exchange(circles, parked)));
      // Of an index that nobody can search: a chain resolves by repetition, from either end.
      left.push(...(await this.repeat(kind, left.splice(0))));
    };
    await (this.writesCircle(kind) ? withoutForeignKeyChecks(session, writeAll) : writeAll());
    const rest = [...left.map(({ record }) => record), ...stuck];
    const holdersNow = await holdersOf(session, job, rest, this.respelled);
    for (const { record, error } of left) this.refuseClash(record, error, holdersNow.get(record)?.[0]);
    for (const record of stuck)
      this.refuseClash(record, uniqueClash, (holdersNow.get(record) ?? holders.get(record))?.[0]);
  }

  /** Writes records. @returns those that clash, alone */
  private async clashesOf(kind: Kind, records: readonly DistrictRecord[]): Promise<Clash[]> {
    const clashes: Clash[] = [];
    await this.isolate(kind, records, {
      refuse: (record, error) => {
        if (error.errno === 1062) clashes.push({ record, error });
        else this.refuse(record, error);
      },
    });
    return clashes;
  }

  private async repeat(kind: Kind, clashes: readonly Clash[]): Promise<readonly Clash[]> {
    let left = clashes;
    for (let pass = 0; pass < maxRepetitions && left.length > 0; pass += 1) {
      const searched = searchedIndexes(this.job.mapping).map(({ index }) => index.name);
      if (left.every(({ error }) => searched.includes(error.names.index ?? ''))) return left;
      const again: Clash[] = [];
      for (const { record } of [...left].reverse()) again.push(...(await this.clashesOf(kind, [record])));
      if (again.length === left.length) return left;
      left = again;
    }
    return left;
  }

  /** Records that pass unique values round in circles: all of them, or circle by circle. */
  private async exchange(
    records: readonly DistrictRecord[],
    parked: UniqueOrder['parked'],
  ): Promise<Clash[]> {
    if (records.length === 0) return [];
    const refused = await this.tryExchange(records, parked);
    if (refused.length === 0) return [];
    const clash = (record: DistrictRecord): Clash => ({ record, error: uniqueClash });
    const lots = connected(
      records,
      await holdersOf(this.session, this.job, records, this.respelled),
      this.respelled,
    );
    if (lots.length === 1) {
      const own = refused.filter(({ error }) => error.errno !== 1062);
      for (const { record, error } of own) this.refuse(record, error);
      return records.filter((record) => !own.some((other) => other.record === record)).map(clash);
    }
    const left: Clash[] = [];
    for (const lot of lots)
      left.push(
        ...(await this.exchange(lot, new Map([...parked].filter(([record]) => lot.includes(record))))),
      );
    return left;
  }

  /** @returns what was refused; then nothing was written */
  private async tryExchange(
    records: readonly DistrictRecord[],
    parked: UniqueOrder['parked'],
  ): Promise<Clash[]> {
    const { session, job } = this;
    const refused: Clash[] = [];
    await session.write('SAVEPOINT parked');
    try {
      if (!(await parkValues(session, job, parked)))
        refused.push(...records.map((record) => ({ record, error: uniqueClash })));
      else
        for (const part of statementsOf(session, records))
          await writeIsolating(
            {
              send: (some) => this.send('update', some),
              accept: () => undefined,
              refuse: (record, error) => refused.push({ record, error }),
              dropBlocked: (some) => Promise.resolve([...some]),
              signal: job.signal,
            },
            part,
          );
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.errorClass !== 'record') throw error;
      refused.push(...records.map((record) => ({ record, error: uniqueClash })));
    }
    if (refused.length === 0) this.accept('update', records);
    else await session.write('ROLLBACK TO SAVEPOINT parked');
    return refused;
  }

  private refuseClash(record: DistrictRecord, error: DatabaseError, holder: Holder | undefined): void {
    const { mapping } = this.job;
    if (holder !== undefined) {
      this.tally.refuse(heldBy(mapping, record, holder));
      return;
    }
    const { index } = error.names;
    const searched = searchedIndexes(mapping).some((known) => known.index.name === index);
    // Nobody has the value: it was a trigger of the state that wrote elsewhere.
    this.refuse(record, searched ? refusedByTrigger : error);
  }
}

/** New records take values, and give none up. */
function newOnes(
  records: readonly DistrictRecord[],
  holders: ReadonlyMap<DistrictRecord, readonly Holder[]>,
): UniqueOrder {
  return {
    ordered: records.filter((record) => !holders.has(record)),
    circles: [],
    parked: new Map(),
    stuck: records.filter((record) => holders.has(record)),
  };
}

const uniqueClash = new DatabaseError('Another record has a unique value.', {
  errorClass: 'record',
  side: 'state',
  errno: 1062,
});
const refusedByTrigger = new DatabaseError('A trigger of the state refused the record.', {
  errorClass: 'record',
  side: 'state',
  errno: 1644,
});

/** Two GUIDs of the same record may differ in case only. A missing one proves nothing. */
export function guidsDiffer(district: string | null, state: string | null): boolean {
  return district !== null && state !== null && district.toLowerCase() !== state.toLowerCase();
}
