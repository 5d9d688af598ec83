import { inBatches } from '../../domain/batches';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { cutRanges } from '../transfer/bounds';
import type { ComparedRecord, Interval } from '../transfer/compare';
import { lookThrough } from '../transfer/look-through';
import { type Pause, pauseOf } from '../transfer/district-load';
import type { CompareJob } from '../mapping/job';
import { keyList, type KeySide, keysPerList } from '../mapping/keyset';
import { batchesOf } from '../transfer/repair';
import {
  countRecords,
  eachWithSchool,
  groupedBySchool,
  joinSchool,
  type SchoolJoin,
  schoolOf,
} from '../mapping/school-join';
import { districtScope, stateScope, stateTenant, tellsExtra } from '../mapping/scope';
import type { ParentGround } from './parent-outcomes';
import { extraStill, type Found, type LookGround, lookAgain } from './second-look';
import { stateRefusals } from './state-refusals';
import { type ComparedObject, Tally } from './tally';
import { settleCycle } from './cycle-outcomes';

/** The comparison of one object. */
export interface VerifyJob extends CompareJob, ParentGround {
  /** Another object of the verification refers to it: who won't come must be known for that one. */
  readonly referred: boolean;
  /** District records of one stretch, compared by its checksum first. */
  readonly rangeRecords: number;
  readonly signal: AbortSignal;
  /** Statements running at the district above which the next page waits; 0 or absent: never. */
  readonly districtLoadCeiling?: number;
  readonly onPage?: (progress: { readonly object: string; readonly records: number }) => void;
}

/**
 * Compares an object, or the objects of one cycle together, and writes nothing at either edition. A
 * stretch whose checksums agree costs one statement a side; otherwise the hashes are compared page
 * by page, and what differs is looked at a second time. Parents must have been verified before.
 * Safe to repeat.
 * @param jobs one, or one for each member of the cycle
 * @throws DatabaseError; the signal's reason when aborted
 */
export async function verifyObjects(jobs: readonly VerifyJob[]): Promise<ComparedObject[]> {
  const works: ObjectVerification[] = [];
  for (const job of jobs) works.push(await ObjectVerification.open(job));
  for (const work of works) await work.compare();
  const late = settleCycle(
    works.map((work) => ({ object: work.name, blockedKeys: work.blockedKeys, pending: work.pending })),
  );
  for (const work of works) await work.settle(late.get(work.name) ?? []);
  return works.map((work) => work.tally.result());
}

/** One object under comparison. */
class ObjectVerification {
  readonly tally: Tally;
  /** Records that wait for parents of their own cycle to be judged. */
  readonly pending: Found[] = [];
  /** Records that won't come, by key; `true`: for a known exclusion. */
  readonly blockedKeys = new Map<string, boolean>();
  private readonly mayGoOn: Pause;
  /** Records that aren't at the state, by school. */
  private readonly absent = new Map<string | null, number>();

  private constructor(
    private readonly job: VerifyJob,
    private readonly ground: LookGround,
    private readonly schools: { readonly district: SchoolJoin; readonly state: SchoolJoin },
  ) {
    this.tally = new Tally(job.mapping.object.name);
    this.mayGoOn = pauseOf(job);
  }

  static async open(job: VerifyJob): Promise<ObjectVerification> {
    const { editions, catalog, mapping } = job;
    const refusals = await stateRefusals(editions, mapping);
    const district = await joinSchool(editions, catalog, job, 'district');
    const state = await joinSchool(editions, catalog, job, 'state');
    return new ObjectVerification(job, { ...job, refusals }, { district, state });
  }

  get name(): string {
    return this.job.mapping.object.name;
  }

  async compare(): Promise<void> {
    const { editions, mapping, scope, rangeRecords } = this.job;
    for (const range of await cutRanges(editions, mapping, scope, { rangeRecords }))
      await this.stretch(range);
    await this.countSchools();
  }

  /** Judges what waited for the cycle. @param late those of `pending` that won't come after all */
  async settle(late: readonly Found[]): Promise<void> {
    const blocked = new Set(late.map(({ key }) => formatRecordKey(key)));
    const come = this.pending.filter(({ key }) => !blocked.has(formatRecordKey(key)));
    await this.settleFound([...come, ...late]);
    await this.flushBlockedKeys();
  }

  private async stretch(interval: Interval): Promise<void> {
    const { job } = this;
    for await (const look of lookThrough(job, interval, this.mayGoOn)) {
      if ('equal' in look) {
        this.tally.predict('unchanged', look.equal);
        job.onPage?.({ object: this.name, records: look.equal });
      } else {
        this.tally.predict('unchanged', look.unchanged.length);
        await this.look(look.open, look.extra);
        job.onPage?.({ object: this.name, records: look.read });
      }
    }
  }

