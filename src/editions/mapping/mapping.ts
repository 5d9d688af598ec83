import {
  type Catalog,
  type ExclusionRule,
  type ObjectReference,
  type RecordCondition,
  requireObject,
  type SyncObject,
} from '../../domain/catalog';
import type { ErrorOutcome } from '../../domain/record-error';
import { familyOf, isLong } from '../columns/families';
import { keyColumnProblem } from '../columns/key-column';
import { type ColumnPair, pairColumns, type Lossy } from '../columns/pair';
import { rowHash } from '../columns/row-hash';
import { type Column, readTableShape, type TableShape } from '../columns/table-shape';
import { DatabaseError } from '../connection/errors';
import { type KeySide, orderLike } from './keyset';
import type { Editions } from '../connection/pools';
import { quoteName, quoteNumber, quoteTable, quoteText } from '../connection/sql';
import { testScoreRule } from './test-score-rules';

/** A reason not to send a record, as a condition the district's server evaluates. */
export interface RecordRule {
  readonly when: string;
  readonly outcome: Extract<ErrorOutcome, 'excluded' | 'failed'>;
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
}

/** A parent a record needs at the state. */
export interface ReferenceMapping {
  readonly object: string;
  readonly label: string;
  /** Child columns, in the order of `parentColumns`. */
  readonly columns: readonly string[];
  readonly parentTable: string;
  /** `parent.tenant = ? AND` is added for it. */
  readonly parentTenant: string | null;
  readonly parentColumns: readonly Column[];
  /** The state's own foreign key guards it; otherwise it is always checked by us. */
  readonly enforced: boolean;
  /** Parent is of the same unit: written with checks off, verified after. */
  readonly inCycle: boolean;
}

/** Everything about one object's two tables, resolved against information_schema of both sides. */
export interface ObjectMapping {
  readonly object: SyncObject;
  readonly districtTable: string;
  readonly stateTable: string;
  readonly districtKey: KeySide;
  readonly stateKey: KeySide;
  /** Compared, inserted and (but for the key) updated. */
  readonly pairs: readonly ColumnPair[];
  /** State-owned: written on insert only. */
  readonly ownedPairs: readonly ColumnPair[];
  /** The GUID's column on each side; `null`: the object has none. */
  readonly guid: { readonly district: Column; readonly state: Column } | null;
  readonly hash: { readonly district: string; readonly state: string };
  readonly rules: readonly RecordRule[];
  readonly references: readonly ReferenceMapping[];
  readonly districtShape: TableShape;
  readonly stateShape: TableShape;
  /** Records may be long: pages are cut by bytes as well, and nothing is streamed blindly. */
  readonly long: boolean;
  /** Columns a message may name. */
  readonly columnNames: ReadonlySet<string>;
}

/** More declared bytes than this and a page of records is cut by bytes. */
const wideRecordBytes = 16_000;
/** Characters of recordError.recordKey. */
const longestKey = 512;

/**
 * Resolves an object against both databases. Nothing has been written when it throws.
 * @throws DatabaseError configuration naming object and columns when the two tables don't fit each other
 */
