import type { Catalog, SyncObject } from '../../domain/catalog';
import { planResync, type PlanScope } from '../../domain/plan';
import type { PlanReason } from '../../domain/plan-order';
import type { TableObject } from '../api/answers';

/** What Send would do with the ticked objects, as the server would plan it. */
export interface BrowserPlan {
  /** Why each planned object is in the plan, by name. */
  readonly reasons: ReadonlyMap<string, PlanReason>;
  readonly omitted: readonly { readonly name: string; readonly why: string }[];
  /** What makes a plan impossible, in a sentence. */
  readonly problem: string | null;
}

const nothing: BrowserPlan = { reasons: new Map(), omitted: [], problem: null };

/**
 * The server's own planning, here: a tick is answered in the same frame. What the server alone
 * knows (why an object isn't sent) comes with the objects.
 */
export function planOf(
  items: readonly TableObject[],
  ticked: 'all' | readonly string[],
  checkDependencies: boolean,
): BrowserPlan {
  if (ticked !== 'all' && ticked.length === 0) return nothing;
  const whys = new Map(items.map(({ object, notOffered }) => [object, notOffered]));
  try {
    const plan = planResync(catalogOf(items), { objects: ticked, checkDependencies }, scopeOf(items));
    return {
      reasons: new Map(plan.objects.map(({ name, reason }) => [name, reason])),
      omitted: plan.omitted.map(({ name, why }) => ({ name, why: whys.get(name) ?? why })),
      problem: null,
    };
  } catch (error) {
    return { ...nothing, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The objects of the page as a catalog: planning looks at no more than this of them. */
function catalogOf(items: readonly TableObject[]): Catalog {
  return { name: 'page', objects: items.map(objectOf) };
}

function objectOf({
  object,
  label,
  parents,
  softParents,
  subsetOf,
  cycle,
  enabledByDefault,
}: TableObject): SyncObject {
  return {
    ...{ name: object, label, parents, softParents, subsetOf, cycle, enabledByDefault },
    ...{ table: '', stateTable: '', key: [], tenantColumn: null, guidColumn: null },
    ...{ references: [], softReferences: [], schoolYear: null, states: null, exclusions: [] },
    ...{ stateOwnedColumns: [], stateAssigned: null, ignoredColumns: [], only: null },
    ...{ screen: null, schoolColumn: null, nameColumn: null },
  };
}

/** What the server said it sends, as the settings that come to the same. */
function scopeOf(items: readonly TableObject[]): PlanScope {
  const names = (some: readonly TableObject[]) => some.map(({ object }) => object);
  return {
    enabled: names(
      items.filter(({ enabledByDefault, notOffered }) => !enabledByDefault && notOffered === null),
    ),
    disabled: names(items.filter(({ notOffered }) => notOffered !== null)),
    state: null,
  };
}
