import type { SyncObject } from '../domain/catalog';
import { objectNamePattern } from '../catalog/identifiers';
import type { MatchedTable } from './pair-tables';

/** The object of a table, without what it has to do with others. */
export function bareObject({
  name,
  key,
  tenantColumn,
  guidColumn,
  ignoredColumns,
}: Pick<MatchedTable, 'name' | 'key' | 'tenantColumn' | 'guidColumn' | 'ignoredColumns'>): SyncObject {
  return {
    name: objectNameOf(name),
    label: name,
    screen: null,
    table: name,
    stateTable: name,
    key,
    tenantColumn,
    guidColumn,
    parents: [],
    softParents: [],
    references: [],
    softReferences: [],
    schoolYear: null,
    schoolColumn: null,
    nameColumn: null,
    states: null,
    exclusions: [],
    stateOwnedColumns: [],
    stateAssigned: null,
    ignoredColumns,
    subsetOf: null,
    only: null,
    cycle: null,
    enabledByDefault: true,
  };
}

/**
 * A table's name, but for the few that can't be a step of an address: `.`, `..`, and names with
 * characters that no screen shows.
 */
export function objectNameOf(table: string): string {
  if (objectNamePattern.test(table)) return table;
  const code = (character: string): string => `(${character.codePointAt(0)!.toString(16)})`;
  const shown = [...table].map((one) => (/[\p{Cc}\p{Cf}.]/u.test(one) ? code(one) : one)).join('');
  return shown.slice(0, 64).trim();
}
