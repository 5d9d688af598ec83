import type { Catalog, SyncObject } from './catalog';
import type { OfferedYear } from './school-year';
import { optionalBetween, type PlanGround, type PlannedObject, plannedObjects } from './plan-order';

export type { PlannedObject } from './plan-order';

/** Which objects the district may send at all. */
export interface PlanScope {
  /** Objects switched off for this district, beyond those not enabled by default. */
  readonly disabled?: readonly string[];
  /**
   * Objects switched on for this district though they are off by default, e.g. ReportingEntity,
   * Evaluation.
   */
  readonly enabled?: readonly string[];
  /**
   * The district's state (postal code, or BIE): objects of other states are left out. `null`: keep
   * all.
   */
  readonly state: string | null;
  /** The school year of the run. Absent: the current one. */
  readonly year?: OfferedYear;
}

/** What a district's configuration says of its objects. */
export interface DistrictObjects {
  readonly objects: { readonly enabled: readonly string[]; readonly disabled: readonly string[] };
  readonly state?: string | undefined;
}

/** What a district sends in a school year. */
export function planScopeOf({ objects, state }: DistrictObjects, year: OfferedYear): PlanScope {
  return { ...objects, state: state ?? null, year };
}

export interface PlanRequest {
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
}

export interface ResyncPlan {
  /** In an order in which nothing comes before its parents. */
  readonly objects: readonly PlannedObject[];
  /** Objects asked for (or pulled in) that this district doesn't send, with the reason in words. */
  readonly omitted: readonly { readonly name: string; readonly why: string }[];
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
 * Why an object isn't part of a year beside the current one, or `null` when it is (specification:
 * objects that do not appear on the tool when the previous or next school year is selected).
 */
function whyNotInYear(object: SyncObject, year: OfferedYear | undefined): string | null {
  if (!year || year.objects === null) return null;
  if (object.schoolYear === null)
    return `not tied to a school year: resync it in the current year, ${year.currentYear}`;
  if (year.objects.includes(object.name)) return null;
  return `not configured to sync for the ${year.kind} year, ${year.schoolYear}`;
}

/**
 * Why a district doesn't send an object, or `null` when it does. In a year beside the current one
 * only objects tied to a school year and configured for it are sent, and of them only those that
 * the current year sends too. PersonIdentityNoStateIDOnly is offered like any other; that it never
 * runs beside PersonIdentity is planResync's rule.
 */
export function whyNotOffered(object: SyncObject, scope: PlanScope): string | null {
  const notInYear = whyNotInYear(object, scope.year);
  if (notInYear !== null) return notInYear;
  const switchedOn = scope.enabled?.includes(object.name) ?? false;
  if (scope.disabled?.includes(object.name)) return 'switched off for this district';
  if (!object.enabledByDefault && !switchedOn) return 'off unless it is switched on for the district';
  if (!switchedOn && object.states && scope.state !== null && !object.states.includes(scope.state)) {
    return `used only in ${object.states.join(', ')}`;
  }
  return null;
}

interface ScopedGround extends PlanGround {
  readonly scope: PlanScope;
}

/**
 * The objects of a resync and their order. Pure; the order in which names are asked for makes no
 * difference.
 * - Check dependencies on: the closure over hard parents (specification: "Check Dependencies").
 *   Off: just what was asked for.
 * - A cycle is sent whole: its members' foreign keys can only be verified together.
 * - A full resync sends every object offered, except the subset objects whose whole is in the run.
 * - A subset object (PersonIdentityNoStateIDOnly) is refused beside its whole: both would send the
 *   same records.
 * - In a year beside the current one an object that isn't part of that year is refused by name; a
 *   parent that isn't counts as present at the state.
 * @throws PlanError on an unknown name, an empty selection, an object that isn't part of the year,
 * or a subset object beside its whole
 */
