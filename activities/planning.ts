import { closeEmptyObjects } from '../src/features/resyncs/object-store';
import { noteObjects, planObjects } from '../src/features/resyncs/planned-objects';
import { takeLease } from '../src/features/resyncs/lease';
import { type CutObject, saveRanges } from '../src/features/resyncs/range-store';
import { cutSelected } from '../src/features/resyncs/selection-store';
import { beginResync, loadResync } from '../src/features/resyncs/store';
import { type Catalog, requireObject } from '../src/domain/catalog';
import { ownerOfTable } from '../src/domain/field-ownership';
import type { PlannedObject } from '../src/domain/plan';
import type { ResyncRequest } from '../src/domain/resync';
import { isSharedTable, whyNotExtra } from '../src/domain/shared-tables';
import { coverNothing, cutRanges, hasFewerThan, withoutBound } from '../src/editions/transfer/bounds';
import { refuseLostTable } from './lost-table';
import { DatabaseError } from '../src/editions/connection/errors';
import { keyOrderOf } from '../src/editions/mapping/key-order';
import { keptForbidden } from '../src/editions/mapping/forbidden';
import { keptShapes } from '../src/editions/columns/kept-shapes';
import { preflight } from '../src/editions/mapping/preflight';
import { orderByTriggers, type TriggeredObject, type TriggerPlan } from '../src/domain/trigger-order';
import { hiddenTriggers, stateTriggers } from '../src/editions/mapping/triggers';
import type { ActivityDependencies } from './dependencies';
import { noteSchoolNames } from './school-names';
import { planSelected } from './selected-plan';
import { planRun } from './plan-run';
import type { PreparedObject, PreparedPlan } from './contracts';
import type { DistrictEditions } from './district-editions';
import { catalogOf } from './district-catalog';
import { activity } from './activity';
import { worksForState } from './lanes';
import { settleLeftCycles } from './left-cycles';

/** An object with fewer records is sent together with others. */
const smallRecords = 5_000;
/** Objects whose bounds are read at the same time. */
const preparedAtOnce = 4;

/** What the plan found of an object. */
interface Preparation {
  readonly object: TriggeredObject;
  /** `null`: it has a problem instead. */
  readonly cut: (CutObject & { readonly small: boolean }) | null;
  readonly problem: string | null;
  /** Neither edition has a record of it. */
  readonly nothing: boolean;
}

/** The first step of a run. */
export function planActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;
  return {
    /**
     * Selects the records where only some are sent, takes the lease of the district's school year,
     * plans, and freezes every object's upper key bound and ranges, children first, before anything
     * is read: a record created during the run is out of bounds instead of an orphan
     * (docs/data-path.md). What other runs left of a cycle is settled before.
     * Safe to repeat: nothing has been sent before it returns, and what it writes it replaces.
     * An object whose tables don't fit carries its problem; the others go on. One without any
     * record is closed at once: with many such objects an activity for each would be most of a run.
     */
    preparePlan: activity(async ({ signal, note }, request: ResyncRequest): Promise<PreparedPlan> => {
      const { resyncId, districtId, schoolYear, initiator } = request;
      if (initiator === 'state') worksForState();
      const district = editions.district(districtId);
      const scope = editions.scope(districtId, schoolYear);
      const catalog = await catalogOf(dependencies, districtId);
      const ground = { catalog, scope, signal, districtLoadCeiling: config.copy.districtLoadCeiling };
      const { plan, selected } =
        request.selection === undefined
          ? { plan: await planRun({ catalog, control }, district, request), selected: null }
          : await editions.use(request, async (pools) =>
              // Which record was asked for doesn't stand in the workflow's history.
              planSelected({ catalog, control }, district, (await loadResync(control, resyncId)).request, {
                ...ground,
                editions: pools,
                onObject: (object) => note({ choosing: object }),
              }),
            );
      signal.throwIfAborted();
      const holder = { districtId, schoolYear, resyncId };
      const epoch = await takeLease(control, holder, { ofOpenRun: true, unlessPreempted: true });
      await settleLeftCycles(dependencies, editions, { request, epoch, signal });
      const effects = await editions.use(request, (pools) => stateTriggers(pools.state, { fresh: true }));
      const hidden = await editions.use(request, (pools) => hiddenTriggers(pools.state));
      const { objects: triggered, notes } = orderByTriggers(catalog, plan.objects, effects);
      // A run of selected records says nothing of an object's other records.
      const ordered: readonly TriggeredObject[] =
        selected === null ? triggered : triggered.map(({ changedBy: _, ...object }) => object);
      await planObjects(control, {
        resyncId,
        districtId,
        schoolYear,
        objects: ordered.map(({ name }) => name),
        selected,
        shrunkPercent: request.acceptShrunk === true ? null : config.safety.shrunkPercent,
      });
      await noteObjects(control, resyncId, notesOf(catalog, ordered, { scope, request, notes, hidden }));

      const readShape = keptShapes(`${resyncId} ${epoch}`);
      const forbidden = keptForbidden(`${resyncId} ${epoch}`);
      const prepare = async (object: TriggeredObject): Promise<Preparation> => {
        signal.throwIfAborted();
        note({ preparing: object.name });
        try {
          const cut = await editions.use(request, async (pools) => {
            const mapping = await preflight(pools, catalog, object.name, scope, readShape, forbidden);
            await noteSchoolNames({ control }, pools, { districtId, mapping, scope });
            // With removals it is asked about before anything goes.
            if (selected === null && request.removals !== 'apply' && request.acceptShrunk !== true)
              await refuseLostTable(control, pools, { resyncId, mapping, scope });
            const { rangeRecords } = config.copy;
            const small =
              selected === null &&
              (await hasFewerThan(pools, mapping, scope, Math.min(smallRecords, rangeRecords)));
            const cut =
              selected === null
                ? await cutRanges(pools, mapping, scope, { rangeRecords, fewer: small })
                : await cutSelected(control, { resyncId, object: object.name, rangeRecords });
            const ranges = object.changedBy === undefined ? cut : withoutBound(cut);
            return { ranges, small, keyOrder: keyOrderOf(mapping.districtKey) };
          });
          // What is written with checks off is looked at once more after its whole cycle.
          // What triggers fill is looked at when they have.
          const closes = selected === null && object.cycle === null && object.changedBy === undefined;
          return { object, cut, problem: null, nothing: closes && coverNothing(cut.ranges) };
        } catch (error) {
          const problem = problemOf(object.name, error);
          if (problem === null) throw error;
          return { object, cut: null, problem, nothing: false };
        }
      };
      const prepared: Preparation[] = [];
      for (const objects of inUnrelatedGroups([...ordered].reverse(), preparedAtOnce))
        prepared.unshift(...(await Promise.all(objects.map(prepare))).reverse());
      const cuts = prepared.flatMap(({ object, cut }) => (cut === null ? [] : [[object.name, cut] as const]));
      const ranges = await saveRanges(control, { resyncId, cuts: new Map(cuts) });
      const closed = await closeEmptyObjects(control, {
        resyncId,
        objects: prepared.filter(({ nothing }) => nothing).map(({ object }) => object.name),
      });
      const names = ordered.map(({ name }) => name);
      const objects = prepared.map(({ object, cut, problem }): PreparedObject => ({
        ...object,
        ranges: ranges.get(object.name) ?? 0,
        problem,
        ...(cut?.small && stopsAboveOf(catalog, object.name).length === 0 && { small: true as const }),
        ...stopsAbove(catalog, object.name),
        ...(closed.has(object.name) && { empty: true as const }),
        ...stateFieldsOf(catalog, object.name, names),
      }));
      await beginResync(control, resyncId);
      return { epoch, rangesInFlight: config.copy.rangesInFlight, objects };
    }),
  };
}