  private async look(open: readonly ComparedRecord[], extra: readonly RecordKey[]): Promise<void> {
    for (const batch of batchesOf(open)) {
      this.job.signal.throwIfAborted();
      const { found, unchanged } = await lookAgain(
        this.job,
        this.ground,
        batch.map(({ key }) => key),
      );
      this.tally.predict('unchanged', unchanged);
      this.pending.push(...found.filter(({ pending }) => pending.length > 0));
      await this.settleFound(found.filter(({ pending }) => pending.length === 0));
    }
    await this.settleFound(await extraStill(this.job, extra));
  }

  /** Tallies records whose outcome is known. */
  private async settleFound(found: readonly Found[]): Promise<void> {
    const schools = await this.schoolsOf(found);
    for (const { kind, key, guid, predictedOutcome, code, absent } of found) {
      const text = formatRecordKey(key);
      const school = schools.get(text) ?? null;
      this.tally.predict(predictedOutcome);
      if (kind !== null) this.tally.differs({ kind, key: text, guid, school, predictedOutcome, code });
      if (absent) this.absent.set(school, (this.absent.get(school) ?? 0) + 1);
      if (absent && predictedOutcome !== 'inserted' && this.keepsBlockedKeys)
        this.blockedKeys.set(text, kind === 'excluded');
    }
    // Those of a cycle are needed until it is read to its end.
    if (this.job.mapping.object.cycle === null) await this.flushBlockedKeys();
  }

  private get keepsBlockedKeys(): boolean {
    return this.job.referred || this.job.mapping.object.cycle !== null;
  }

  private async flushBlockedKeys(): Promise<void> {
    if (!this.job.referred || this.blockedKeys.size === 0) return;
    await this.job.blockedKeys.add(this.name, this.blockedKeys);
    this.blockedKeys.clear();
  }

  /**
   * Schools of these records: of extra ones as the state has them, of the others as the district
   * has them.
   */
  private async schoolsOf(found: readonly Found[]): Promise<Map<string, string | null>> {
    const { mapping, scope } = this.job;
    const isExtra = ({ kind }: Found): boolean => kind === 'extra';
    return new Map([
      ...(await this.schoolsAt(
        'district',
        found.filter((record) => !isExtra(record)),
        {
          table: mapping.districtTable,
          conditions: districtScope(mapping, scope),
          side: mapping.districtKey,
        },
      )),
      ...(await this.schoolsAt('state', found.filter(isExtra), {
        table: mapping.stateTable,
        conditions: stateTenant(mapping, scope),
        side: mapping.stateKey,
      })),
    ]);
  }

  private async schoolsAt(
    side: 'district' | 'state',
    found: readonly Found[],
    from: { readonly table: string; readonly conditions: readonly string[]; readonly side: KeySide },
  ): Promise<Map<string, string | null>> {
    const schools = new Map<string, string | null>();
    const join = this.schools[side];
    if (join.key.length === 0) return schools;
    for (const part of inBatches(found, keysPerList)) {
      const keys = part.map(({ key }) => key);
      const conditions = [...from.conditions, keyList(from.side, keys)];
      const at = from.side.columns.length;
      for (const row of await this.job.editions[side].rows(eachWithSchool(join, { ...from, conditions })))
        schools.set(formatRecordKey(row.slice(0, at).map(String)), schoolOf(join, row, at));
    }
    return schools;
  }

  private async countSchools(): Promise<void> {
    const { mapping, scope } = this.job;
    const district = { table: mapping.districtTable, conditions: districtScope(mapping, scope) };
    for (const [school, records] of await this.counted('district', district)) {
      this.tally.count(school, { districtRecords: records });
      // Of a shared table the state can't tell; what isn't missing there is there.
      if (!tellsExtra(mapping, scope))
        this.tally.count(school, { stateRecords: records - (this.absent.get(school) ?? 0) });
    }
    if (!tellsExtra(mapping, scope)) return;
    const state = { table: mapping.stateTable, conditions: stateScope(mapping, scope) };
    for (const [school, records] of await this.counted('state', state))
      this.tally.count(school, { stateRecords: records });
  }

  private async counted(
    side: 'district' | 'state',
    from: { readonly table: string; readonly conditions: readonly string[] },
  ): Promise<[string | null, number][]> {
    await this.mayGoOn();
    const join = this.schools[side];
    const rows = await this.job.editions[side].rows(groupedBySchool(join, from, [countRecords]));
    return rows.map((row) => [schoolOf(join, row), Number(row[join.key.length])]);
  }
}
