import type { Catalog, SyncObject } from './catalog';

/** Why an object is in the plan. */
export type PlanReason =
  | { readonly kind: 'requested' }
  /**
   * Added: `neededBy` are the planned objects that have it as a hard parent or are members of the
   * same cycle.
   */
  | { readonly kind: 'dependency'; readonly neededBy: readonly string[] };

export interface PlannedObject {
  readonly name: string;
  /**
   * Planned objects that must be complete first: hard and soft parents, or the nearest planned ones
   * above them.
   */
  readonly after: readonly string[];
  /** Of `after`, those whose not finishing makes this object `skipped`. */
  readonly dependsOn: readonly string[];
  readonly reason: PlanReason;
  /** Unit of objects with cyclic foreign keys, see SyncObject.cycle. */
  readonly cycle: string | null;
}

/** The catalog by name, and what of it a district sends. */
export interface PlanGround {
  readonly byName: ReadonlyMap<string, SyncObject>;
  readonly offered: ReadonlyMap<string, SyncObject>;
}

/**
 * A soft parent that is optional and switched on becomes hard where it stands between the object
 * and a hard parent of both (specification: District -> ReportingEntity -> School when
 * ReportingEntity is used).
 */
export function optionalBetween(object: SyncObject, offered: ReadonlyMap<string, SyncObject>): string[] {
  return object.softParents.filter((name) => {
    const parent = offered.get(name);
    return (
      parent !== undefined &&
      !parent.enabledByDefault &&
      parent.parents.some((p) => object.parents.includes(p))
    );
  });
}

/** The edges of one planned object; all of them lead to planned objects. */
interface PlanEdges {
  readonly after: readonly string[];
  readonly dependsOn: readonly string[];
}

/**
 * The chosen objects, parents first, each with what it waits for and why it is there. Pure; linear
 * in the catalog.
 */
export function plannedObjects(
  catalog: Catalog,
  selected: ReadonlySet<string>,
  requested: ReadonlySet<string>,
  { byName, offered }: PlanGround,
): PlannedObject[] {
  const inCatalogOrder = catalog.objects.map(({ name }) => name).filter((name) => selected.has(name));
  const edges = new Map<string, PlanEdges>();
  const neededBy = new Map<string, string[]>();
  for (const name of inCatalogOrder) {
    const object = byName.get(name)!;
    const hard = [...object.parents, ...optionalBetween(object, offered)];
    const dependsOn = hard.filter((parent) => selected.has(parent));
    edges.set(name, { after: nearestInPlan(object, selected, byName), dependsOn });
    const fellows =
      object.cycle === null ? [] : inCatalogOrder.filter((n) => byName.get(n)?.cycle === object.cycle);
    for (const other of new Set([...dependsOn, ...fellows])) {
      if (other !== name) neededBy.set(other, [...(neededBy.get(other) ?? []), name]);
    }
  }
  return parentsFirst(inCatalogOrder, edges).map((name) => ({
    name,
    after: edges.get(name)?.after ?? [],
    dependsOn: edges.get(name)?.dependsOn ?? [],
    reason: requested.has(name)
      ? { kind: 'requested' }
      : { kind: 'dependency', neededBy: neededBy.get(name) ?? [] },
    cycle: byName.get(name)?.cycle ?? null,
  }));
}

/**
 * Parents in the plan; where a hard parent isn't (not asked for, or not sent by the district), the
 * nearest planned ones above it, so that a grandchild still follows its grandparent. Soft parents
 * count only when they are in the plan.
 */
function nearestInPlan(
  object: SyncObject,
  selected: ReadonlySet<string>,
  byName: ReadonlyMap<string, SyncObject>,
): string[] {
  const near = new Set<string>();
  const seen = new Set<string>();
  const todo = [...object.softParents.filter((parent) => selected.has(parent)), ...object.parents].reverse();
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    if (selected.has(name)) near.add(name);
    else todo.push(...(byName.get(name)?.parents ?? []));
  }
  return [...near];
}

/**
 * Depth first over `after`, starting in the catalog's order: nothing before its parents, else as
 * the catalog has it.
 */
export function parentsFirst(
  names: readonly string[],
  edges: ReadonlyMap<string, Pick<PlanEdges, 'after'>>,
): string[] {
  const placed = new Set<string>();
  const open = new Set<string>();
  const place = (name: string): void => {
    if (placed.has(name)) return;
    if (open.has(name)) throw new Error(`The catalog has a cycle at "${name}"; checkCatalog refuses those.`);
    open.add(name);
    for (const parent of edges.get(name)?.after ?? []) place(parent);
    placed.add(name);
  };
  names.forEach(place);
  return [...placed];
}
