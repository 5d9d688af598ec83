import type { SyncObject } from '../../domain/catalog';

/** Every column of its own tables that the catalog names of an object. */
export function columnsNamed(object: SyncObject): string[] {
  return [
    ...object.key,
    ...[object.tenantColumn, object.guidColumn, object.stateAssigned].filter((name) => name !== null),
    ...(object.schoolYear === null ? [] : [object.schoolYear.column]),
    ...(object.only === null ? [] : [object.only.column]),
    ...object.exclusions.map(({ when }) => when.column),
    ...[...object.references, ...object.softReferences].flatMap(({ columns }) => columns),
    ...object.stateOwnedColumns,
    ...object.ignoredColumns,
  ];
}
