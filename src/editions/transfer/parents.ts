import { inBatches } from '../../domain/batches';
import { formatRecordKey, type RecordKey } from '../../domain/record-error';
import type { Column } from '../columns/table-shape';
import type { CompareJob } from '../mapping/job';
import { keyTable } from '../mapping/keyset';
import { ofTenant, type Tenant } from '../mapping/tenant';
import type { ReferenceMapping } from '../mapping/types';
import type { Session } from '../connection/session';
import type { DistrictRecord } from './records';
import { parentKeyOf } from './refusal';
import { quoteName } from '../connection/sql';

/** Parent keys of one anti-join. */
const parentsPerStatement = 500;

export interface MissingParent {
  readonly reference: ReferenceMapping;
  readonly key: RecordKey;
}

/**
 * Which records refer to a parent the state doesn't have: an anti-join per reference over the
 * distinct parent keys, so that the state's server compares by its own collations. NULL in a
 * reference means that no parent is needed.
 * @returns the first missing parent of each such record
 */
export async function missingParents(
  session: Pick<Session, 'rows'>,
  job: CompareJob,
  records: readonly DistrictRecord[],
  references: readonly ReferenceMapping[],
): Promise<Map<DistrictRecord, MissingParent>> {
  const missing = new Map<DistrictRecord, MissingParent>();
  for (const reference of references) {
    const byParent = new Map<string, { key: RecordKey; children: DistrictRecord[] }>();
    for (const record of records) {
      if (missing.has(record)) continue;
      const key = parentKeyOf(job.mapping, record, reference);
      if (key === null) continue;
      const id = formatRecordKey(key);
      const entry = byParent.get(id) ?? { key, children: [] };
      entry.children.push(record);
      byParent.set(id, entry);
    }
    for (const part of inBatches([...byParent.values()], parentsPerStatement)) {
      const absent = await absentOf(
        session,
        job,
        { table: reference.parentTable, tenant: reference.parentTenant, columns: reference.parentColumns },
        part.map(({ key }) => key),
      );
      for (const n of absent) {
        const { key, children } = part[n]!;
        for (const child of children) missing.set(child, { reference, key });
      }
    }
  }
  return missing;
}

/** A table and the columns of it that a key is looked for in. */
interface KeyedTable {
  readonly table: string;
  /** `null`: the table has no tenant column. */
  readonly tenant: Tenant | null;
  readonly columns: readonly Column[];
}

/**
 * Which keys a table doesn't have, by its own server's comparison.
 * @param keys at most 500
 * @returns their places in `keys`
 */
export async function absentOf(
  session: Pick<Session, 'rows'>,
  { scope }: Pick<CompareJob, 'scope'>,
  { table, tenant, columns }: KeyedTable,
  keys: readonly RecordKey[],
): Promise<number[]> {
  const on = [
    ...(tenant === null ? [] : [ofTenant(tenant, scope, 'p.')]),
    ...columns.map(({ name }, i) => `p.${quoteName(name)} = v.k${i}`),
  ];
  const found = await session.rows(
    `SELECT v.n FROM (${keyTable(columns, keys)}) v
      WHERE NOT EXISTS (SELECT 1 FROM ${table} p WHERE ${on.join(' AND ')})`,
  );
  return found.map(([n]) => Number(n));
}
