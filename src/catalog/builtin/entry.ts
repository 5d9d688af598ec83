import type { ExclusionRule, ObjectReference, SchoolYearTie, SyncObject } from '../../domain/catalog';

type Entry = Pick<SyncObject, 'name' | 'label' | 'key'> & Partial<SyncObject>;

/**
 * An object of the reference editions: its table has its name, the state adds the district's number
 * to its key.
 */
export function syncObject(entry: Entry): SyncObject {
  const table = entry.table ?? entry.name;
  return {
    screen: null,
    table,
    stateTable: table,
    tenantColumn: 'districtID',
    guidColumn: 'guid',
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
    ignoredColumns: [],
    subsetOf: null,
    only: null,
    cycle: null,
    enabledByDefault: true,
    ...entry,
  };
}

/** A foreign key whose columns have the same names as the parent's key. */
export function to(object: string, ...key: string[]): ObjectReference {
  return { object, columns: key, parentColumns: key };
}

/** Records of a year carry the year in which it ends. */
export const endYear: SchoolYearTie = { column: 'endYear' };

/**
 * Specification: state-excluded enrollments, grade levels and calendars are "not allowed to sync to
 * the state".
 */
export function stateExclude(code: string, message: string): ExclusionRule {
  return { code, when: { column: 'stateExclude', equals: 1 }, message };
}
