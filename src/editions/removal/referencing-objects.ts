import type { SyncObject } from '../../domain/catalog';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import { spelledLike } from '../columns/spelling';
import { readTableShape } from '../columns/table-shape';
import { columnsNamed } from '../mapping/object-columns';
import type { PageJob } from '../mapping/job';
import { keyList, keyOf, keySelect } from '../mapping/keyset';
import type { Session } from '../connection/session';
import { stateTenant, where } from '../mapping/scope';
import { ofTenant, type Tenant, tenantOf } from '../mapping/tenant';
import { quoteName, quoteTable } from '../connection/sql';

/** An object whose records refer to those of another, at the state. */
export interface Referring {
  readonly object: string;
  /** Of the same cycle: its records may be extra too, and go first. */
  readonly inCycle: boolean;
  /** Condition over a record `p` of the table referred to: a record of this object refers to it. */
  readonly exists: string;
}

/**
 * What refers to an object by the catalog, whether or not a foreign key of the state guards it.
 * @throws DatabaseError
 */
export async function loadReferring(job: PageJob): Promise<Referring[]> {
  const { catalog, editions, mapping } = job;
  const found: Referring[] = [];
  for (const child of catalog.objects) {
    const references = child.references.filter(({ object }) => object === mapping.object.name);
    if (references.length === 0) continue;
    // An object that this deployment doesn't send may have no table at the state.
    const read = await readTableShape(editions.state, child.stateTable);
    const shape = read && spelledLike(read, columnsNamed(child));
    for (const { columns, parentColumns } of references) {
      if (!shape || !columns.every((name) => shape.columns.has(name))) continue;
      found.push({
        object: child.name,
        inCycle: child.cycle !== null && child.cycle === mapping.object.cycle,
        exists: existsSql(job, child, { tenant: tenantOf(child, shape), columns, parentColumns }),
      });
    }
  }
  return found;
}

function existsSql(
  { editions, mapping, scope }: PageJob,
  child: SyncObject,
  {
    tenant,
    columns,
    parentColumns,
  }: {
    readonly tenant: Tenant | null;
    readonly columns: readonly string[];
    readonly parentColumns: readonly string[];
  },
): string {
  const on = [
    ...(tenant === null ? [] : [ofTenant(tenant, scope, 'c.')]),
    ...columns.map((name, i) => `c.${quoteName(name)} = p.${quoteName(parentColumns[i]!)}`),
  ];
  if (child.stateTable === mapping.object.stateTable) {
    // A record that refers to itself holds nothing but itself.
    const same = mapping.object.key.map((name) => `c.${quoteName(name)} = p.${quoteName(name)}`);
    on.push(`NOT (${same.join(' AND ')})`);
  }
  return `EXISTS (SELECT 1 FROM ${quoteTable(editions.state.schema, child.stateTable)} c WHERE ${on.join(' AND ')})`;
}

/**
 * Which of the records are still referred to.
 * @param keys at most keysPerList
 * @returns by the key's text, what refers to it: an object of another cycle, if there is one
 */
export async function referredTo(
  session: Session,
  { mapping, scope }: PageJob,
  referring: readonly Referring[],
  keys: readonly RecordKey[],
): Promise<Map<string, Referring>> {
  const holders = new Map<string, Referring>();
  if (keys.length === 0) return holders;
  for (const object of referring) {
    const rows = await session.rows(
      `SELECT ${keySelect(mapping.stateKey)} FROM ${mapping.stateTable} p
        ${where([...stateTenant(mapping, scope), keyList(mapping.stateKey, keys), object.exists])}`,
    );
    for (const row of rows) {
      const key = formatRecordKey(keyOf(mapping.stateKey, row));
      // A record of the same cycle may still go itself; one of another cycle holds for good.
      const heldForGood = holders.get(key)?.inCycle === false;
      if (!heldForGood || !object.inCycle) holders.set(key, object);
    }
  }
  return holders;
}
