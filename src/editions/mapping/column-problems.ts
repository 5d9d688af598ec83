import type { SyncObject } from '../../domain/catalog';
import type { Lossy } from '../columns/compared';
import { type ColumnPair, pairColumns } from '../columns/pair';
import type { TableShape } from '../columns/table-shape';
import { quoteName } from '../connection/sql';

/**
 * Why the columns of an object's two tables don't fit each other, as sentences without a subject.
 */

/** Columns the catalog names that a table lacks. */
export function missingColumns(object: SyncObject, district: TableShape, state: TableShape): string[] {
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

/** How the columns of the two tables go together. */
export interface PairedColumns {
  readonly pairs: readonly ColumnPair[];
  readonly ownedPairs: readonly ColumnPair[];
  readonly lossy: readonly Lossy[];
  /** Sentences; with any, the object can't be sent. */
  readonly problems: readonly string[];
}

/** Pairs every column of the district that is sent with the state's of the same name. */
export function pairAll(object: SyncObject, district: TableShape, state: TableShape): PairedColumns {
  const pairs: ColumnPair[] = [];
  const ownedPairs: ColumnPair[] = [];
  const lossy: Lossy[] = [];
  const problems: string[] = [];
  for (const column of district.columns.values()) {
    if (object.ignoredColumns.includes(column.name) || column.name === object.tenantColumn) continue;
    const target = state.columns.get(column.name);
    const owned = object.stateOwnedColumns.includes(column.name);
    if (target?.generated) continue;
    if (!target) {
      // A value the district's server computes need not exist at the state; its inputs are
      // compared.
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
    // Where the district has no value of the state's own, the state gives its default.
    lossy.push(...pair.lossy.filter(({ code }) => !owned || code !== 'VALUE_MISSING'));
    if (!owned && column.nullable && !target.nullable && target.type === 'timestamp')
      lossy.push(missingMoment(column.name));
  }
  return { pairs, ownedPairs, lossy, problems };
}

/** A server without explicit_defaults_for_timestamp stores the present time in place of a NULL. */
function missingMoment(name: string): Lossy {
  return {
    code: 'VALUE_MISSING',
    column: name,
    when: `(${quoteName(name)} IS NULL)`,
    message: `The state requires a value for ${name}.`,
  };
}

/** State columns that must have a value but get none from the district. */
export function requiredColumns(object: SyncObject, district: TableShape, state: TableShape): string[] {
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

/** A state table whose engine takes nothing back: a refused record would stay there, cut. */
export function engineProblems({ table, kind, engine, transactional }: TableShape): string[] {
  if (kind === 'view' || engine === null || transactional) return [];
  return [
    `the state's table ${table} is kept by ${engine}, which has no transactions: what is refused could not be taken back (ALTER TABLE ${table} ENGINE=InnoDB)`,
  ];
}
