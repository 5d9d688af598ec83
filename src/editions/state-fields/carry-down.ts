import { inBatches } from '../../domain/batches';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import type { CarryMapping } from './carry-mapping';
import { keyText } from '../columns/key-column';
import type { Lossy } from '../columns/compared';
import { writeIsolating } from '../transfer/isolate';
import type { CompareJob } from '../mapping/job';
import { keyList, keyOf, keySelect, keysPerList } from '../mapping/keyset';
import type { Session } from '../connection/session';
import { withQuickRetries } from '../connection/quick-retries';
import type { DistrictRecord, FetchedValue } from '../transfer/records';
import { type Reason, reasonOf } from '../transfer/refusal';
import { guidsDiffer } from '../transfer/repair';
import { stateTenant, where } from '../mapping/scope';
import { quoteName } from '../connection/sql';
import { statementsOf, updateByKey } from '../transfer/write';

/**
 * Carries the state's own values down: the one place that writes at a district. It writes
 * state-owned fields of records the district has, and nothing else, in transactions that say so: a
 * district's sessions are read-only otherwise. No ledger row guards a page, because the two servers
 * have no transaction in common: doing it again changes nothing.
 */

export interface CarryJob extends Omit<CompareJob, 'mapping'> {
  readonly carry: CarryMapping;
  readonly signal: AbortSignal;
  /** Test hook: between the last statement and the COMMIT at the district. */
  readonly beforeCommit?: () => Promise<void> | void;
}

/** A record that the state's value didn't reach. Names and codes only. */
export interface CarryRefusal extends Reason {
  readonly key: RecordKey;
  readonly guid: string | null;
}

/** Outcomes of the records that were looked at. */
export interface CarriedPage {
  readonly carried: readonly RecordKey[];
  readonly unchanged: readonly RecordKey[];
  readonly refused: readonly CarryRefusal[];
}

/**
 * Gives the district's records of these keys the state's values, in one transaction at the
 * district: its records are locked, THEN the state's are read, so that no older value of the
 * state's is written over a newer one.
 * @param announced a person said that these records changed: one that can't be found is a refusal
 *   then
 * @throws DatabaseError of a class that takes the transaction back
 */
export async function carryDown(
  job: CarryJob,
  keys: readonly RecordKey[],
  { announced }: { readonly announced: boolean },
): Promise<CarriedPage> {
  if (keys.length === 0) return { carried: [], unchanged: [], refused: [] };
  return withQuickRetries(job.signal, () =>
    job.editions.district.withSession(async (session) => {
      await session.write('START TRANSACTION READ WRITE');
      try {
        const page = await new Carrying(session, job, announced).run(keys);
        await job.beforeCommit?.();
        job.signal.throwIfAborted();
        await session.write('COMMIT');
        return page;
      } catch (error) {
        await session.write('ROLLBACK').catch(() => undefined);
        throw error;
      }
    }),
  );
}

/** A record of the state, as it is to be at the district. */
interface SourceRecord extends DistrictRecord {
  /** The state has given it no value of its own yet. */
  readonly waits: boolean;
}

class Carrying {
  private readonly carried: RecordKey[] = [];
  private readonly unchanged: RecordKey[] = [];
  private readonly refused: CarryRefusal[] = [];

  constructor(
    private readonly session: Session,
    private readonly job: CarryJob,
    private readonly announced: boolean,
  ) {}

  async run(keys: readonly RecordKey[]): Promise<CarriedPage> {
    for (const part of inBatches(keys, keysPerList)) {
      this.job.signal.throwIfAborted();
      await this.write(await this.decide(part));
    }
    return { carried: this.carried, unchanged: this.unchanged, refused: this.refused };
  }

  /** Settles whatever needs no writing. @returns the others */
  private async decide(keys: readonly RecordKey[]): Promise<SourceRecord[]> {
    const targets = await this.lockTargets(keys);
    const sources = await this.readSources(keys);
    const { object } = this.job.carry.mapping;
    const open: SourceRecord[] = [];
    for (const key of keys) {
      const id = formatRecordKey(key);
      const target = targets.get(id);
      const source = sources.get(id);
      const lossy = source?.rule == null ? undefined : this.job.carry.lossy[source.rule];
      if (!source)
        this.notFound(key, null, 'NOT_AT_STATE', `The state has no ${object.label} with this key.`);
      else if (!target)
        this.notFound(
          key,
          source.guid,
          'NOT_AT_DISTRICT',
          `The district has no ${object.label} with this key.`,
        );
      else if (guidsDiffer(target.guid, source.guid)) this.refuse(source, identityChanged(object));
      else if (source.waits)
        this.notFound(
          key,
          source.guid,
          'NOT_ASSIGNED',
          `The state has given it no ${object.stateAssigned} yet.`,
        );
      else if (source.hash === target.hash) this.unchanged.push(key);
      else if (lossy) this.refuse(source, lossReason(lossy));
      else open.push(source);
    }
    return open;
  }

