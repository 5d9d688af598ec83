import { describeTrigger } from '../domain/state-triggers';
import { identifierPattern } from './schema';
import { compareNames, type DatabaseSchema, type TableSchema } from './read-schema';

/**
 * What a person has to know about a table that isn't in the catalog as it stands in the databases.
 */
export interface IntrospectionFinding {
  /**
   * `refused`: its records can't be matched. `omitted`: not in the catalog. `note`: in it, but look
   * here.
   */
  readonly kind: 'refused' | 'omitted' | 'note';
  readonly table: string;
  readonly message: string;
}

/** A table of both sides whose records can be matched. */
export interface MatchedTable {
  readonly name: string;
  readonly district: TableSchema;
  readonly state: TableSchema;
  readonly key: readonly string[];
  readonly tenantColumn: string | null;
  readonly guidColumn: string | null;
  readonly ignoredColumns: readonly string[];
}

export interface MatchedTables {
  readonly tables: readonly MatchedTable[];
  readonly findings: readonly IntrospectionFinding[];
  /** Found or given; `null`: the state has none. */
  readonly tenantColumn: string | null;
}

/** Stands for the table in what is said of all of them. */
export const everyTable = '(every table)';

const unlessAlone =
  'where several districts send to it, a record that a district does not have may be another’s: ' +
  'it is neither reported nor removed as extra, and records of two districts with the same key overwrite each other';

/** The tables can't be understood without a person's word. */
export class IntrospectionError extends Error {
  override readonly name = 'IntrospectionError';
}

/** Books of migration tools: every database has its own, none is a district's data. */
const bookkeeping =
  /^(knex_migrations(_lock)?|flyway_schema_history|schema_migrations|databasechangelog(lock)?)$/i;

/**
 * Pairs the tables of both sides by name and finds the key by which their records match. Pure.
 * @throws IntrospectionError when the state's tables don't agree on one tenant column
 */
export function matchTables(
  district: DatabaseSchema,
  state: DatabaseSchema,
  givenTenantColumn: string | undefined,
): MatchedTables {
  const findings: IntrospectionFinding[] = [
    ...[...new Set([...district.views, ...state.views])]
      .sort(compareNames)
      .map((table) => ({ kind: 'omitted' as const, table, message: 'a view or sequence, not a table' })),
  ];
  const pairs = pairsOf(district, state, findings);
  const tenantColumn = givenTenantColumn ?? detectTenantColumn(pairs);
  if (givenTenantColumn !== undefined && !pairs.some((pair) => isTenanted(pair, givenTenantColumn))) {
    throw new IntrospectionError(
      `No table of both sides has the column "${givenTenantColumn}" at the state only.`,
    );
  }
  for (const pair of pairs) findings.push(...atStateOf(pair, state));
  const sendable = pairs.filter((pair) => pair.state.engineWithoutTransactions === null);
  const tables = sendable.flatMap((pair) => match(pair, tenantColumn, findings) ?? []);
  if (tenantColumn === null && tables.length > 0)
    findings.push({ kind: 'note', table: everyTable, message: `no tenant column; ${unlessAlone}` });
  if (state.hiddenTriggers) findings.push({ kind: 'note', table: everyTable, message: state.hiddenTriggers });
  return { tables, findings, tenantColumn };
}

/** What the state's own engine and triggers mean for a table. */
function atStateOf({ state: { name, engineWithoutTransactions } }: Pair, { triggers }: DatabaseSchema) {
  const found: IntrospectionFinding[] = triggers
    .filter(({ table }) => table === name)
    .map((trigger) => ({
      kind: 'note',
      table: name,
      message: `at the state, ${describeTrigger(trigger)}`,
    }));
  if (engineWithoutTransactions !== null)
    found.push({
      kind: 'refused',
      table: name,
      message: `the state keeps it in ${engineWithoutTransactions}, which has no transactions: what is refused could not be taken back (ALTER TABLE ${name} ENGINE=InnoDB)`,
    });
  return found;
}

interface Pair {
  readonly district: TableSchema;
  readonly state: TableSchema;
}

function pairsOf(district: DatabaseSchema, state: DatabaseSchema, findings: IntrospectionFinding[]): Pair[] {
  const atState = new Map(state.tables.map((table) => [table.name, table]));
  const atDistrict = new Set(district.tables.map(({ name }) => name));
  const leave = (table: string, message: string): void =>
    void findings.push({ kind: 'omitted', table, message });
  for (const { name } of state.tables)
    if (!atDistrict.has(name) && !bookkeeping.test(name)) leave(name, 'only the state has this table');
  return district.tables.flatMap((table) => {
    const other = atState.get(table.name);
    if (bookkeeping.test(table.name)) leave(table.name, 'the books of a migration tool');
    else if (other === undefined) leave(table.name, 'the state has no such table');
    else return [{ district: table, state: other }];
    return [];
  });
}

/**
 * One leading column of the state's primary key, or else of another unique key, that the district's
 * table doesn't have and that makes one of its keys the state's; common to the state's tables.
 */
