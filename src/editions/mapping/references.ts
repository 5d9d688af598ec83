import { type Catalog, type ObjectReference, requireObject, type SyncObject } from '../../domain/catalog';
import type { ColumnPair } from '../columns/pair';
import { type Column, readTableShape, type TableShape } from '../columns/table-shape';
import type { Editions } from '../connection/pools';
import { quoteTable } from '../connection/sql';
import { cannotSend } from './cannot-send';
import type { ReferenceMapping } from './types';

/**
 * Resolves the parents that an object's records need at the state.
 * @throws DatabaseError configuration
 */
export async function mapReferences(
  editions: Editions,
  catalog: Catalog,
  object: SyncObject,
  state: TableShape,
  pairs: readonly ColumnPair[],
): Promise<ReferenceMapping[]> {
  const references: ReferenceMapping[] = [];
  for (const reference of object.references)
    references.push(await mapReference(editions, catalog, object, reference, state, pairs));
  return references;
}

async function mapReference(
  editions: Editions,
  catalog: Catalog,
  object: SyncObject,
  reference: ObjectReference,
  state: TableShape,
  pairs: readonly ColumnPair[],
): Promise<ReferenceMapping> {
  const parent = requireObject(catalog, reference.object);
  const shape =
    parent.stateTable === state.table ? state : await readTableShape(editions.state, parent.stateTable);
  if (!shape)
    throw cannotSend(object, 'state', [
      `the table ${parent.stateTable} of its parent ${parent.name} does not exist`,
    ]);
  const parentColumns = reference.parentColumns.map((name) => shape.columns.get(name));
  const unsent = reference.columns.find((name) => !pairs.some((pair) => pair.name === name));
  if (parentColumns.includes(undefined) || unsent !== undefined) {
    throw cannotSend(object, 'state', [
      `the reference to ${parent.name} names a column that ${unsent === undefined ? `${parent.stateTable} does not have` : `is not sent: ${unsent}`}`,
    ]);
  }
  return {
    object: parent.name,
    label: parent.label,
    columns: reference.columns,
    parentTable: quoteTable(editions.state.schema, parent.stateTable),
    parentTenant: parent.tenantColumn,
    parentColumns: parentColumns as Column[],
    enforced: state.foreignKeys.some(
      (key) =>
        key.parentTable === parent.stateTable &&
        reference.columns.every((name) => key.columns.includes(name)),
    ),
    inCycle: object.cycle !== null && parent.cycle === object.cycle,
  };
}
