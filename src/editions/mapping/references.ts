import { type Catalog, type ObjectReference, requireObject, type SyncObject } from '../../domain/catalog';
import type { ColumnPair } from '../columns/pair';
import { sameName, spelledLike } from '../columns/spelling';
import type { Column, ForeignKey, ShapeReader, TableShape } from '../columns/table-shape';
import type { Editions } from '../connection/pools';
import { quoteTable } from '../connection/sql';
import { cannotSend } from './cannot-send';
import { columnsNamed } from './object-columns';
import { tenantOf } from './tenant';
import type { ReferenceMapping } from './types';

/** What an object's references are resolved against. */
interface Ground {
  readonly editions: Editions;
  readonly catalog: Catalog;
  readonly readShape: ShapeReader;
  /** The object's own table there. */
  readonly state: TableShape;
  readonly pairs: readonly ColumnPair[];
}

/**
 * Resolves the parents that an object's records need at the state.
 * @throws DatabaseError configuration
 */
export async function mapReferences(object: SyncObject, ground: Ground): Promise<ReferenceMapping[]> {
  const references: ReferenceMapping[] = [];
  for (const reference of object.references) references.push(await mapReference(object, reference, ground));
  return references;
}

async function mapReference(
  object: SyncObject,
  reference: ObjectReference,
  { editions, catalog, readShape, state, pairs }: Ground,
): Promise<ReferenceMapping> {
  const parent = requireObject(catalog, reference.object);
  const found =
    parent.stateTable === state.table ? state : await readShape(editions.state, parent.stateTable);
  if (!found)
    throw cannotSend(object, 'state', [
      `the table ${parent.stateTable} of its parent ${parent.name} does not exist`,
    ]);
  const shape = spelledLike(found, [...reference.parentColumns, ...columnsNamed(parent)]);
  const parentColumns = reference.parentColumns.map((name) => shape.columns.get(name));
  const unsent = reference.columns.find((name) => !pairs.some((pair) => pair.name === name));
  if (parent.tenantColumn !== null && !shape.columns.has(parent.tenantColumn))
    throw cannotSend(object, 'state', [
      `the table ${parent.stateTable} of its parent ${parent.name} has no column ${parent.tenantColumn}`,
    ]);
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
    parentTenant: tenantOf(parent, shape),
    parentColumns: parentColumns as Column[],
    enforced: state.foreignKeys.some((key) =>
      guards(key, {
        reference,
        parentTable: shape.table,
        schema: editions.state.schema,
        state,
        object,
        parent,
      }),
    ),
    inCycle: object.cycle !== null && parent.cycle === object.cycle,
  };
}

/**
 * Does a foreign key of the state refuse every record whose parent isn't there? It looks at nothing
 * once one of its columns is NULL, so that any further column must never be; and one that doesn't
 * name the district takes a parent of another.
 */
function guards(
  { columns, parentSchema, parentTable, parentColumns }: ForeignKey,
  of: {
    readonly reference: ObjectReference;
    readonly parentTable: string;
    readonly schema: string;
    readonly state: TableShape;
    readonly object: SyncObject;
    readonly parent: SyncObject;
  },
): boolean {
  if (parentSchema !== of.schema || parentTable !== of.parentTable) return false;
  const { reference, object, parent, state } = of;
  const isPair = (name: string | null, parentName: string): boolean => {
    const at = name === null ? -1 : columns.indexOf(name);
    return at >= 0 && sameName(parentColumns[at]!, parentName);
  };
  if (parent.tenantColumn !== null && !isPair(object.tenantColumn, parent.tenantColumn)) return false;
  const inKey = reference.columns.every((name, i) => isPair(name, reference.parentColumns[i]!));
  return (
    inKey &&
    columns.every(
      (name) =>
        reference.columns.includes(name) ||
        name === object.tenantColumn ||
        state.columns.get(name)?.nullable === false,
    )
  );
}
