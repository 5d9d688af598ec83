import { isMeant, type WrittenName } from '../domain/name-list';
import { spelledLike } from '../editions/columns/spelling';
import { compareNames, type Schemas, type TableSchema } from './edition-schema';
import { type Finding, IntrospectionError } from './findings';
import type { IntrospectionOptions } from './options';

/** A table of both sides, its columns spelled as the district does. */
export interface TablePair {
  readonly name: string;
  readonly district: TableSchema;
  readonly state: TableSchema;
}

/** A table of both sides whose records can be matched. */
export interface MatchedTable extends TablePair {
  readonly key: readonly string[];
  readonly tenantColumn: string | null;
  readonly guidColumn: string | null;
  readonly ignoredColumns: readonly string[];
}

/** Books of migration tools: every database has its own, none is a district's data. */
const bookkeeping =
  /^(knex_migrations(_lock)?|flyway_schema_history|schema_migrations|databasechangelog(lock)?)$/i;

/**
 * Tables by their names, but for those that nobody wants.
 * @throws IntrospectionError for a name that no table has
 */
export function pairTables(
  { district, state }: Schemas,
  { only, leaveOut = [] }: Pick<IntrospectionOptions, 'only' | 'leaveOut'>,
  findings: Finding[],
): TablePair[] {
  const atState = new Map(state.tables.map((table) => [table.table, table]));
  const atDistrict = new Set(district.tables.map(({ table }) => table));
  const all = [...new Set([...atDistrict, ...atState.keys(), ...district.views, ...state.views])];
  requireTables(all, [
    ['--only', only ?? []],
    ['--leave-out', leaveOut],
  ]);
  const leave = (table: string, message: string): void =>
    void findings.push({ kind: 'omitted', table, message });
  const views = new Set([...district.views, ...state.views]);
  const names = all
    .sort(compareNames)
    .filter((name) => {
      if (leaveOut.some((written) => isMeant(name, written))) leave(name, 'left out as asked (--leave-out)');
      else if (only !== undefined && !only.some((written) => isMeant(name, written)))
        leave(name, 'not among those asked for (--only)');
      else return true;
      return false;
    })
    .filter((name) => {
      if (views.has(name)) leave(name, 'a view or sequence, not a table');
      else if (bookkeeping.test(name)) {
        if (atDistrict.has(name)) leave(name, 'the books of a migration tool');
      } else if (!atDistrict.has(name)) leave(name, 'only the state has this table');
      else if (!atState.has(name)) leave(name, 'the state has no such table');
      else return true;
      return false;
    });
  const byName = new Map(district.tables.map((table) => [table.table, table]));
  return names.map((name) => {
    const here = byName.get(name)!;
    const { traits } = atState.get(name)!;
    return {
      name,
      district: here,
      state: { ...spelledLike(atState.get(name)!, here.columns.keys()), traits },
    };
  });
}

function requireTables(
  names: readonly string[],
  given: readonly (readonly [option: string, written: readonly WrittenName[]])[],
): void {
  for (const [option, written] of given)
    for (const one of written)
      if (!names.some((name) => isMeant(name, one)))
        throw new IntrospectionError(`${option}: neither database has a table "${one.name}".`);
}
