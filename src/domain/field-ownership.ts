import { type Catalog, findObject, type RecordRuleName, type SyncObject } from './catalog';

/**
 * Who owns a field: the catalog says it for all districts, the Synchronization Field Settings for
 * one.
 */

export const fieldOwners = ['district', 'state'] as const;
export type FieldOwner = (typeof fieldOwners)[number];

/** A setting: the state's word on one field of one district. */
export interface FieldSetting {
  readonly object: string;
  readonly field: string;
  readonly owner: FieldOwner;
}

/**
 * What a named rule reads of the reference edition's tables, keys and school years apart (decision
 * 11).
 */
const ruleReads: Readonly<Record<RecordRuleName, Readonly<Record<string, readonly string[]>>>> = {
  testHasNoCode: { Test: ['stateCode', 'nationalCode', 'parentTestID'] },
  testNotPublished: { Test: ['published', 'parentTestID'] },
  scoreHasNoDateOrYear: { Test: ['testEndYear', 'parentTestID'], TestScore: ['scoreDate'] },
  scoreOutsideYear: { Test: ['testEndYear', 'parentTestID'], TestScore: ['scoreDate'] },
  testLocked: { Test: ['editNotAvailable', 'parentTestID'] },
  studentNotEnrolled: { Enrollment: ['endDate'], Calendar: ['endDate'] },
};

/**
 * The object whose table it is: settings are made there and hold for the objects that send a part
 * of it.
 */
export function ownerOfTable(catalog: Catalog, object: SyncObject): SyncObject {
  return object.subsetOf === null ? object : (findObject(catalog, object.subsetOf) ?? object);
}

/** Who owns the field while nothing is set for the district. */
export function defaultOwner({ stateOwnedColumns }: SyncObject, field: string): FieldOwner {
  return stateOwnedColumns.includes(field) ? 'state' : 'district';
}

/**
 * Why the owner of a field can't be changed, as the end of "… can't be changed: ". `null`: it can.
 * What matching, order, tenancy and exclusion go by has to be the district's, or the two editions
 * would disagree on which records there are.
 * @param object one that has its table itself, see ownerOfTable
 */
export function whyOwnerIsFixed(catalog: Catalog, object: SyncObject, field: string): string | null {
  const { key, guidColumn, tenantColumn, schoolYear, stateAssigned, ignoredColumns } = object;
  if (key.includes(field)) return 'records are matched by it';
  if (field === guidColumn) return 'it is the record’s GUID';
  if (field === tenantColumn) return 'it holds the district’s number';
  if (field === schoolYear?.column) return 'it ties the record to its school year';
  if (field === stateAssigned) return 'the state gives each record its value';
  if (ignoredColumns.includes(field)) return 'the catalog leaves it out';
  for (const sender of catalog.objects.filter((other) => ownerOfTable(catalog, other) === object)) {
    const reference = sender.references.find(({ columns }) => columns.includes(field));
    if (reference) return `it refers to ${reference.object}`;
  }
  const rule = readingRule(catalog, object, field);
  return rule === null ? null : `the rule ${rule} reads it`;
}

/** Code of an exclusion rule, of whichever object, that reads this field at the district. */
function readingRule(catalog: Catalog, { table }: SyncObject, field: string): string | null {
  for (const sender of catalog.objects) {
    for (const { code, when } of sender.exclusions) {
      if (sender.table === table && when.column === field) return code;
      if ('rule' in when && ruleReads[when.rule][table]?.includes(field)) return code;
    }
  }
  return null;
}

/**
 * The catalog as it holds for a district: its settings instead of the catalog's own ownership. A
 * setting that the catalog no longer allows (it was changed since) is left out.
 */
export function withSettings(catalog: Catalog, settings: readonly FieldSetting[]): Catalog {
  if (settings.length === 0) return catalog;
  const objects = catalog.objects.map((object): SyncObject => {
    const table = ownerOfTable(catalog, object);
    const own = settings.filter(
      ({ object: name, field }) => name === table.name && whyOwnerIsFixed(catalog, table, field) === null,
    );
    if (own.length === 0) return object;
    const kept = object.stateOwnedColumns.filter((column) => !own.some(({ field }) => field === column));
    const taken = own.filter(({ owner }) => owner === 'state').map(({ field }) => field);
    return { ...object, stateOwnedColumns: [...kept, ...taken] };
  });
  return { ...catalog, objects };
}