/**
 * What one object's tables can do to its plan, and only to its own. `null`: it says nothing of the
 * object, as when a database is away.
 */
function problemOf(object: string, error: unknown): string | null {
  if (error instanceof DatabaseError)
    return ['configuration', 'record', 'shrink'].includes(error.errorClass) ? error.message : null;
  const ours = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
  return ours
    ? `${object} can't be planned: an unexpected ${error.name}. Report it with the schema of its tables.`
    : null;
}

/** What a person has to know of the objects of a run, by name. */
function notesOf(
  catalog: Catalog,
  objects: readonly PlannedObject[],
  {
    scope,
    request,
    notes,
    hidden,
  }: {
    readonly scope: { readonly sharesState: boolean; readonly splitByYear: boolean };
    readonly request: ResyncRequest;
    readonly notes: TriggerPlan['notes'];
    readonly hidden: string | null;
  },
): Map<string, string> {
  const shared =
    request.removals === 'apply'
      ? objects
          .map(({ name }) => requireObject(catalog, name))
          .filter((object) => isSharedTable(object, scope))
          .map((object) => [object.name, `Nothing is removed. ${whyNotExtra(object, scope)}`] as const)
      : [];
  const found = new Map<string, string>();
  const first = hidden === null ? [] : objects.slice(0, 1).map(({ name }) => [name, hidden] as const);
  for (const [object, note] of [...first, ...shared, ...notes.map((one) => [one.object, one.note] as const)])
    found.set(object, [found.get(object), note].filter((text) => text !== undefined).join(' '));
  return found;
}

function stopsAboveOf(catalog: Catalog, name: string): NonNullable<PreparedObject['stopsAbove']> {
  return requireObject(catalog, name).references.flatMap(({ object: parent, onParentErrors: gate }) =>
    typeof gate === 'object' ? [{ parent, percent: gate.stopAbovePercent }] : [],
  );
}

function stopsAbove(catalog: Catalog, name: string): Pick<PreparedObject, 'stopsAbove'> {
  const stops = stopsAboveOf(catalog, name);
  return stops.length > 0 ? { stopsAbove: stops } : {};
}

/** Settled once for a table, with the object that has it where the plan has both. */
function stateFieldsOf(
  catalog: Catalog,
  name: string,
  planned: readonly string[],
): Pick<PreparedObject, 'stateFields'> {
  const { name: owner, stateOwnedColumns } = ownerOfTable(catalog, requireObject(catalog, name));
  if (stateOwnedColumns.length === 0 || (owner !== name && planned.includes(owner))) return {};
  return { stateFields: owner };
}

/**
 * Neighbors of which none is a parent of another, in their order, `most` at most in a group: bounds
 * of a parent are read after those of what hangs below it.
 */
function inUnrelatedGroups(objects: readonly PlannedObject[], most: number): PlannedObject[][] {
  const groups: PlannedObject[][] = [];
  for (const object of objects) {
    const last = groups.at(-1);
    if (last && last.length < most && !last.some(({ after }) => after.includes(object.name)))
      last.push(object);
    else groups.push([object]);
  }
  return groups;
}
