import { type Catalog, requireObject, type SyncObject } from '../../domain/catalog';
import { columnsSet } from '../../domain/state-triggers';
import { isLong } from '../columns/families';
import type { Lossy } from '../columns/compared';
import type { ColumnPair } from '../columns/pair';
import { rowHash } from '../columns/row-hash';
import { spelledLike } from '../columns/spelling';
import { type Column, readTableShape, type ShapeReader, type TableShape } from '../columns/table-shape';
import type { Edition, Editions } from '../connection/pools';
import { quoteName, quoteTable } from '../connection/sql';
import { cannotSend } from './cannot-send';
import { commonOrder } from './common-order';
import {
  engineProblems,
  missingColumns,
  type PairedColumns,
  pairAll,
  requiredColumns,
} from './column-problems';
import { conditionProblems } from './condition-problems';
import { exclusionSql, type Forbidden, type ForbiddenReader, readForbidden } from './forbidden';
import { isGuarded, keyProblems } from './key-problems';
import type { KeySide } from './keyset';
import { columnsNamed } from './object-columns';
import { mapReferences } from './references';
import { tenantOf } from './tenant';
import { stateTriggers } from './triggers';
import type { ObjectMapping, RecordRule, ReferenceMapping } from './types';

/** More declared bytes than this and a page of records is cut by bytes. */
const wideRecordBytes = 16_000;

/** The object's table on each side, its columns spelled as the catalog does. */
export interface Shapes {
  readonly district: TableShape;
  readonly state: TableShape;
}

/**
 * Resolves an object against both databases. Nothing has been written when it throws.
 * @param readShape whoever maps many objects at a time reads the schemas once
 * @param forbidden and the records that may not sync, above others
 * @throws DatabaseError configuration naming object and columns when the two tables don't fit each
 *   other
 */
export async function loadMapping(
  editions: Editions,
  catalog: Catalog,
  objectName: string,
  readShape: ShapeReader = readTableShape,
  forbidden: ForbiddenReader = readForbidden,
): Promise<ObjectMapping> {
  const object = requireObject(catalog, objectName);
  await refuseServer(editions, object);
  const shapes = await readShapes(editions, object, readShape);
  const { pairs, ownedPairs, lossy } = fitColumns(object, shapes);
  const { district, state } = shapes;
  const triggers = await stateTriggers(editions.state);
  const references = await mapReferences(object, {
    ...{ editions, catalog, readShape, state },
    pairs: [...pairs, ...ownedPairs],
  });
  const below = await belowForbidden(object, references, forbidden(editions, catalog, readShape));
  const set = new Set(columnsSet(triggers, state.table).map((name) => name.toLowerCase()));
  return {
    object,
    districtTable: quoteTable(editions.district.schema, object.table),
    stateTable: quoteTable(editions.state.schema, object.stateTable),
    tenant: tenantOf(object, state),
    ...(await keySides(editions, object, shapes)),
    guarded: {
      district: isGuarded(district, object.key),
      state: isGuarded(state, [
        ...object.key,
        ...(object.tenantColumn === null ? [] : [object.tenantColumn]),
      ]),
    },
    pairs,
    ownedPairs,
    guid: guidColumns(object, shapes),
    hash: rowHash(pairs, await editions.hashing()),
    rules: [...exclusionRules(object, editions.district), ...below, ...lossy.map(toRule)],
    // Whose parents need not be there is only held back by a key of the state's own.
    references: references.filter(
      ({ enforced }, n) => enforced || object.references[n]!.onParentErrors !== 'send',
    ),
    districtShape: district,
    stateShape: state,
    long: isWide(district, pairs),
    triggers,
    triggerColumns: [
      ...pairs.map(({ name }) => name),
      ...(object.tenantColumn === null ? [] : [object.tenantColumn]),
    ].filter((name) => set.has(name.toLowerCase())),
    columnNames: new Set([...district.columns.keys(), ...state.columns.keys()]),
  };
}

/** Settings with which no record can be written. */
async function refuseServer({ state }: Editions, object: SyncObject): Promise<void> {
  if ((await state.facts()).logsStatements) {
    throw cannotSend(object, 'state', [
      "the state's server writes its binary log by statement (set binlog_format to ROW or MIXED)",
    ]);
  }
}

