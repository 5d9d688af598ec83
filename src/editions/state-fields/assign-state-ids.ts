import { randomInt } from 'node:crypto';
import { type RecordKey, storedKey } from '../../domain/record-error';
import { AssignedColumn, type Known, knownOf, type Unsettled } from './assigned-column';
import { DatabaseError } from '../connection/errors';
import type { PageJob } from '../mapping/job';
import { checkLease } from '../transfer/ledger';
import type { Session } from '../connection/session';
import { withQuickRetries } from '../connection/quick-retries';
import { stateTenant } from '../mapping/scope';
import { quoteText } from '../connection/sql';
import { StateIdRegister } from './state-id-register';
import { updateByKey } from '../transfer/write';

/**
 * State IDs: the value the state gives a person who arrives without one. The register
 * (stateIdAssignment, beside the ledger) says who has which: one for a GUID, whatever districts it
 * is in, and permanently; IDs found at the state are entered there too, so that none is given
 * again.
 */

/** Records of one transaction. */
const pageRecords = 500;
/** New IDs tried for one record; of nine billion, a taken one is rare. */
const maxTries = 20;

export interface AssignJob extends PageJob {
  /** Whose counts and refusals these are. */
  readonly syncEventId: string;
  /** Default: ten digits, the first of them no zero. */
  readonly newId?: () => string;
}

/**
 * Ten digits without order: an ID shows nothing of when or where it was given, and survives a
 * spreadsheet.
 */
function tenDigits(): string {
  return String(randomInt(1_000_000_000, 10_000_000_000));
}

/**
 * Gives an ID to each of the district's records at the state that has none, and enters those it
 * finds. Each page is one transaction at the state: lease, register, records, count. It isn't in
 * the ledger, because nothing of the district's is moved; a repeated page finds nothing left to do.
 * @throws DatabaseError
 */
export async function assignStateIds(job: AssignJob): Promise<void> {
  const column = new AssignedColumn(job);
  let after: RecordKey | null = null;
  for (;;) {
    job.signal.throwIfAborted();
    const keys: RecordKey[] = await column.unsettledKeys(after, pageRecords);
    if (keys.length === 0) return;
    await withQuickRetries(job.signal, () => assignPage(job, column, keys));
    if (keys.length < pageRecords) return;
    after = keys.at(-1)!;
  }
}

/** One transaction. */
async function assignPage(job: AssignJob, column: AssignedColumn, keys: readonly RecordKey[]): Promise<void> {
  await job.editions.state.withSession(async (session) => {
    await session.write('START TRANSACTION');
    try {
      await checkLease(session, job);
      await new Assigning(session, job, column).run(keys);
      await job.beforeCommit?.();
      job.signal.throwIfAborted();
      await session.write('COMMIT');
    } catch (error) {
      await session.write('ROLLBACK').catch(() => undefined);
      throw error;
    }
  });
}

class Assigning {
  private readonly register: StateIdRegister;

  constructor(
    private readonly session: Session,
    private readonly job: AssignJob,
    private readonly column: AssignedColumn,
  ) {
    this.register = new StateIdRegister(session, job);
  }

  async run(keys: readonly RecordKey[]): Promise<void> {
    const records = await this.column.lock(this.session, keys);
    const known = records.flatMap((record) => knownOf(record) ?? []);
    await this.register.read(known.map(({ guid }) => guid));
    await this.enterFound(
      known.flatMap((record) => (record.id === null ? [] : { ...record, id: record.id })),
    );
    const given = await this.assign(known.filter(({ id }) => id === null));
    await this.write(given);
    for (const record of records)
      if (record.id === null && knownOf(record) === null)
        await this.refuse(record, 'NO_GUID', 'It has no GUID, by which the state would give it');
  }