export async function loadMapping(
  editions: Editions,
  catalog: Catalog,
  objectName: string,
): Promise<ObjectMapping> {
  const object = requireObject(catalog, objectName);
  const [district, state] = await Promise.all([
    readTableShape(editions.district, object.table),
    readTableShape(editions.state, object.stateTable),
  ]);
  if (!district) throw problem(object, 'district', [`the table ${object.table} does not exist`]);
  if (!state) throw problem(object, 'state', [`the table ${object.stateTable} does not exist`]);
  if (state.kind === 'view') throw problem(object, 'state', [`${object.stateTable} is a view`]);

  const problems = [...missingColumns(object, district, state)];
  if (problems.length > 0) throw problem(object, 'state', problems);
  const { pairs, ownedPairs, unfits } = pairAll(object, district, state, problems);
  problems.push(...keyProblems(object, district, state), ...requiredColumns(object, district, state));
  if (problems.length > 0) throw problem(object, 'state', problems);

  const references: ReferenceMapping[] = [];
  for (const reference of object.references) {
    references.push(
      await mapReference(editions, catalog, object, reference, state, [...pairs, ...ownedPairs]),
    );
  }
  const column = (shape: TableShape, name: string): Column => shape.columns.get(name)!;
  return {
    object,
    districtTable: quoteTable(editions.district.schema, object.table),
    stateTable: quoteTable(editions.state.schema, object.stateTable),
    districtKey: {
      columns: object.key.map((name) => ({ name, column: column(district, name), order: null })),
    },
    stateKey: {
      columns: object.key.map((name) => ({
        name,
        column: column(state, name),
        order: orderLike(column(state, name), column(district, name)),
      })),
    },
    pairs,
    ownedPairs,
    guid: object.guidColumn
      ? { district: column(district, object.guidColumn), state: column(state, object.guidColumn) }
      : null,
    hash: { district: rowHash(pairs, 'district'), state: rowHash(pairs, 'state') },
    rules: [
      ...object.exclusions.map(({ code, when, message }): RecordRule => ({
        when: ruleSql(when, editions.district.schema, object.table),
        outcome: 'excluded',
        code,
        field: when.column,
        message,
      })),
      ...unfits.map(({ code, column: field, when, message }): RecordRule => ({
        when,
        outcome: 'failed',
        code,
        field,
        message,
      })),
    ],
    references,
    districtShape: district,
    stateShape: state,
    long: isWide(district, pairs),
    columnNames: new Set([...district.columns.keys(), ...state.columns.keys()]),
  };
}

function problem(object: SyncObject, side: 'district' | 'state', problems: readonly string[]): DatabaseError {
  return new DatabaseError(`${object.name} can't be sent: ${problems.join('; ')}.`, {
    errorClass: 'configuration',
    side,
  });
}

function ruleSql(when: ExclusionRule['when'], schema: string, table: string): string {
  if (!('rule' in when)) return conditionSql(when);
  return testScoreRule(when.rule, { schema, record: quoteName(table) });
}

/** A catalog's condition as SQL over the district record; its column was checked against information_schema. */
export function conditionSql(condition: RecordCondition): string {
  const column = quoteName(condition.column);
  if ('isNull' in condition) return `(${column} IS ${condition.isNull ? '' : 'NOT '}NULL)`;
  const { equals } = condition;
  return `(${column} = ${typeof equals === 'number' ? quoteNumber(equals) : quoteText(equals)})`;
}

function missingColumns(object: SyncObject, district: TableShape, state: TableShape): string[] {
  const both = [...object.key, ...(object.guidColumn ? [object.guidColumn] : [])];
  if (object.schoolYear) both.push(object.schoolYear.column);
  const districtOnly = [
    // What a named rule reads is other tables' too: the district's server says what is missing.
    ...object.exclusions.flatMap(({ when }) => ('rule' in when ? [] : [when.column])),
    ...(object.only ? [object.only.column] : []),
    ...[...object.references, ...object.softReferences].flatMap(({ columns }) => columns),
  ];
  const stateOnly = object.tenantColumn ? [object.tenantColumn] : [];
  const absent = (names: readonly string[], shape: TableShape, side: string): string[] =>
    [...new Set(names)]
      .filter((name) => !shape.columns.has(name))
      .map((name) => `the ${side}'s table ${shape.table} has no column ${name}`);
  return [
    ...absent([...both, ...districtOnly], district, 'district'),
    ...absent([...both, ...stateOnly], state, 'state'),
  ];
}

