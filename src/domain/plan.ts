import { type Catalog, type SyncObject, requireObject } from './catalog';

/** Which objects the district may send at all. */
export interface PlanScope {
  /** Objects switched off for this district, beyond those not enabled by default. */
  readonly disabled?: readonly string[];
  /** Objects switched on for this district though they are off by default, e.g. ReportingEntity, Evaluation. */
  readonly enabled?: readonly string[];
  /** The district's state (postal code, or BIE): objects of other states are left out. `null`: keep all. */
  readonly state: string | null;
}

export interface PlanRequest {
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
}

/** Why an object is in the plan. */
export type PlanReason =
  | { readonly kind: 'requested' }
  /** Added: `neededBy` are the planned objects that have it as a hard parent or are members of the same unit. */
  | { readonly kind: 'dependency'; readonly neededBy: readonly string[] };

export interface PlannedObject {
  readonly name: string;
  /** Planned objects that must be complete first: hard and soft parents, or the nearest planned ones above them. */
  readonly after: readonly string[];
  /** Of `after`, those whose not finishing makes this object `skipped`. */
  readonly dependsOn: readonly string[];
  readonly reason: PlanReason;
  /** Unit of objects with cyclic foreign keys, see SyncObject.unit. */
  readonly unit: string | null;
}

export interface ResyncPlan {
  /** In an order in which nothing comes before its parents. */
  readonly objects: readonly PlannedObject[];
  /** Objects asked for (or reached) that this district doesn't send, with the reason in words. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

/** A request no plan can be made of; `field` is the request's field at fault. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  constructor(
    message: string,
    readonly field: string,
  ) {
    super(message);
  }
}

/**
 * Why a district doesn't send an object, or `null` when it does.
 * PersonIdentityNoStateIDOnly is offered like any other; that it never runs beside PersonIdentity is planResync's rule.
 */
export function whyNotOffered(object: SyncObject, scope: PlanScope): string | null {
  const switchedOn = scope.enabled?.includes(object.name) ?? false;
  if (scope.disabled?.includes(object.name)) return 'switched off for this district';
  if (!object.enabledByDefault && !switchedOn) return 'off unless it is switched on for the district';
  if (!switchedOn && object.states && scope.state !== null && !object.states.includes(scope.state)) {
    return `used only in ${object.states.join(', ')}`;
  }
  return null;
}

/** The catalog by name, and what of it this district sends: made once, so that planning stays linear. */
interface PlanGround {
  readonly byName: ReadonlyMap<string, SyncObject>;
  readonly offered: ReadonlyMap<string, SyncObject>;
  readonly scope: PlanScope;
}

/**
 * The objects of a resync and their order. Pure; the order in which names are asked for makes no difference.
 * - Check dependencies on: the closure over hard parents (seed: "Check Dependencies"). Off: just what was asked for.
 * - A unit is sent whole: its members' foreign keys can only be verified together.
 * - A full resync sends every object offered, except the subset objects whose whole is in the run.
 * - A subset object (PersonIdentityNoStateIDOnly) is refused beside its whole: both would send the same records.
 * @throws PlanError on an unknown name, an empty selection, or a subset object beside its whole
 */
export function planResync(catalog: Catalog, request: PlanRequest, scope: PlanScope): ResyncPlan {
  const leftOut = new Map<string, string>();
  const ground: PlanGround = {
    byName: new Map(catalog.objects.map((object) => [object.name, object])),
    offered: new Map(
      catalog.objects
        .filter((object) => whyNotOffered(object, scope) === null)
        .map((object) => [object.name, object]),
    ),
    scope,
  };
  const requested = requestedNames(catalog, request, ground, leftOut);
  const chosen = reach(requested, ground, { parents: request.checkDependencies, leftOut });
  refuseSubsetBesideWhole(ground, chosen, requested);
  return {
    objects: plannedObjects(catalog, chosen, requested, ground),
    leftOut: [...leftOut].map(([name, why]) => ({ name, why })),
  };
}

function requestedNames(
  catalog: Catalog,
  request: PlanRequest,
  { byName, offered, scope }: PlanGround,
  leftOut: Map<string, string>,
): Set<string> {
  if (request.objects === 'all') {
    for (const object of catalog.objects) {
      const why = whyNotOffered(object, scope);
      if (why !== null) leftOut.set(object.name, why);
      else if (object.subsetOf !== null && offered.has(object.subsetOf)) {
        leftOut.set(object.name, `its records are sent with ${object.subsetOf}`);
      }
    }
    return new Set([...offered.keys()].filter((name) => !leftOut.has(name)));
  }
  if (request.objects.length === 0) throw new PlanError('Choose at least one object.', 'objects');
  const names = new Set<string>();
  for (const name of request.objects) {
    const object = byName.get(name);
    if (!object) throw new PlanError(`There is no object "${name}" in the catalog.`, 'objects');
    const why = whyNotOffered(object, scope);
    if (why === null) names.add(name);
    else leftOut.set(name, why);
  }
  if (names.size === 0) {
    const whys = [...leftOut].map(([name, why]) => `${name}: ${why}`).join('; ');
    throw new PlanError(`None of the chosen objects is sent by this district (${whys}).`, 'objects');
  }
  return names;
}

/**
 * What the names bring with them: members of their units and, where asked, hard parents of hard parents, stopping at
 * objects the district doesn't send. Those are taken as present, and said in `leftOut`.
 */
function reach(
  names: ReadonlySet<string>,
  { byName, offered, scope }: PlanGround,
  { parents, leftOut }: { parents: boolean; leftOut: Map<string, string> },
): Set<string> {
  const members = new Map<string, string[]>();
  for (const { name, unit } of byName.values())
    if (unit !== null) members.set(unit, [...(members.get(unit) ?? []), name]);
  const reached = new Set<string>();
  const todo = [...names];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (reached.has(name)) continue;
    const object = offered.get(name);
    if (object === undefined) {
      const unsent = byName.get(name);
      if (unsent !== undefined && !leftOut.has(name)) leftOut.set(name, whyNotOffered(unsent, scope) ?? '');
      continue;
    }
    reached.add(name);
    if (object.unit !== null) todo.push(...(members.get(object.unit) ?? []));
    if (parents) todo.push(...object.parents, ...optionalBetween(object, offered));
  }
  return reached;
}

