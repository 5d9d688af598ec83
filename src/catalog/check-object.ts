import type { ExclusionRule, ObjectReference, SyncObject } from '../domain/catalog';
import { schoolObject } from '../domain/school-path';
import type { CatalogProblem } from './problem';
import { identifierPattern, objectNamePattern } from './identifiers';

/** What an object is checked against. */
export interface ObjectSurroundings {
  readonly byName: ReadonlyMap<string, SyncObject>;
  /** Everything that comes before the object by hard and soft parents. */
  readonly ancestors: ReadonlySet<string>;
}

const referenceFields = ['references', 'softReferences'] as const;

/** @returns every problem of one object: its identifiers, parents, references, subset and cycle */
export function checkObject(object: SyncObject, surroundings: ObjectSurroundings): CatalogProblem[] {
  const found = [
    ...identifiers(object),
    ...key(object),
    ...parents(object, surroundings),
    ...referenceFields.flatMap((field) =>
      object[field].flatMap((reference, i) => references(object, reference, `${field}[${i}]`, surroundings)),
    ),
    ...names(object),
    ...subset(object, surroundings),
    ...assigned(object),
  ];
  return found.map(([field, message]) => ({ object: object.name, field, message }));
}

type Found = readonly [field: string, message: string];

/**
 * Names end up in SQL inside backticks: a catalog made in code passes here too, not only one from a
 * file.
 */
function identifiers(object: SyncObject): Found[] {
  const conditionColumns = (condition: ExclusionRule['when'] | null): string[] =>
    condition ? [condition.column] : [];
  const named: [field: string, values: readonly (string | null)[]][] = [
    ['table', [object.table]],
    ['stateTable', [object.stateTable]],
    ['key', object.key],
    ['tenantColumn', [object.tenantColumn]],
    ['guidColumn', [object.guidColumn]],
    ['schoolYear.column', [object.schoolYear?.column ?? null]],
    ['schoolColumn', [object.schoolColumn]],
    ['nameColumn', [object.nameColumn]],
    ['stateOwnedColumns', object.stateOwnedColumns],
    ['stateAssigned', [object.stateAssigned]],
    ['ignoredColumns', object.ignoredColumns],
    ['only.column', conditionColumns(object.only)],
    ...object.exclusions.map((rule, i): [string, string[]] => [
      `exclusions[${i}].when.column`,
      conditionColumns(rule.when),
    ]),
    ...referenceFields.flatMap((field) =>
      object[field].map((reference, i): [string, string[]] => [
        `${field}[${i}].columns`,
        [...reference.columns, ...reference.parentColumns],
      ]),
    ),
  ];
  const objects: typeof named = [
    ['name', [object.name]],
    ['cycle', [object.cycle]],
  ];
  return [
    ...objects.flatMap((one) => badNames(one, objectNamePattern, 'an object')),
    ...named.flatMap((one) => badNames(one, identifierPattern, 'a table or column')),
  ];
}

function badNames(
  [field, values]: readonly [string, readonly (string | null)[]],
  pattern: RegExp,
  what: string,
): Found[] {
  return values
    .filter((value) => value !== null && !pattern.test(value))
    .map((value): Found => [field, `${JSON.stringify(value)} is no name that ${what} can have`]);
}

function key({
  key: columns,
  tenantColumn,
  stateOwnedColumns,
  ignoredColumns,
  guidColumn,
  schoolYear,
}: SyncObject): Found[] {
  const found: Found[] = [];
  if (columns.length === 0) found.push(['key', 'missing: records are matched by it']);
  const twice = columns.find((column, i) => columns.indexOf(column) < i);
  if (twice !== undefined) found.push(['key', `names "${twice}" twice`]);
  if (tenantColumn !== null && columns.includes(tenantColumn)) {
    found.push(['key', `holds the tenant column "${tenantColumn}", which only the state has`]);
  }
  const needed = [
    ...columns,
    ...(guidColumn ? [guidColumn] : []),
    ...(schoolYear ? [schoolYear.column] : []),
  ];
  for (const [field, left] of [
    ['stateOwnedColumns', stateOwnedColumns],
    ['ignoredColumns', ignoredColumns],
  ] as const) {
    const lost = needed.find((column) => left.includes(column));
    if (lost !== undefined) found.push([field, `"${lost}" is needed to match records and can't be left out`]);
  }
  return found;
}

