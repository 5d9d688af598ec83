import type { DistrictConfig } from '../src/config';
import { readSince } from '../src/features/resyncs/landed-store';
import { countSelected } from '../src/features/resyncs/selection-store';
import type { Catalog } from '../src/domain/catalog';
import { PlanError, type ResyncPlan } from '../src/domain/plan';
import { requireObject } from '../src/domain/catalog';
import type { ResyncRequest } from '../src/domain/resync';
import { selectAround, selectErrors, findRecord } from '../src/editions/selection/select-records';
import { loadMapping } from '../src/editions/mapping/load';
import type { ChoiceJob, Unsearched } from '../src/editions/selection/record-search';
import type { ActivityDependencies } from './dependencies';
import { planRun } from './plan-run';

/** The objects of a run of chosen records, and how many are chosen of each. */
export interface SelectedPlan {
  readonly plan: ResyncPlan;
  readonly selected: ReadonlyMap<string, number>;
}

/** Where records are chosen: the job but for what the request says. */
export type ChoiceGround = Omit<ChoiceJob, 'choiceId' | 'objects'>;

/**
 * Chooses the records of a run and plans exactly the objects that have some (a cycle whole). An
 * object in which nothing could be looked for because its tables don't fit is planned too: it will
 * fail and say why. Safe to repeat: what is chosen stays, and the search goes on where it stopped.
 * @throws PlanError when nothing can be sent
 */
export async function planSelected(
  dependencies: Pick<ActivityDependencies, 'catalog' | 'control'>,
  district: DistrictConfig,
  request: ResyncRequest,
  ground: ChoiceGround,
): Promise<SelectedPlan> {
  const { objects } = await planAll(dependencies, district, request);
  const unsearched = await select(
    dependencies,
    { ...ground, choiceId: request.resyncId, objects: objects.map(({ name }) => name) },
    request,
  );
  const selected = await countSelected(dependencies.control, request.resyncId);
  const names = [...new Set([...selected.keys(), ...unsearched.map(({ object }) => object)])];
  if (names.length === 0)
    throw new PlanError('No record is left to send: the district sends none of these objects.', 'objects');
  const plan = await planRun(dependencies, district, {
    ...request,
    objects: names,
    checkDependencies: false,
  });
  return { plan, selected };
}

/** All that the district sends in a school year, parents first. @throws PlanError */
export function planAll(
  dependencies: Pick<ActivityDependencies, 'catalog' | 'control'>,
  district: DistrictConfig,
  { schoolYear }: Pick<ResyncRequest, 'schoolYear'>,
): Promise<ResyncPlan> {
  return planRun(dependencies, district, { schoolYear, objects: 'all', checkDependencies: false });
}

async function select(
  { control }: Pick<ActivityDependencies, 'control'>,
  job: ChoiceJob,
  run: ResyncRequest,
): Promise<readonly Unsearched[]> {
  const { selected, retryOf: former } = run;
  if (selected !== undefined && 'object' in selected) return selectAsked(job, selected);
  if (selected === undefined || former === undefined)
    throw new PlanError('The request doesn’t say which records are chosen.', 'selected');
  const { landedIn, ...errors } = selected;
  if (landedIn === undefined) return selectErrors(job, { resyncId: former, ...errors });
  const landed = new Map<string, readonly string[]>();
  for (const object of run.objects === 'all' ? [] : run.objects)
    landed.set(object, await readSince(control, { run, former, object }));
  return selectErrors(job, { resyncId: former, ...errors, landed });
}

/** Chooses around one record. @throws PlanError when the district doesn't have it */
export async function selectAsked(
  job: ChoiceJob,
  asked: { readonly object: string; readonly key: readonly string[] },
): Promise<readonly Unsearched[]> {
  const mapping = await loadMapping(job.editions, job.catalog, asked.object);
  const key = await findRecord(job.editions, mapping, job.scope, asked.key);
  if (key !== null) return selectAround(job, { object: asked.object, key });
  throw new PlanError(whyNotFound(job.catalog, asked.object, job.scope.schoolYear), 'key');
}

/** In words, when the district has no record of the key. */
function whyNotFound(catalog: Catalog, name: string, schoolYear: number): string {
  const { label, key, schoolYear: tie } = requireObject(catalog, name);
  const year = tie === null ? '' : ` in the school year ${schoolYear}`;
  return `The district has no ${label} of this key (${key.join(', ')})${year}.`;
}
