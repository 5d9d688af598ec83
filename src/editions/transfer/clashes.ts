/** Records whose unique values stand in each other's way, or in that of records at the state. */
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { DatabaseError } from '../connection/errors';
import type { Session } from '../connection/session';
import type { UniqueIndex } from '../columns/table-shape';
import type { PageJob } from '../mapping/job';
import { knowsAllYears } from '../mapping/scope';
import type { ObjectMapping } from '../mapping/types';
import { type Isolation, writeIsolating } from './isolate';
import type { PageTally } from './page-tally';
import { parkValues } from './park-values';
import type { DistrictRecord } from './records';
import { keepingAwake } from './keep-awake';
import { textsAtDistrict } from './same-keys';
import { keptUnderBoth } from './guid-holders';
import { heldByDistrict, isIdentity, renumbered } from './identity-errors';
import { heldBy, type Holder, holdersOf, searchedIndexes } from './unique-holders';
import { connected, type UniqueOrder, uniqueOrder } from './unique-order';
import { statementsOf } from './write';

/** Repetitions of clashes over a unique index that can't be searched. */
const maxRepetitions = 10;

export type Kind = 'insert' | 'update';

/** What writes the records of a batch, and tallies each. */
export interface BatchWriter {
  readonly session: Session;
  readonly job: PageJob;
  readonly tally: PageTally;
  /** Records that the state has under the same key in another spelling. */
  readonly respelled: ReadonlyMap<DistrictRecord, RecordKey>;
  /** Runs `work` with the state's foreign key checks as this kind of writing has them. */
  unchecked(kind: Kind, work: () => Promise<void>): Promise<void>;
  /** Sends records in one statement, or isolates those that it fails for. */
  isolate(
    kind: Kind,
    records: readonly DistrictRecord[],
    handlers: Pick<Isolation<DistrictRecord>, 'refuse' | 'setAside'>,
  ): Promise<void>;
  /** One statement. @throws DatabaseError */
  send(kind: Kind, records: readonly DistrictRecord[]): Promise<void>;
  accept(kind: Kind, records: readonly DistrictRecord[]): void;
  refuse(record: DistrictRecord, error: DatabaseError): void;
}

interface Clash {
  readonly record: DistrictRecord;
  readonly error: DatabaseError;
}

/** Settles the clashes of one batch. */
export class Clashes {
  constructor(private readonly writer: BatchWriter) {}

  /**
   * Records that can't all be written in one statement for a unique value: each after the one that
   * gives its value up, circles by moving one record of each out of the way. What is held by a
   * record that stays is refused.
   */
  async settle(kind: Kind, records: readonly DistrictRecord[]): Promise<void> {
    if (records.length === 0) return;
    const { session, job } = this.writer;
    const holders = await holdersOf(session, job, records, this.writer.respelled);
    // A new record gives nothing up.
    const { ordered, circles, parked, stuck } =
      kind === 'update' ? uniqueOrder(records, holders, this.writer.respelled) : newOnes(records, holders);
    const left: Clash[] = [];
    const writeAll = async (): Promise<void> => {
      for (const part of statementsOf(session, ordered)) left.push(...(await this.clashesOf(kind, part)));
      left.push(...(await this.exchange(circles, parked)));
      // Of an index that nobody can search: a chain resolves by repetition, from either end.
      left.push(...(await this.repeat(kind, left.splice(0))));
      if (kind === 'update') left.push(...(await this.exchangeBlindly(left.splice(0))));
    };
    await this.writer.unchecked(kind, writeAll);
    const rest = [...left.map(({ record }) => record), ...stuck];
    const holdersNow = await holdersOf(session, job, rest, this.writer.respelled);
    const inTheWay = [
      ...left.map((clash) => ({ ...clash, holders: holdersNow.get(clash.record) ?? [] })),
      ...stuck.map((record) => ({
        record,
        error: uniqueClash,
        holders: holdersNow.get(record) ?? holders.get(record) ?? [],
      })),
    ];
    const known = await this.atDistrict(inTheWay.map((clash) => clash.holders));
    const foremost = inTheWay.map((clash) => this.foremost(clash.holders, known));
    const kept = await this.keptByDistrict(inTheWay.map(({ record }, n) => [record, foremost[n]]));
    for (const [n, { record, error }] of inTheWay.entries())
      this.refuseClash(record, error, foremost[n], kept);
  }

  /** Records whose GUID the district has under the key of its holder, too. */
  private async keptByDistrict(
    clashes: readonly (readonly [DistrictRecord, Holder | undefined])[],
  ): Promise<ReadonlySet<DistrictRecord>> {
    const { job, session } = this.writer;
    const identities = clashes.filter(
      (clash): clash is [DistrictRecord, Holder] =>
        clash[1] !== undefined && clash[1].ours && isIdentity(job.mapping, clash[1]),
    );
    if (identities.length === 0) return new Set();
    return keepingAwake(session, () => keptUnderBoth(job, new Map(identities)));
  }

  /**
   * Whose the record is tells more than any other value that is taken. Of two holders the one that
   * no run changes is in the way for good: another district's, or one that this district no longer
   * has.
   */
  private foremost(holders: readonly Holder[], known: ReadonlySet<string>): Holder | undefined {
    return (
      holders.find((holder) => isIdentity(this.writer.job.mapping, holder)) ??
      holders.find((holder) => !holder.ours) ??
      holders.find(({ key }) => !known.has(formatRecordKey(key))) ??
      holders[0]
    );
  }