  /** An ID that came with the record is respected, as long as it is nobody else's. */
  private async enterFound(records: readonly (Known & { readonly id: string })[]): Promise<void> {
    const firsts = firstOfEach(records).map(({ guid, id }) => ({ guid, id, origin: 'found' as const }));
    const taken = await this.register.enter(firsts);
    for (const record of records) {
      const registered = this.register.idOf(record.guid);
      if (registered === null && taken.has(record.guid))
        await this.refuse(
          record,
          'STATE_ID_SHARED',
          'Another GUID has the same one; which is right? It is its',
        );
      else if (registered !== record.id)
        await this.refuse(
          record,
          'STATE_ID_DIFFERS',
          'This GUID is known by another one; which is right? It is its',
        );
    }
  }

  /** @returns the ID of each record that gets one */
  private async assign(records: readonly Known[]): Promise<Map<RecordKey, string>> {
    let open = firstOfEach(records.filter(({ guid }) => this.register.idOf(guid) === null));
    if (open.length > 0) {
      const elsewhere = await this.column.idsOf(this.session, open);
      const entries = [...elsewhere].map(([guid, id]) => ({ guid, id, origin: 'found' as const }));
      const taken = await this.register.enter(entries);
      for (const record of open.filter(({ guid }) => taken.has(guid)))
        await this.refuse(
          record,
          'STATE_ID_SHARED',
          'Another GUID has the one this GUID has in another district; which is right? It is its',
        );
      open = open.filter(({ guid }) => !taken.has(guid) && this.register.idOf(guid) === null);
    }
    for (let tries = 0; open.length > 0; tries += 1) {
      if (tries === maxTries)
        throw new DatabaseError(`No ${this.column.name} is free: nearly all are given.`, {
          errorClass: 'configuration',
          side: 'state',
        });
      await this.draw(open);
      open = open.filter(({ guid }) => this.register.idOf(guid) === null);
    }
    return new Map(
      records.flatMap(({ key, guid }): [RecordKey, string][] => {
        const id = this.register.idOf(guid);
        return id === null ? [] : [[key, id]];
      }),
    );
  }

  /** Draws a new ID for each; one that somebody has is not entered. */
  private async draw(records: readonly Known[]): Promise<void> {
    const drawn = new Map<string, string>();
    for (const { guid } of records) drawn.set((this.job.newId ?? tenDigits)(), guid);
    const taken = await this.column.taken(this.session, [...drawn.keys()]);
    const free = [...drawn].filter(([id]) => !taken.has(id));
    await this.register.enter(free.map(([id, guid]) => ({ guid, id, origin: 'given' as const })));
  }

  private async write(given: ReadonlyMap<RecordKey, string>): Promise<void> {
    if (given.size === 0) return;
    const { mapping, scope, editions, syncEventId } = this.job;
    await updateByKey(this.session, {
      table: mapping.stateTable,
      key: mapping.stateKey,
      conditions: stateTenant(mapping, scope, 't.'),
      pairs: [this.column.pair],
      records: [...given].map(([key, id]) => ({ key, values: [id] })),
    });
    await this.session.write(
      `UPDATE ${editions.control}.syncEvent SET assigned = assigned + ${given.size}
        WHERE syncEventID = ${quoteText(syncEventId)}`,
    );
  }

  /** Stored once for an event and record, also when the page is repeated. */
  private async refuse({ key, shownGuid }: Unsettled, code: string, why: string): Promise<void> {
    const { name } = this.column;
    const values = [this.job.syncEventId, storedKey(key), shownGuid, code, name, `${why} ${name}.`];
    await this.session.write(
      `INSERT INTO ${this.job.editions.control}.syncEventRecord (syncEventID, recordKey, guid, code, field, message)
       VALUES (${values.map((value) => (value === null ? 'NULL' : quoteText(value.slice(0, 512)))).join(', ')})
       ON DUPLICATE KEY UPDATE code = VALUES(code), message = VALUES(message)`,
    );
  }
}

/** One record of each GUID: a table without a unique key on it may have several. */
function firstOfEach<T extends Known>(records: readonly T[]): T[] {
  return [...new Map(records.toReversed().map((record) => [record.guid, record])).values()];
}
