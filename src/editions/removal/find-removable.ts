import { whyNotExtra } from '../../domain/shared-tables';
import type { RecordKey } from '../../domain/record-error';
import { comparePage } from '../transfer/compare';
import type { PageJob } from '../mapping/job';
import { stretchesWithExtra } from '../transfer/ledger';
import { readInScope } from '../transfer/records';
import { keepsOut, stateScope, tellsExtra, where } from '../mapping/scope';
import { sideEffects } from '../../domain/state-triggers';
import { quoteText } from '../connection/sql';

/** A state record that the district doesn't have, or that may not sync. */
export interface ExtraRecord {
  readonly key: RecordKey;
  /** As the state has it; `null`: the object has none. */
  readonly guid: string | null;
}

/**
 * Finds the records that a run reported as extra: the stretches in which its ledger counted some
 * are compared once more, by key only. Writes nothing at either edition; safe to repeat.
 * @param store takes each page of what was found; may get a record again when the work is repeated
 * @throws DatabaseError
 */
export async function findExtra(
  job: PageJob,
  store: (records: readonly ExtraRecord[]) => Promise<void>,
): Promise<void> {
  // Without hashes: whether a record is there, and may stand at the state, is all that is asked.
  const rules = job.mapping.rules.filter(keepsOut);
  const keysOnly: PageJob = { ...job, mode: 'everything', mapping: { ...job.mapping, rules } };
  for (const { after: start, upTo } of await stretchesWithExtra(job)) {
    let after = start;
    for (;;) {
      job.signal.throwIfAborted();
      const page = await comparePage(keysOnly, { after, upTo });
      if (page.extra.length > 0) await store(await withGuids(keysOnly, page.extra));
      if (page.lastPage) break;
      after = page.upTo;
    }
  }
}

async function withGuids(job: PageJob, keys: readonly RecordKey[]): Promise<ExtraRecord[]> {
  const records = [...(await readInScope(job.editions.state, job, keys, { lock: false })).values()];
  return records.map(({ key, guid }) => ({ key, guid }));
}

/**
 * The object's records at the state, of the run's district and school year.
 * @throws DatabaseError
 */
export async function countAtState({
  editions,
  mapping,
  scope,
}: Pick<PageJob, 'editions' | 'mapping' | 'scope'>): Promise<number> {
  const [row] = await editions.state.rows(
    `SELECT COUNT(*) FROM ${mapping.stateTable} ${where(stateScope(mapping, scope))}`,
  );
  return Number(row![0]);
}

/**
 * Why no record of the object may be removed, whatever is found: a subset object can't tell what is
 * extra in the table it shares, nobody can in one that several districts share without a tenant
 * column, and a foreign key with ON DELETE CASCADE or SET NULL would change
 * records nobody asked about.
 * @returns a sentence; `null`: it may
 */
export async function whyNotRemovable(job: PageJob): Promise<string | null> {
  const { editions, mapping, scope } = job;
  const { object, stateShape } = mapping;
  if (object.only !== null) return `${object.name} sends only some records of its table.`;
  if (!tellsExtra(mapping, scope)) return whyNotExtra(object, scope);
  const triggered = whyNotByTrigger(job);
  if (triggered !== null) return triggered;
  const rows = await editions.state.rows(
    `SELECT DISTINCT TABLE_NAME FROM information_schema.REFERENTIAL_CONSTRAINTS
      WHERE UNIQUE_CONSTRAINT_SCHEMA = ${quoteText(editions.state.schema)}
        AND REFERENCED_TABLE_NAME = ${quoteText(stateShape.table)}
        AND DELETE_RULE NOT IN ('RESTRICT', 'NO ACTION') ORDER BY TABLE_NAME`,
  );
  if (rows.length === 0) return null;
  const tables = rows.map(([table]) => String(table)).join(', ');
  return `Removing records of ${object.name} would change or remove records of ${tables} by the state's own foreign keys (ON DELETE).`;
}

/**
 * A trigger on delete is what a foreign key's ON DELETE is. One that only adds rows to a table
 * nobody sends (a log) changes nothing of ours.
 */
function whyNotByTrigger({ catalog, mapping }: PageJob): string | null {
  const { object, stateShape, triggers } = mapping;
  const sent = new Set(catalog.objects.map(({ stateTable }) => stateTable.toLowerCase()));
  const tables = [...sideEffects(triggers, stateShape.table, ['DELETE'])]
    .filter(([table, how]) => sent.has(table.toLowerCase()) || how.has('UPDATE') || how.has('DELETE'))
    .map(([table]) => table)
    .sort();
  const own = triggers.filter(({ table, event }) => table === stateShape.table && event === 'DELETE');
  const unread = own.flatMap((trigger) => trigger.unread);
  const names = own.map(({ name }) => name).join(', ');
  if (tables.length > 0)
    return `Removing records of ${object.name} would change or remove records of ${tables.join(', ')} by the state's own triggers on delete (${names}).`;
  return unread.length === 0
    ? null
    : `Removing records of ${object.name} sets off triggers (${names}) that call ${unread.join(', ')}, whose text this account may not read.`;
}