  /**
   * Keys of those holders that the district has, in any school year, or may have in another year's
   * database: asked where a record has several.
   */
  private async atDistrict(holders: readonly (readonly Holder[])[]): Promise<ReadonlySet<string>> {
    const { job, session } = this.writer;
    const keys = holders.flatMap((some) =>
      some.length > 1 ? some.filter((holder) => holder.ours).map(({ key }) => key) : [],
    );
    if (!knowsAllYears(job.scope)) return new Set(keys.map(formatRecordKey));
    return keys.length === 0 ? new Set() : keepingAwake(session, () => textsAtDistrict(job, keys, []));
  }

  /** Writes records. @returns those that clash, alone */
  private async clashesOf(kind: Kind, records: readonly DistrictRecord[]): Promise<Clash[]> {
    const clashes: Clash[] = [];
    await this.writer.isolate(kind, records, {
      refuse: (record, error) => {
        if (error.errno === 1062) clashes.push({ record, error });
        else this.writer.refuse(record, error);
      },
    });
    return clashes;
  }

  private async repeat(kind: Kind, clashes: readonly Clash[]): Promise<readonly Clash[]> {
    let left = clashes;
    for (let pass = 0; pass < maxRepetitions && left.length > 0; pass += 1) {
      const searched = searchedIndexes(this.writer.job.mapping).map(({ index }) => index.name);
      if (left.every(({ error }) => searched.includes(error.names.index ?? ''))) return left;
      const again: Clash[] = [];
      for (const { record } of [...left].reverse()) again.push(...(await this.clashesOf(kind, [record])));
      if (again.length === left.length) return left;
      left = again;
    }
    return left;
  }

  /**
   * Records that clash in an index that nobody can search (over a part of a column, an expression,
   * a TEXT): all of them move out of the way, and what is refused even so stays as it was.
   * @returns those that are left
   */
  private async exchangeBlindly(clashes: readonly Clash[]): Promise<readonly Clash[]> {
    const indexes = unsearched(this.writer.job.mapping);
    const blind = new Map(
      clashes.flatMap((clash) => {
        const index = indexes.find(({ name }) => name === clash.error.names.index);
        return index === undefined ? [] : [[clash.record, { clash, index }] as const];
      }),
    );
    for (let pass = 0; pass < maxRepetitions && blind.size > 1; pass += 1) {
      const records = [...blind.keys()];
      const parked = new Map([...blind].map(([record, { index }]) => [record, new Set([index])]));
      const refused = await this.tryExchange(records, parked);
      if (refused.length === 0) return clashes.filter(({ record }) => !blind.has(record));
      for (const { record } of refused) blind.delete(record);
    }
    return clashes;
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
      await holdersOf(this.writer.session, this.writer.job, records, this.writer.respelled),
      this.writer.respelled,
    );
    if (lots.length === 1) {
      const own = refused.filter(({ error }) => error.errno !== 1062);
      for (const { record, error } of own) this.writer.refuse(record, error);
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
    const { session, job } = this.writer;
    const refused: Clash[] = [];
    await session.write('SAVEPOINT parked');
    try {
      if (!(await parkValues(session, job, parked)))
        refused.push(...records.map((record) => ({ record, error: uniqueClash })));
      else
        for (const part of statementsOf(session, records))
          await writeIsolating(
            {
              send: (some) => this.writer.send('update', some),
              accept: () => undefined,
              refuse: (record, error) => refused.push({ record, error }),
              dropBlocked: (some) => Promise.resolve([...some]),
              tablesFit: () => true,
              signal: job.signal,
            },
            part,
          );
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.errorClass !== 'record') throw error;
      refused.push(...records.map((record) => ({ record, error: uniqueClash })));
    }
    if (refused.length === 0) this.writer.accept('update', records);
    else await session.write('ROLLBACK TO SAVEPOINT parked');
    return refused;
  }

  private refuseClash(
    record: DistrictRecord,
    error: DatabaseError,
    holder: Holder | undefined,
    kept: ReadonlySet<DistrictRecord>,
  ): void {
    const { job, tally } = this.writer;
    const { mapping } = job;
    if (holder !== undefined) {
      const identity = isIdentity(mapping, holder);
      if (identity && !holder.ours) tally.refuse(heldByDistrict(mapping, record, holder));
      else if (identity && !kept.has(record)) tally.refuse(renumbered(mapping, record, holder));
      else tally.refuse(heldBy(mapping, record, holder));
      return;
    }
    const { index } = error.names;
    const searched = searchedIndexes(mapping).some((known) => known.index.name === index);
    // Nobody has the value: it was a trigger of the state that wrote elsewhere.
    this.writer.refuse(record, searched ? refusedByTrigger : error);
  }
}

/** Indexes in which nobody can look for the holder of a value. */
function unsearched(mapping: ObjectMapping): UniqueIndex[] {
  const searched = searchedIndexes(mapping).map(({ index }) => index.name);
  const { uniqueIndexes, partialIndexes } = mapping.stateShape;
  return [...uniqueIndexes, ...partialIndexes].filter(({ name }) => !searched.includes(name));
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