export function planResync(catalog: Catalog, request: PlanRequest, scope: PlanScope): ResyncPlan {
  const omitted = new Map<string, string>();
  const ground: ScopedGround = {
    byName: new Map(catalog.objects.map((object) => [object.name, object])),
    offered: new Map(
      catalog.objects
        .filter((object) => whyNotOffered(object, scope) === null)
        .map((object) => [object.name, object]),
    ),
    scope,
  };
  const requested = requestedNames(catalog, request, ground, omitted);
  const selected = closure(requested, ground, { parents: request.checkDependencies, omitted });
  refuseSubsetBesideWhole(ground, selected, requested);
  return {
    objects: plannedObjects(catalog, selected, requested, ground),
    omitted: [...omitted].map(([name, why]) => ({ name, why })),
  };
}

function requestedNames(
  catalog: Catalog,
  request: PlanRequest,
  { byName, offered, scope }: ScopedGround,
  omitted: Map<string, string>,
): Set<string> {
  if (request.objects === 'all') {
    for (const object of catalog.objects) {
      const why = whyNotOffered(object, scope);
      // "All" of another year is that year's list; the forty others are no news.
      if (whyNotInYear(object, scope.year) !== null) continue;
      if (why !== null) omitted.set(object.name, why);
      else if (object.subsetOf !== null && offered.has(object.subsetOf)) {
        omitted.set(object.name, `its records are sent with ${object.subsetOf}`);
      }
    }
    const all = new Set([...offered.keys()].filter((name) => !omitted.has(name)));
    if (all.size > 0) return all;
    throw new PlanError('This district sends no object at all in this school year.', 'objects');
  }
  if (request.objects.length === 0) throw new PlanError('Choose at least one object.', 'objects');
  refuseOutsideYear(request.objects, byName, scope);
  const names = new Set<string>();
  for (const name of request.objects) {
    const object = byName.get(name);
    if (!object) throw new PlanError(`There is no object "${name}" in the catalog.`, 'objects');
    const why = whyNotOffered(object, scope);
    if (why === null) names.add(name);
    else omitted.set(name, why);
  }
  if (names.size === 0) {
    const whys = [...omitted].map(([name, why]) => `${name}: ${why}`).join('; ');
    throw new PlanError(`None of the chosen objects is sent by this district (${whys}).`, 'objects');
  }
  return names;
}

function refuseOutsideYear(
  names: readonly string[],
  byName: ReadonlyMap<string, SyncObject>,
  { year }: PlanScope,
): void {
  const refused = names.flatMap((name) => {
    const object = byName.get(name);
    const why = object ? whyNotInYear(object, year) : null;
    return why === null ? [] : [`${name} is ${why}.`];
  });
  if (refused.length > 0) throw new PlanError(refused.join(' '), 'objects');
}

/**
 * What the names bring with them: members of their cycles and, where asked, hard parents of hard
 * parents, stopping at objects the district doesn't send. Those are taken as present, and said in
 * `omitted`.
 */
function closure(
  names: ReadonlySet<string>,
  { byName, offered, scope }: ScopedGround,
  { parents, omitted }: { parents: boolean; omitted: Map<string, string> },
): Set<string> {
  const members = new Map<string, string[]>();
  for (const { name, cycle } of byName.values())
    if (cycle !== null) members.set(cycle, [...(members.get(cycle) ?? []), name]);
  const included = new Set<string>();
  const todo = [...names];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (included.has(name)) continue;
    const object = offered.get(name);
    if (object === undefined) {
      const unsent = byName.get(name);
      if (unsent !== undefined && !omitted.has(name)) omitted.set(name, whyNotOffered(unsent, scope) ?? '');
      continue;
    }
    included.add(name);
    if (object.cycle !== null) todo.push(...(members.get(object.cycle) ?? []));
    if (parents) todo.push(...object.parents, ...optionalBetween(object, offered));
  }
  return included;
}

function refuseSubsetBesideWhole(
  { byName }: PlanGround,
  selected: ReadonlySet<string>,
  requested: ReadonlySet<string>,
): void {
  for (const name of selected) {
    const whole = byName.get(name)?.subsetOf ?? null;
    if (whole === null || !selected.has(whole)) continue;
    const how = requested.has(whole) ? 'was chosen too' : 'is needed by another chosen object';
    throw new PlanError(
      `${name} sends a part of the records of ${whole}, which ${how}: choose one of the two.`,
      'objects',
    );
  }
}
