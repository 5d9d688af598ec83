import { type Catalog, findObject } from '../../domain/catalog';
import { PlanError, planResync, type PlanScope, whyNotOffered } from '../../domain/plan';

/** Every object a district sends in a year, parents first; none when it sends none. */
export function sentObjects(catalog: Catalog, scope: PlanScope): string[] {
  try {
    const request = { objects: 'all', checkDependencies: false } as const;
    return planResync(catalog, request, scope).objects.map(({ name }) => name);
  } catch (error) {
    if (error instanceof PlanError) return [];
    throw error;
  }
}

/** Why the district doesn't send an object, in words. */
export function whyNotSent(catalog: Catalog, name: string, scope: PlanScope): string {
  const object = findObject(catalog, name);
  if (!object) return 'no longer in the catalog';
  return whyNotOffered(object, scope) ?? `its records are sent with ${object.subsetOf ?? 'another object'}`;
}
