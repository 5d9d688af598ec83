import { type Catalog, findObject, type ObjectReference } from './catalog';

/** The object whose records are schools. A catalog may have none. */
export const schoolObject = 'School';

/** Whether a record of the object itself says which school it is of. */
function saysSchool(catalog: Catalog, name: string): boolean {
  return name === schoolObject || (findObject(catalog, name)?.schoolColumn ?? null) !== null;
}

/**
 * One step on the way from a record to its school: a record of `from` refers to one of
 * `reference.object`.
 */
export interface SchoolStep {
  readonly from: string;
  readonly reference: ObjectReference;
}

/**
 * The shortest chain of references from an object to School, e.g. Enrollment, StructureGradeLevel,
 * ScheduleStructure, Calendar, School; or to an object with a column of its own for the school. Of
 * two equally short ones the one whose references the catalog names first.
 * @returns `[]` for an object that says it itself; `null` when no chain leads to one (a person
 * belongs to no one school)
 */
export function schoolPath(catalog: Catalog, object: string): readonly SchoolStep[] | null {
  const reached = new Set([object]);
  let near: { readonly at: string; readonly steps: readonly SchoolStep[] }[] = [{ at: object, steps: [] }];
  while (near.length > 0) {
    const arrived = near.find(({ at }) => saysSchool(catalog, at));
    if (arrived) return arrived.steps;
    const further: typeof near = [];
    for (const { at, steps } of near) {
      for (const reference of findObject(catalog, at)?.references ?? []) {
        if (reached.has(reference.object)) continue;
        reached.add(reference.object);
        further.push({ at: reference.object, steps: [...steps, { from: at, reference }] });
      }
    }
    near = further;
  }
  return null;
}