function parents(object: SyncObject, { byName }: ObjectSurroundings): Found[] {
  const found: Found[] = [];
  for (const field of ['parents', 'softParents'] as const) {
    object[field].forEach((parent, i) => {
      if (!byName.has(parent)) found.push([field, `there is no object "${parent}"`]);
      if (object[field].indexOf(parent) < i) found.push([field, `names "${parent}" twice`]);
    });
  }
  for (const parent of object.softParents) {
    if (object.parents.includes(parent)) found.push(['softParents', `"${parent}" is a hard parent already`]);
  }
  return found;
}

/**
 * A reference is what makes a record `blocked`, so its parent has to come first: by hard or soft
 * parents, or in the same cycle. Anything else is an error, because the records would be blocked or
 * not by the luck of the order.
 */
function references(
  object: SyncObject,
  reference: ObjectReference,
  at: string,
  { byName, ancestors }: ObjectSurroundings,
): Found[] {
  const parent = byName.get(reference.object);
  if (parent === undefined) return [[`${at}.object`, `there is no object "${reference.object}"`]];
  const found: Found[] = [];
  const sameCycle = object.cycle !== null && object.cycle === parent.cycle;
  if (parent.name === object.name && object.cycle === null) {
    found.push(['cycle', `missing: ${at} leads to the object itself`]);
  } else if (parent.name !== object.name && !sameCycle && !ancestors.has(parent.name)) {
    found.push([`${at}.object`, `${parent.name} is neither a parent nor an ancestor, nor in the same cycle`]);
  }
  if (reference.columns.length !== reference.parentColumns.length) {
    const counts = `${reference.columns.length} columns for ${reference.parentColumns.length} parentColumns`;
    found.push([`${at}.columns`, counts]);
  }
  const unsent = reference.columns.find((column) => object.ignoredColumns.includes(column));
  if (unsent !== undefined)
    found.push([`${at}.columns`, `"${unsent}" is in ignoredColumns, so it is not sent`]);
  if (!sameMembers(reference.parentColumns, parent.key)) {
    found.push([`${at}.parentColumns`, `not the key of ${parent.name} (${parent.key.join(', ')})`]);
  }
  return found;
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && new Set(a).size === a.length && a.every((value) => b.includes(value));
}

/** A value is given once for a GUID, and what the district sends may not take it back. */
function assigned({ stateAssigned, stateOwnedColumns, guidColumn }: SyncObject): Found[] {
  if (stateAssigned === null) return [];
  const found: Found[] = [];
  if (!stateOwnedColumns.includes(stateAssigned))
    found.push(['stateAssigned', `"${stateAssigned}" is not in stateOwnedColumns`]);
  if (guidColumn === null)
    found.push(['stateAssigned', 'needs a guidColumn: a value is given once for a GUID']);
  return found;
}

/** Of a school a name is no secret; of a person it would be one. */
function names({ name, nameColumn }: SyncObject): Found[] {
  if (nameColumn === null || name === schoolObject) return [];
  return [['nameColumn', `only ${schoolObject} has names that are shown; leave it out here`]];
}

function subset(object: SyncObject, { byName }: ObjectSurroundings): Found[] {
  if (object.subsetOf === null) {
    return object.only === null ? [] : [['only', 'goes with subsetOf: which object is this a part of?']];
  }
  const whole = byName.get(object.subsetOf);
  if (whole === undefined) return [['subsetOf', `there is no object "${object.subsetOf}"`]];
  if (whole.name === object.name) return [['subsetOf', 'an object is not a part of itself']];
  if (whole.subsetOf !== null) return [['subsetOf', `${whole.name} is itself a part of ${whole.subsetOf}`]];
  const found: Found[] = [];
  if (object.only === null) found.push(['only', `missing: which records of ${whole.name} does it send?`]);
  for (const field of ['table', 'stateTable', 'tenantColumn', 'stateAssigned'] as const) {
    if (object[field] !== whole[field])
      found.push([field, `differs from that of ${whole.name}, whose part it is`]);
  }
  if (JSON.stringify(object.key) !== JSON.stringify(whole.key))
    found.push(['key', `differs from that of ${whole.name}, whose part it is`]);
  return found;
}