async function readShapes(editions: Editions, object: SyncObject, readShape: ShapeReader): Promise<Shapes> {
  const [district, state] = await Promise.all([
    readShape(editions.district, object.table),
    readShape(editions.state, object.stateTable),
  ]);
  if (!district) throw cannotSend(object, 'district', [`the table ${object.table} does not exist`]);
  if (!state) throw cannotSend(object, 'state', [`the table ${object.stateTable} does not exist`]);
  if (state.kind === 'view') throw cannotSend(object, 'state', [`${object.stateTable} is a view`]);
  return spelledAlike(object, { district, state });
}

/** Both tables' columns as the catalog spells them, and else as the district does. */
export function spelledAlike(object: SyncObject, shapes: Shapes): Shapes {
  const named = columnsNamed(object);
  const district = spelledLike(shapes.district, named);
  return { district, state: spelledLike(shapes.state, [...named, ...district.columns.keys()]) };
}

/**
 * Pairs the columns.
 * @throws DatabaseError configuration with all that doesn't fit, not only the first
 */
function fitColumns(object: SyncObject, shapes: Shapes): PairedColumns {
  const { paired, problems } = fitTables(object, shapes);
  if (paired === null || problems.length > 0) throw cannotSend(object, 'state', problems);
  return paired;
}

/**
 * Whether an object's two tables fit each other, by their definitions alone.
 * @returns `paired` is null where the tables lack columns that the catalog names
 */
export function fitTables(
  object: SyncObject,
  { district, state }: Shapes,
): { readonly paired: PairedColumns | null; readonly problems: readonly string[] } {
  const missing = missingColumns(object, district, state);
  if (missing.length > 0) return { paired: null, problems: missing };
  const paired = pairAll(object, district, state);
  const problems = [
    ...paired.problems,
    ...conditionProblems(object, district, state),
    ...keyProblems(object, district, state),
    ...requiredColumns(object, district, state),
    ...engineProblems(state),
  ];
  return { paired, problems };
}

function column(shape: TableShape, name: string): Column {
  return shape.columns.get(name)!;
}

async function keySides(
  editions: Editions,
  { key }: SyncObject,
  { district, state }: Shapes,
): Promise<{ readonly districtKey: KeySide; readonly stateKey: KeySide }> {
  const parts = await Promise.all(
    key.map(async (name) => {
      const sides = { district: column(district, name), state: column(state, name) };
      const order = await commonOrder(sides.district, sides.state, editions.state);
      const part = (side: 'district' | 'state') => ({ name, column: sides[side], order: order[side] });
      return { district: part('district'), state: part('state') };
    }),
  );
  return {
    districtKey: { columns: parts.map((part) => part.district) },
    stateKey: { columns: parts.map((part) => part.state) },
  };
}

function guidColumns({ guidColumn }: SyncObject, { district, state }: Shapes): ObjectMapping['guid'] {
  if (!guidColumn) return null;
  return { district: column(district, guidColumn), state: column(state, guidColumn) };
}

function exclusionRules({ exclusions, table }: SyncObject, district: Edition): RecordRule[] {
  return exclusions.map(({ code, when, message }) => ({
    when: exclusionSql(when, district, quoteName(table)),
    outcome: 'excluded',
    code,
    field: when.column,
    message,
  }));
}

function toRule({ code, column: field, when, message }: Lossy): RecordRule {
  return { when, outcome: 'failed', code, field, message };
}

/** Nothing below a record that may not sync does. */
async function belowForbidden(
  object: SyncObject,
  references: readonly ReferenceMapping[],
  forbidden: Forbidden,
): Promise<RecordRule[]> {
  const rules: RecordRule[] = [];
  for (const [n, reference] of references.entries()) {
    const when = await forbidden.above(object, object.references[n]!, quoteName(object.table));
    if (when === null) continue;
    rules.push({
      when,
      outcome: 'blocked',
      code: 'PARENT_EXCLUDED',
      field: reference.columns.at(-1) ?? null,
      message: `Its ${reference.label}, named here as its parent, may not sync, so nothing below it does: clear the exclusion of that ${reference.object} if it should.`,
      reference,
    });
  }
  return rules;
}

function isWide(district: TableShape, pairs: readonly ColumnPair[]): boolean {
  const octets = pairs.map(({ name }) => district.columns.get(name)!.octets ?? 8);
  return (
    pairs.some(({ name }) => isLong(district.columns.get(name)!)) ||
    octets.reduce((a, b) => a + b, 0) > wideRecordBytes
  );
}
