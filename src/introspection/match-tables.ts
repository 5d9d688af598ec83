import type { SyncObject } from '../domain/catalog';
import { familyOf } from '../editions/columns/families';
import { fitTables } from '../editions/mapping/load';
import { whyNotTenant } from '../editions/mapping/tenant';
import { chooseKey, givenKeyOf } from './choose-key';
import { compareColumns } from './compare-columns';
import { compareNames, sameColumns, type Schemas, typeOf, usableKeys } from './edition-schema';
import { everyTable, type Finding, IntrospectionError, type Say } from './findings';
import { bareObject } from './object-of';
import type { IntrospectionOptions } from './options';
import { type MatchedTable, pairTables, type TablePair } from './pair-tables';
import { tenantColumnOf, tenantOfPair } from './tenant-column';

const unlessAlone =
  'where several districts send to it, a record that a district does not have may be another’s: ' +
  'it is neither reported nor removed as extra, and records of two districts with the same key overwrite each other';

/**
 * Pairs the tables of both sides by name and finds the key by which their records match. Pure. What
 * is said to be usable has passed what a run asks of it (fitTables); the records are `catalog
 * check`'s to look at.
 * @throws IntrospectionError when the state's tables don't agree on one tenant column, or an option
 *   names what isn't there
 */
export function matchTables(
  schemas: Schemas,
  options: IntrospectionOptions,
  findings: Finding[],
): readonly MatchedTable[] {
  const pairs = pairTables(schemas, options, findings);
  const unknown = options.match?.find(({ table }) => !pairs.some(({ name }) => name === table));
  if (unknown !== undefined)
    throw new IntrospectionError(`--match: no table "${unknown.table}" is among those to be sent.`);
  const tenant = tenantColumnOf(pairs, options.tenantColumn);
  const tables = pairs.flatMap((pair) => match(pair, tenant, options, findings) ?? []);
  if (tenant === null && tables.length > 0)
    findings.push({ kind: 'note', table: everyTable, message: `no tenant column; ${unlessAlone}` });
  return tables;
}

function match(
  pair: TablePair,
  tenant: string | null,
  options: IntrospectionOptions,
  findings: Finding[],
): MatchedTable | null {
  const say: Say = (kind, message) => void findings.push({ kind, table: pair.name, message });
  const tenantColumn = tenantOfPair(pair, tenant);
  const key = chooseKey(pair, tenantColumn, givenKeyOf(pair, options), say);
  if (key === null) return null;
  const ignoredColumns = ignoredOf(pair);
  const table: MatchedTable = {
    ...pair,
    key,
    tenantColumn,
    guidColumn: guidColumnOf(pair, key, tenantColumn),
    ignoredColumns,
  };
  const problems = [...tenantProblems(table, say), ...tableProblems(table)];
  if (problems.length > 0) {
    say('refused', problems.join('; '));
    return null;
  }
  if (tenant !== null && tenantColumn === null)
    say('note', `no tenant column: the state has the district's own key; ${unlessAlone}`);
  compareColumns(table, say);
  return table;
}

/** What a run would refuse the object for. */
function tableProblems(table: MatchedTable): readonly string[] {
  const object: SyncObject = bareObject(table);
  const { problems } = fitTables(object, table);
  const { district, state, tenantColumn } = table;
  const only = [...state.columns.values()].filter(
    ({ name, nullable, hasDefault, generated, autoIncrement }) =>
      !district.columns.has(name) && !nullable && !hasDefault && !generated && !autoIncrement,
  );
  if (tenantColumn !== null || only.length === 0) return problems;
  return [
    ...problems,
    `if ${only[0]!.name} says which district a record is of, give --tenant-column ${only[0]!.name}`,
  ];
}

/** Whether the column can tell districts apart; a text's code is the configuration's to give. */
function tenantProblems({ state, tenantColumn }: MatchedTable, say: Say): string[] {
  const column = tenantColumn === null ? undefined : state.columns.get(tenantColumn);
  if (column === undefined) return [];
  const why = whyNotTenant(column, { districtNumber: 1, districtCode: '1' });
  if (why !== null) return [why];
  if (familyOf(column) === 'text')
    say(
      'decide',
      `its tenant column "${column.name}" is a text: each district needs its "code" in the configuration, as the state writes it`,
    );
  return [];
}

/** Columns that the state computes itself, or hasn't. */
function ignoredOf({ district, state }: TablePair): string[] {
  return [...district.columns.keys()]
    .filter((name) => state.columns.get(name)?.generated !== false)
    .sort(compareNames);
}

function guidColumnOf(
  { district, state }: TablePair,
  key: readonly string[],
  tenant: string | null,
): string | null {
  const candidates = usableKeys(district).flatMap((columns) => (columns.length === 1 ? columns : []));
  const atState = usableKeys(state);
  const found = candidates.find(
    (name) =>
      /guid|uuid/i.test(name) &&
      /^(char\(36\)|varchar\(36\)|uuid)/i.test(typeOf(district.columns.get(name)!)) &&
      !key.includes(name) &&
      atState.some(
        (columns) =>
          sameColumns(columns, [name]) || (tenant !== null && sameColumns(columns, [tenant, name])),
      ),
  );
  return found ?? null;
}
