import { alg, Graph } from '@dagrejs/graphlib';
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
  /** Marked by Check dependencies; `neededBy` are the planned objects that have it as a hard parent. */
  | { readonly kind: 'dependency'; readonly neededBy: readonly string[] };

export interface PlannedObject {
  readonly name: string;
  /** Planned objects that must be complete first (hard and soft parents that are in the plan). */
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

/**
 * The objects of a resync and their order. Pure.
 * - Check dependencies on: the closure over hard parents (seed: "Check Dependencies"). Off: just what was asked for.
 * - A full resync sends every object offered, except the subset objects whose whole is in the run.
 * - A subset object (PersonIdentityNoStateIDOnly) is refused beside its whole: both would send the same records.
 * @throws PlanError on an unknown name, an empty selection, or a subset object beside its whole
 */
export function planResync(catalog: Catalog, request: PlanRequest, scope: PlanScope): ResyncPlan {
  const leftOut: { name: string; why: string }[] = [];
  const offered = new Map<string, SyncObject>();
  for (const object of catalog.objects)
    if (whyNotOffered(object, scope) === null) offered.set(object.name, object);

  const requested = requestedNames(catalog, request, offered, leftOut, scope);
  const chosen = request.checkDependencies ? closure(catalog, requested, offered) : new Set(requested);
  const units = new Set([...chosen].flatMap((name) => requireObject(catalog, name).unit ?? []));
  for (const object of offered.values())
    if (object.unit !== null && units.has(object.unit)) chosen.add(object.name);
  refuseSubsetBesideWhole(catalog, chosen, requested);

  const order = orderOf(catalog, chosen);
  return {
    objects: order.map((name) => plannedObject(catalog, name, chosen, requested)),
    leftOut,
  };
}

function requestedNames(
  catalog: Catalog,
  request: PlanRequest,
  offered: ReadonlyMap<string, SyncObject>,
  leftOut: { name: string; why: string }[],
  scope: PlanScope,
): string[] {
  if (request.objects === 'all') {
    for (const object of catalog.objects) {
      const why = whyNotOffered(object, scope);
      if (why !== null) leftOut.push({ name: object.name, why });
      else if (object.subsetOf !== null && offered.has(object.subsetOf)) {
        leftOut.push({ name: object.name, why: `its records are sent with ${object.subsetOf}` });
      }
    }
    const out = new Set(leftOut.map(({ name }) => name));
    return [...offered.keys()].filter((name) => !out.has(name));
  }
  if (request.objects.length === 0) throw new PlanError('Choose at least one object.', 'objects');
  const names: string[] = [];
  for (const name of new Set(request.objects)) {
    const object = catalog.objects.find((candidate) => candidate.name === name);
    if (!object) throw new PlanError(`There is no object "${name}" in the catalog.`, 'objects');
    const why = whyNotOffered(object, scope);
    if (why === null) names.push(name);
    else leftOut.push({ name, why });
  }
  if (names.length === 0) {
    const whys = leftOut.map(({ name, why }) => `${name}: ${why}`).join('; ');
    throw new PlanError(`None of the chosen objects is sent by this district (${whys}).`, 'objects');
  }
  return names;
}

/** Hard parents of hard parents ..., stopping at objects the district doesn't send: those are taken as present. */
function closure(
  catalog: Catalog,
  names: readonly string[],
  offered: ReadonlyMap<string, SyncObject>,
): Set<string> {
  const reached = new Set<string>();
  const todo = [...names];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const parent of effectiveParents(requireObject(catalog, name), offered)) todo.push(parent);
  }
  return reached;
}

/**
 * Hard parents that the district sends. A soft parent that is optional and switched on becomes hard where it stands
 * between the object and a hard parent of both (seed: District -> ReportingEntity -> School when ReportingEntity is used).
 */
function effectiveParents(object: SyncObject, offered: ReadonlyMap<string, SyncObject>): string[] {
  const hard = object.parents.filter((parent) => offered.has(parent));
  const between = object.softParents.filter((name) => {
    const parent = offered.get(name);
    return (
      parent !== undefined &&
      !parent.enabledByDefault &&
      parent.parents.some((p) => object.parents.includes(p))
    );
  });
  return [...hard, ...between];
}

function refuseSubsetBesideWhole(
  catalog: Catalog,
  chosen: ReadonlySet<string>,
  requested: readonly string[],
): void {
  for (const name of chosen) {
    const whole = requireObject(catalog, name).subsetOf;
    if (whole === null || !chosen.has(whole)) continue;
    const how = requested.includes(whole) ? 'was chosen too' : 'is needed by another chosen object';
    throw new PlanError(
      `${name} sends a part of the records of ${whole}, which ${how}: choose one of the two.`,
      'objects',
    );
  }
}

function orderOf(catalog: Catalog, chosen: ReadonlySet<string>): string[] {
  const graph = new Graph({ directed: true });
  for (const { name } of catalog.objects) if (chosen.has(name)) graph.setNode(name);
  for (const name of chosen)
    for (const parent of parentsInPlan(catalog, name, chosen)) graph.setEdge(parent, name);
  return alg.topsort(graph);
}

function parentsInPlan(catalog: Catalog, name: string, chosen: ReadonlySet<string>): string[] {
  const object = requireObject(catalog, name);
  return [...new Set([...object.parents, ...object.softParents])].filter((parent) => chosen.has(parent));
}

function plannedObject(
  catalog: Catalog,
  name: string,
  chosen: ReadonlySet<string>,
  requested: readonly string[],
): PlannedObject {
  const object = requireObject(catalog, name);
  const neededBy = [...chosen].filter((other) => parentsInPlan(catalog, other, chosen).includes(name));
  return {
    name,
    after: parentsInPlan(catalog, name, chosen),
    dependsOn: object.parents.filter((parent) => chosen.has(parent)),
    reason: requested.includes(name) ? { kind: 'requested' } : { kind: 'dependency', neededBy },
    unit: object.unit,
  };
}
