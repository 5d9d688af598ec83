import type { z } from 'zod';
import { type DistrictConfig, zoneOf } from '../../config';
import { planResync, planScopeOf } from '../../domain/plan';
import type { Principal } from '../../domain/principal';
import { scenarioProblem } from '../../domain/scenario-rules';
import type { ScheduledRequest, ScheduleTiming } from '../../domain/schedule';
import type { ApiContext } from '../../http/context';
import { requireVersion, versionOf } from '../../http/if-match';
import { unusable } from '../../http/problem';
import { requireDistrict, requireToolRight } from '../../http/require';
import type { AnswerTo, Asked } from '../../http/route';
import type { districtParams } from '../../http/schemas';
import { requireOfferedYear } from '../scoped-year/require';
import * as schemas from './schemas';
import { requireOwnSchedule } from './require';
import { type AnySchedule, insertSchedule, noteAtTemporal, readPaused, updateSchedule } from './store';
import { createAtTemporal } from './temporal-schedules';
import { scheduleView } from './views';

type Body = z.output<typeof schemas.scheduleRequest>;

/**
 * Stored first, then made at Temporal. When Temporal doesn't answer nobody knows whether it has it:
 * the schedule stays, and the reconciler makes it.
 * @throws Problem 403, 404, 422; PlanError
 */
export async function createSchedule(
  context: ApiContext,
  { params, body, principal }: Asked<{ params: typeof districtParams; body: typeof schemas.scheduleRequest }>,
): Promise<AnswerTo<typeof schemas.schedule>> {
  const { config, control } = context;
  // Before the path is looked up: a refusal must not tell whether the district is there.
  requireRightToFire(principal, body.kind);
  const district = requireDistrict(config, principal, params.district);
  const { name, kind, note = null } = body;
  const stored = await insertSchedule(control, {
    districtId: district.id,
    initiator: principal.level,
    name,
    kind,
    timing: timingOf(body, district),
    request: await requestOf(context, principal, district, body),
    note,
    createdBy: principal.name,
    createdById: principal.principalId,
  });
  await makeAtTemporal(context, stored);
  return scheduleView(context, principal, stored);
}

/**
 * Changes when a schedule fires and what a firing asks for; what it starts stays what it is, and so
 * does whether it is paused. As with a new one, the reconciler finishes what Temporal didn't hear.
 * @throws Problem 403, 404, 422; PlanError
 */
export async function changeSchedule(
  context: ApiContext,
  {
    params,
    body,
    principal,
    request,
  }: Asked<{ params: typeof schemas.scheduleParams; body: typeof schemas.scheduleRequest }>,
): Promise<AnswerTo<typeof schemas.schedule>> {
  const { config, control } = context;
  requireRightToFire(principal, body.kind);
  const district = requireDistrict(config, principal, params.district);
  const before = await requireOwnSchedule(context, principal, params);
  requireVersion(request, versionOf(before));
  if (before.kind !== body.kind)
    throw unusable(`It starts ${before.kind}s: make another schedule for ${body.kind}s.`, {
      pointer: '#/kind',
    });
  const stored = await updateSchedule(control, before, {
    name: body.name,
    timing: timingOf(body, district),
    request: await requestOf(context, principal, district, body),
    note: body.note ?? null,
    createdBy: principal.name,
    createdById: principal.principalId,
  });
  await makeAtTemporal(context, stored);
  return scheduleView(context, principal, stored);
}

/** Has Temporal fire it as it is stored. Safe to repeat. */
export async function makeAtTemporal(
  { control, temporal }: Pick<ApiContext, 'control' | 'temporal'>,
  stored: AnySchedule,
): Promise<void> {
  const pausedWhy = await readPaused(control, stored.scheduleId);
  await temporal.call((client, taskQueue) => createAtTemporal(client, taskQueue, stored, pausedWhy));
  await noteAtTemporal(control, stored);
}

/** @throws Problem 403 without the right to what it would start */
function requireRightToFire(principal: Principal, kind: Body['kind']): void {
  if (kind === 'verification') requireToolRight(principal, 'verificationSummary');
  // Whatever its scenario, what the state makes is a request of the state: it goes ahead of the
  // district's own.
  else if (principal.level === 'state') requireToolRight(principal, 'stateRequest');
}

/**
 * When a schedule fires, as the schema has let it through.
 * @param home whose zone counts where none is given
 */
export function timingOf(body: schemas.TimingGiven, home: Pick<DistrictConfig, 'timezone'>): ScheduleTiming {
  const { timezone = zoneOf(home), jitterMinutes, missed, catchupWindowMinutes } = body;
  const overlap = body.overlap ?? (missed === 'all' ? 'queue' : 'skip');
  // The schema has refused both and neither of cron and calendar.
  return { times: schemas.timesOf(body)!, timezone, jitterMinutes, missed, catchupWindowMinutes, overlap };
}

/**
 * What a firing will ask for, checked against the district as it is now. @throws Problem 422;
 * PlanError
 */
async function requestOf(
  context: ApiContext,
  principal: Principal,
  district: DistrictConfig,
  body: Body,
): Promise<ScheduledRequest> {
  const { kind, objects, checkDependencies } = body;
  const year = await requireOfferedYear(context, district, undefined, { pointer: '#/objects' });
  const planned = () => planResync(context.catalog, body, planScopeOf(district, year));
  if (kind === 'verification') {
    planned();
    return { objects, checkDependencies };
  }
  const scenario = body.scenario ?? (principal.level === 'state' ? 'STATE_REQUEST' : 'OTHER');
  if (scenario === 'STATE_REQUEST' && principal.level !== 'state')
    throw unusable('Only the state can use the scenario STATE_REQUEST.', { pointer: '#/scenario' });
  const lossy = scenarioProblem(scenario, objects, year);
  if (lossy) throw unusable(lossy.why, { pointer: `#/${lossy.field}` });
  planned();
  return { objects, checkDependencies, mode: body.mode ?? 'compare', scenario };
}