function pairAll(
  object: SyncObject,
  district: TableShape,
  state: TableShape,
  problems: string[],
): { pairs: ColumnPair[]; ownedPairs: ColumnPair[]; unfits: Lossy[] } {
  const pairs: ColumnPair[] = [];
  const ownedPairs: ColumnPair[] = [];
  const unfits: Lossy[] = [];
  for (const column of district.columns.values()) {
    if (object.ignoredColumns.includes(column.name) || column.name === object.tenantColumn) continue;
    const target = state.columns.get(column.name);
    const owned = object.stateOwnedColumns.includes(column.name);
    if (target?.generated) continue;
    if (!target) {
      // A value the district's server computes need not exist at the state; its inputs are compared.
      if (!column.generated && !owned) {
        problems.push(
          `the state's table ${state.table} has no column ${column.name} (add it, or ignore the column)`,
        );
      }
      continue;
    }
    const pair = pairColumns(column, target);
    if (typeof pair === 'string') {
      problems.push(`column ${column.name}: ${pair}`);
      continue;
    }
    (owned ? ownedPairs : pairs).push(pair);
    if (pair.lossy) unfits.push(pair.lossy);
  }
  return { pairs, ownedPairs, unfits };
}

function keyProblems(object: SyncObject, district: TableShape, state: TableShape): string[] {
  const problems: string[] = [];
  const tenant = object.tenantColumn === null ? [] : [object.tenantColumn];
  for (const [shape, columns, side] of [
    [district, object.key, 'district'],
    [state, [...tenant, ...object.key], 'state'],
  ] as const) {
    const unique = shape.uniqueIndexes.some((index) => index.columns.every((name) => columns.includes(name)));
    if (shape.kind === 'table' && !unique)
      problems.push(`the ${side}'s table ${shape.table} has no unique key over ${columns.join(', ')}`);
    for (const name of columns)
      if (shape.columns.get(name)!.nullable && shape.kind === 'table')
        problems.push(`key column ${name} of the ${side}'s table may be NULL`);
  }
  let length = 2;
  for (const name of object.key) {
    const from = district.columns.get(name)!;
    const to = state.columns.get(name)!;
    const wrong = keyColumnProblem(from) ?? keyColumnProblem(to);
    if (wrong !== null) problems.push(`${name}: ${wrong}`);
    else if (familyOf(from) !== familyOf(to) || from.scale !== to.scale || from.fraction !== to.fraction)
      problems.push(`key column ${name} is ${from.type} at the district and ${to.type} at the state`);
    length += 3 + (familyOf(from) === 'binary' ? 2 * (from.octets ?? 0) : (from.characters ?? 24));
  }
  if (length > longestKey) problems.push(`the match key is longer than ${longestKey} characters as text`);
  return problems;
}

/** State columns that must have a value but get none from the district. */
function requiredColumns(object: SyncObject, district: TableShape, state: TableShape): string[] {
  return [...state.columns.values()]
    .filter(
      ({ name, nullable, hasDefault, generated, autoIncrement }) =>
        !nullable &&
        !hasDefault &&
        !generated &&
        !autoIncrement &&
        name !== object.tenantColumn &&
        (!district.columns.has(name) || object.ignoredColumns.includes(name)),
    )
    .map(({ name }) => `the state's column ${name} needs a value and the district has no such column`);
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
    throw problem(object, 'state', [
      `the table ${parent.stateTable} of its parent ${parent.name} does not exist`,
    ]);
  const parentColumns = reference.parentColumns.map((name) => shape.columns.get(name));
  const unsent = reference.columns.find((name) => !pairs.some((pair) => pair.name === name));
  if (parentColumns.includes(undefined) || unsent !== undefined) {
    throw problem(object, 'state', [
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

function isWide(district: TableShape, pairs: readonly ColumnPair[]): boolean {
  const octets = pairs.map(({ name }) => district.columns.get(name)!.octets ?? 8);
  return (
    pairs.some(({ name }) => isLong(district.columns.get(name)!)) ||
    octets.reduce((a, b) => a + b, 0) > wideRecordBytes
  );
}