/**
 * A soft parent that is optional and switched on becomes hard where it stands between the object and a hard parent of
 * both (seed: District -> ReportingEntity -> School when ReportingEntity is used).
 */
function optionalBetween(object: SyncObject, offered: ReadonlyMap<string, SyncObject>): string[] {
  return object.softParents.filter((name) => {
    const parent = offered.get(name);
    return (
      parent !== undefined &&
      !parent.enabledByDefault &&
      parent.parents.some((p) => object.parents.includes(p))
    );
  });
}

function refuseSubsetBesideWhole(
  { byName }: PlanGround,
  chosen: ReadonlySet<string>,
  requested: ReadonlySet<string>,
): void {
  for (const name of chosen) {
    const whole = byName.get(name)?.subsetOf ?? null;
    if (whole === null || !chosen.has(whole)) continue;
    const how = requested.has(whole) ? 'was chosen too' : 'is needed by another chosen object';
    throw new PlanError(
      `${name} sends a part of the records of ${whole}, which ${how}: choose one of the two.`,
      'objects',
    );
  }
}

/** The edges of one planned object; all of them lead to planned objects. */
interface PlanEdges {
  readonly after: readonly string[];
  readonly dependsOn: readonly string[];
}

function plannedObjects(
  catalog: Catalog,
  chosen: ReadonlySet<string>,
  requested: ReadonlySet<string>,
  { byName, offered }: PlanGround,
): PlannedObject[] {
  const inCatalogOrder = catalog.objects.map(({ name }) => name).filter((name) => chosen.has(name));
  const edges = new Map<string, PlanEdges>();
  const neededBy = new Map<string, string[]>();
  for (const name of inCatalogOrder) {
    const object = requireObject(catalog, name);
    const hard = [...object.parents, ...optionalBetween(object, offered)];
    const dependsOn = hard.filter((parent) => chosen.has(parent));
    edges.set(name, { after: nearestInPlan(object, chosen, byName), dependsOn });
    const fellows =
      object.unit === null ? [] : inCatalogOrder.filter((n) => byName.get(n)?.unit === object.unit);
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
    unit: byName.get(name)?.unit ?? null,
  }));
}

/**
 * Parents in the plan; where a hard parent isn't (not asked for, or not sent by the district), the nearest planned ones
 * above it, so that a grandchild still follows its grandparent. Soft parents count only when they are in the plan.
 */
function nearestInPlan(
  object: SyncObject,
  chosen: ReadonlySet<string>,
  byName: ReadonlyMap<string, SyncObject>,
): string[] {
  const near = new Set<string>();
  const seen = new Set<string>();
  const todo = [...object.softParents.filter((parent) => chosen.has(parent)), ...object.parents].reverse();
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    if (chosen.has(name)) near.add(name);
    else todo.push(...(byName.get(name)?.parents ?? []));
  }
  return [...near];
}

/** Depth first over `after`, starting in the catalog's order: nothing before its parents, else as the catalog has it. */
function parentsFirst(names: readonly string[], edges: ReadonlyMap<string, PlanEdges>): string[] {
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