function detectTenantColumn(pairs: readonly Pair[]): string | null {
  const candidates = new Set<string>();
  for (const { district, state } of pairs) {
    // The primary key is first; a state with keys of its own has the district's beside it.
    const lead = state.uniqueKeys
      .filter((key) => key.every((name) => !isNullable(state, name)))
      .find(
        ([first, ...rest]) =>
          first !== undefined &&
          !hasColumn(district, first) &&
          usableKeys(district).some((key) => sameColumns(key, rest)),
      )?.[0];
    if (lead !== undefined) candidates.add(lead);
  }
  if (candidates.size > 1) {
    const names = [...candidates].sort(compareNames).join(', ');
    throw new IntrospectionError(
      `The state's tables lead with different columns (${names}): give --tenant-column.`,
    );
  }
  return [...candidates][0] ?? null;
}

function isTenanted({ district, state }: Pair, tenantColumn: string | null): boolean {
  return tenantColumn !== null && hasColumn(state, tenantColumn) && !hasColumn(district, tenantColumn);
}

function match(pair: Pair, tenant: string | null, findings: IntrospectionFinding[]): MatchedTable | null {
  const { district, state } = pair;
  const tenantColumn = isTenanted(pair, tenant) ? tenant : null;
  const find = (kind: IntrospectionFinding['kind'], message: string): void =>
    void findings.push({ kind, table: district.name, message });
  const unusable = [district.name, ...district.columns.map(({ name }) => name)].find(
    (name) => !identifierPattern.test(name),
  );
  if (unusable !== undefined) {
    find('refused', `the name ${JSON.stringify(unusable)} can't be used: letters, digits, "_" and "$" only`);
    return null;
  }
  const keys = usableKeys(district);
  if (keys.length === 0) {
    find(
      'refused',
      'no primary key and no unique key of NOT NULL columns: its records can not be told apart',
    );
    return null;
  }
  const prefix = tenantColumn === null ? [] : [tenantColumn];
  const atState = usableKeys(state);
  const key = keys.find((columns) => atState.some((other) => sameColumns(other, [...prefix, ...columns])));
  if (key === undefined) {
    const expected = [...prefix, ...(keys[0] ?? [])].join(', ');
    find('refused', `the state has no primary or unique NOT NULL key (${expected}) to match the district's`);
    return null;
  }
  if (tenant !== null && tenantColumn === null)
    find('note', `no tenant column: the state has the district's own key; ${unlessAlone}`);
  const ignoredColumns = compareColumns(pair, tenantColumn, find);
  return {
    name: district.name,
    district,
    state,
    key,
    tenantColumn,
    guidColumn: guidColumnOf(pair, key, prefix),
    ignoredColumns,
  };
}

/**
 * Says what differs. @returns columns that must be left out: those the state computes itself, or
 * hasn't
 */
function compareColumns(
  { district, state }: Pair,
  tenantColumn: string | null,
  find: (kind: 'note', message: string) => void,
): string[] {
  const ignored: string[] = [];
  const atState = new Map(state.columns.map((column) => [column.name, column]));
  for (const column of district.columns) {
    const other = atState.get(column.name);
    if (other?.generated || (column.generated && other === undefined)) ignored.push(column.name);
    else if (other === undefined) {
      ignored.push(column.name);
      find('note', `the state has no column "${column.name}": left out`);
    } else if (other.type !== column.type) {
      find('note', `"${column.name}" is ${column.type} at the district and ${other.type} at the state`);
    }
    if (other?.generated && !column.generated)
      find('note', `"${column.name}" is generated at the state: left out`);
    if (other?.generated === false && column.generated) {
      find('note', `"${column.name}" is generated at the district only: its value is sent`);
    }
  }
  for (const column of state.columns) {
    if (column.name === tenantColumn || column.generated || hasColumn(district, column.name)) continue;
    const consequence = column.filledIn
      ? 'its default stays'
      : 'NOT NULL without a default, so inserts will fail';
    find('note', `only the state has the column "${column.name}" (${consequence})`);
  }
  return ignored.sort(compareNames);
}

/**
 * Keys by which a record is found: no column may be NULL (unique keys allow many NULLs) or computed
 * by the server.
 */
function usableKeys(table: TableSchema): readonly (readonly string[])[] {
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  return table.uniqueKeys.filter((key) =>
    key.every((name) => columns.get(name)?.nullable === false && !columns.get(name)?.generated),
  );
}

function guidColumnOf(
  { district, state }: Pair,
  key: readonly string[],
  prefix: readonly string[],
): string | null {
  const candidates = usableKeys(district).flatMap((columns) => (columns.length === 1 ? columns : []));
  const atState = usableKeys(state);
  const found = candidates.find((name) => {
    const type = district.columns.find((column) => column.name === name)?.type ?? '';
    return (
      /guid|uuid/i.test(name) &&
      /^(char\(36\)|varchar\(36\)|uuid)/i.test(type) &&
      !key.includes(name) &&
      atState.some((columns) => sameColumns(columns, [name]) || sameColumns(columns, [...prefix, name]))
    );
  });
  return found ?? null;
}

function isNullable(table: TableSchema, name: string): boolean {
  return table.columns.find((column) => column.name === name)?.nullable ?? true;
}

function hasColumn(table: TableSchema, name: string): boolean {
  return table.columns.some((column) => column.name === name);
}

/** The same columns in any order. */
export function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}