  /** Nothing to carry, unless somebody said that there is. */
  private notFound(key: RecordKey, guid: string | null, code: string, message: string): void {
    if (this.announced) this.refused.push({ key, guid, code, field: null, message });
  }

  private refuse({ key, guid }: DistrictRecord, reason: Reason): void {
    this.refused.push({ key, guid, ...reason });
  }

  private async lockTargets(
    keys: readonly RecordKey[],
  ): Promise<Map<string, { guid: string | null; hash: string | null }>> {
    const { mapping } = this.job.carry;
    const { districtKey, districtTable, guid, hash } = mapping;
    const rows = await this.session.rows(
      `SELECT ${keySelect(districtKey)}, ${guid ? keyText(guid.district) : 'NULL'}, ${hash.district}
         FROM ${districtTable} WHERE ${keyList(districtKey, keys)} FOR UPDATE`,
    );
    const at = districtKey.columns.length;
    return new Map(
      rows.map((row) => [
        formatRecordKey(keyOf(districtKey, row)),
        { guid: textOrNull(row[at]), hash: textOrNull(row[at + 1]) },
      ]),
    );
  }

  private async readSources(keys: readonly RecordKey[]): Promise<Map<string, SourceRecord>> {
    const { mapping, pairs, lossy, assigned } = this.job.carry;
    const { stateKey, stateTable, guid, hash } = mapping;
    const losses = lossy.map(({ when }, i) => `WHEN ${when} IS TRUE THEN ${i}`).join(' ');
    const rows = await this.job.editions.state.rawRows(
      `SELECT ${keySelect(stateKey)}, ${guid ? keyText(guid.state) : 'NULL'}, ${hash.state},
              ${losses === '' ? 'NULL' : `CASE ${losses} END`},
              ${assigned === null ? '0' : `${quoteName(assigned)} IS NULL`},
              ${pairs.map(({ fetch }) => fetch).join(', ')}
         FROM ${stateTable} ${where([...stateTenant(mapping, this.job.scope), keyList(stateKey, keys)])}`,
    );
    const at = stateKey.columns.length;
    const found = new Map<string, SourceRecord>();
    for (const row of rows) {
      const key = keyOf(stateKey, row);
      found.set(formatRecordKey(key), {
        key,
        guid: textOrNull(row[at]),
        hash: textOrNull(row[at + 1]),
        rule: row[at + 2] === null ? null : Number(row[at + 2]),
        waits: Number(row[at + 3]) === 1,
        values: row.slice(at + 4),
      });
    }
    return found;
  }

  private async write(records: readonly SourceRecord[]): Promise<void> {
    const { mapping, pairs } = this.job.carry;
    const { districtTable: table, districtKey, districtShape: shape, columnNames } = mapping;
    for (const part of statementsOf(this.session, records)) {
      await writeIsolating(
        {
          send: (some) =>
            updateByKey(this.session, { table, key: districtKey, conditions: [], pairs, records: some }),
          accept: (some) => this.carried.push(...some.map(({ key }) => key)),
          refuse: (record, error) =>
            this.refuse(
              record,
              reasonOf(error, { side: 'district', shape, columnNames, tenantColumn: null }),
            ),
          // The state's fields refer to nothing of ours (whyOwnerIsFixed); a foreign key there
          // refuses the record.
          dropBlocked: (some) => Promise.resolve([...some]),
          signal: this.job.signal,
        },
        part,
      );
    }
  }
}

function identityChanged({ label, guidColumn }: { label: string; guidColumn: string | null }): Reason {
  return {
    code: 'IDENTITY_CHANGED',
    field: guidColumn,
    message: `The district has another ${label} under this key (its ${guidColumn} differs); nothing was carried to it.`,
  };
}

function lossReason({ code, column }: Lossy): Reason {
  const messages: Readonly<Record<Lossy['code'], string>> = {
    VALUE_PRECISION: `The value of ${column} is more precise than the district keeps.`,
    VALUE_NOT_ALLOWED: `The value of ${column} is not one of those the district allows.`,
    VALUE_OUT_OF_RANGE: `The value of ${column} is outside the range the district allows.`,
    VALUE_MISSING: `The district requires a value for ${column}.`,
    CHARACTERS_NOT_ALLOWED: `${column} has bytes at the state that are no characters.`,
  };
  return { code, field: column, message: messages[code] };
}

function textOrNull(value: FetchedValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}
