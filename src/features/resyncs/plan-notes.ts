import type { Config } from '../../config';
import { type Catalog, requireObject } from '../../domain/catalog';
import type { ResyncPlan } from '../../domain/plan';
import { isSharedTable, whyNotExtra } from '../../domain/shared-tables';

/** What a person has to know of an object before it is sent. */
export interface PlanNote {
  readonly object: string;
  readonly note: string;
}

/** What the state's tables mean for the objects of a plan, in its order. */
export function planNotes(
  { config, catalog }: { readonly config: Config; readonly catalog: Catalog },
  { objects }: ResyncPlan,
): PlanNote[] {
  const sharesState = config.districts.length > 1;
  return objects.flatMap(({ name }): PlanNote[] => {
    const object = requireObject(catalog, name);
    return isSharedTable(object, sharesState)
      ? [{ object: name, note: `Nothing is reported as extra or removed. ${whyNotExtra(object)}` }]
      : [];
  });
}
