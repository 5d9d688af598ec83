import type { Catalog, SyncObject } from '../../domain/catalog';
import type { RecordScope } from '../../domain/range';
import { readTableShape, type ShapeReader } from '../columns/table-shape';
import type { Edition, Editions } from '../connection/pools';
import { quoteName } from '../connection/sql';
import { cannotSend } from './cannot-send';
import { knows } from './common-order';
import type { ForbiddenReader } from './forbidden';
import { loadMapping } from './load';
import { districtScope, stateTenant, where } from './scope';
import type { ObjectMapping } from './types';

/**
 * All that can stop an object before a record is sent: asked by every plan and verification, and by
 * whoever wants to know beforehand.
 * @throws DatabaseError configuration, which names the object and what to mend
 */
export async function preflight(
  editions: Editions,
  catalog: Catalog,
  objectName: string,
  scope: RecordScope,
  readShape: ShapeReader = readTableShape,
  forbidden?: ForbiddenReader,
): Promise<ObjectMapping> {
  const mapping = await loadMapping(editions, catalog, objectName, readShape, forbidden);
  await refuseAmbiguousKeys(editions, mapping, scope);
  return mapping;
}

/**
 * A key that no unique key of a table guards is a person's word that it names one record: it is
 * looked at before each run. A view of the district is read record by record, where doubles cost
 * themselves only.
 */
async function refuseAmbiguousKeys(
  editions: Editions,
  mapping: ObjectMapping,
  scope: RecordScope,
): Promise<void> {
  const { object, guarded, districtShape, districtTable, stateTable } = mapping;
  // Without a tenant that can be told nothing of the object is sent.
  const tenant = stateTenant(mapping, scope);
  if (districtShape.kind === 'table') {
    const district = { table: districtTable, name: object.table, conditions: districtScope(mapping, scope) };
    if (!guarded.district)
      await refuseAmbiguousKey(editions.district, object, { ...district, key: object.key.map(quoteName) });
    const asState = guarded.state ? null : await keyAsState(editions, mapping);
    if (asState !== null) await refuseAmbiguousKey(editions.district, object, { ...district, key: asState });
  }
  if (!guarded.state)
    await refuseAmbiguousKey(editions.state, object, {
      table: stateTable,
      name: object.stateTable,
      conditions: tenant,
      key: object.key.map(quoteName),
    });
}

/**
 * The district's key by the collations of the state, which may hold two of its keys to be one.
 * @returns `null` where they are the district's own, or its server doesn't know them
 * @throws DatabaseError
 */
async function keyAsState(
  { district }: Editions,
  { stateKey, districtKey }: ObjectMapping,
): Promise<string[] | null> {
  const differing = stateKey.columns.filter(
    ({ column }, i) =>
      column.collation !== null && column.collation !== districtKey.columns[i]!.column.collation,
  );
  for (const { column } of differing) if (!(await knows(district, column))) return null;
  if (differing.length === 0) return null;
  return stateKey.columns.map((key) =>
    differing.includes(key)
      ? `CONVERT(${quoteName(key.name)} USING ${key.column.charset}) COLLATE ${key.column.collation}`
      : quoteName(key.name),
  );
}

async function refuseAmbiguousKey(
  edition: Edition,
  object: SyncObject,
  {
    table,
    name,
    conditions,
    key: expressions,
  }: {
    readonly table: string;
    readonly name: string;
    readonly conditions: readonly string[];
    /** What the records are told apart by. */
    readonly key: readonly string[];
  },
): Promise<void> {
  const side = edition.side === 'district' ? 'district' : 'state';
  const columns = object.key.map(quoteName);
  const missing = columns.map((column) => `${column} IS NULL`).join(' OR ');
  const [[nulls], [doubles]] = await Promise.all([
    edition.rows(`SELECT COUNT(*) FROM ${table} ${where([...conditions, `(${missing})`])}`),
    edition.rows(
      `SELECT COUNT(*) FROM (SELECT 1 FROM ${table} ${where([...conditions, `NOT (${missing})`])}
         GROUP BY ${expressions.join(', ')} HAVING COUNT(*) > 1) AS doubled`,
    ),
  ]);
  const key = object.key.join(', ');
  const problems = [
    ...(Number(doubles![0]) === 0
      ? []
      : [`the ${side}'s table ${name} has ${counted(Number(doubles![0]))} of several records`]),
    ...(Number(nulls![0]) === 0
      ? []
      : [`the ${side}'s table ${name} has records without a value in it (${Number(nulls![0])})`]),
  ];
  if (problems.length === 0) return;
  throw cannotSend(object, side, [
    `(${key}) does not tell its records apart: ${problems.join(', and ')}; mend them, or name another key`,
  ]);
}

function counted(values: number): string {
  return values === 1 ? 'one value' : `${values} values`;
}
