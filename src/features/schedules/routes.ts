import { z } from 'zod';
import { windowAt } from '../blackouts/windows';
import { rulesFor } from '../blackouts/store';
import {
  insertSchedule,
  lastFirings,
  listSchedules,
  openRunOf,
  readSchedule,
  removeSchedule,
  type StoredSchedule,
} from './store';
import type { Principal } from '../../domain/principal';
import type { ScheduledRequest } from '../../domain/schedule';
import type { DistrictConfig } from '../../config';
import { planResync, planScopeOf } from '../../domain/plan';
import { scenarioProblem } from '../../domain/scenario-rules';
import { maxQueuedResyncs } from '../../../workflows/messages';
import type { ApiContext } from '../../http/context';
import { requireOfferedYear } from '../scoped-year/require';
import { requireDistrict, requireToolRight, canSeeDetails } from '../../http/require';
import { notFound, Problem } from '../../http/problem';
import { type AnswerTo, route, type RouteSpec } from '../../http/route';
import * as schemas from './schemas';
import { districtParams } from '../../http/schemas';
import {
  acts,
  backfill,
  createAtTemporal,
  type Standing,
  standingOf,
  timesBetween,
} from './temporal-schedules';

/** Longest period filled in at once. */
const maxBackfillDays = 31;
const scheduleParams = districtParams.extend({ id: z.string().max(32) });
const missing =
  'Temporal does not have this schedule (its creation broke off, or it was deleted there): delete it and create it again.';

/**
 * Recurring resyncs and verifications. What the state made for a district is the state's: the
 * district sees that it is there, no more.
 */
export function scheduleRoutes(context: ApiContext): RouteSpec[] {
  const { config, control, temporal } = context;

  const view = async (
    principal: Principal,
    stored: StoredSchedule,
  ): Promise<AnswerTo<typeof schemas.schedule>> => {
    const standing = await temporal.call((client) => standingOf(client, stored));
    const nextRuns = await nextRunsOf(context, stored, standing);
    const { paused = null, note: pauseNote = null } = standing ?? {};
    const { request, timing, ...rest } = stored;
    const common = { ...rest, paused, nextRuns, problem: standing ? null : missing };
    if (!canSeeDetails(principal, stored)) {
      const hidden = { timing: null, request: null, note: null, pauseNote: null, lastRuns: [] };
      return { ...common, ...hidden, name: 'A schedule of the state', createdBy: 'the state' };
    }
    const lastRuns = await lastFirings(control, stored.scheduleId);
    return {
      ...common,
      timing,
      request,
      pauseNote,
      lastRuns,
    };
  };

  /** @throws Problem 404; 403 when it is the state's and the caller isn't */
  const mine = async (
    principal: Principal,
    params: { district: string; id: string },
  ): Promise<StoredSchedule> => {
    const stored = await visible(principal, params);
    if (!canSeeDetails(principal, stored))
      throw new Problem(403, 'A schedule that the state made is the state’s to change.');
    return stored;
  };
  /** @throws Problem 404 */
  const visible = async (
    principal: Principal,
    params: { district: string; id: string },
  ): Promise<StoredSchedule> => {
    const { id: districtId } = requireDistrict(config, principal, params.district);
    const stored = await readSchedule(control, params.id);
    if (stored?.districtId !== districtId) throw notFound();
    return stored;
  };
  const ok = { 200: { description: 'The schedule', schema: schemas.schedule } };
  const base = { right: 'resyncBatch', tag: 'Schedules', params: scheduleParams } as const;

  const pauseOrResume = (['pause', 'resume'] as const).map((action) =>
    route({
      ...base,
      operationId: `${action}Schedule`,
      method: 'post',
      path: `/districts/{district}/schedules/{id}/${action}`,
      summary:
        action === 'pause' ? 'Fire no more until resumed' : 'Fire again; what was missed meanwhile stays so',
      example: { note: 'Maintenance' },
      body: schemas.pauseRequest,
      audit: ({ body }) => body,
      responses: ok,
      handler: async ({ params, body, principal }) => {
        const stored = await mine(principal, params);
        const note = body.note ?? `${action}d by ${principal.name}`;
        orMissing(await temporal.call((client) => acts[action](client, stored, note)));
        return view(principal, stored);
      },
    }),
  );

  return [
    route({
      ...base,
      operationId: 'createSchedule',
      method: 'post',
      path: '/districts/{district}/schedules',
      summary:
        'Make a schedule; each firing becomes a resync, or a verification, of the scoped year of that time',
      params: districtParams,
      example: { name: 'Leap days', objects: 'all', cron: '0 2 29 2 *', timezone: 'America/Chicago' },
      body: schemas.scheduleRequest,
      audit: ({ body, answer }) => ({ ...body, scheduleId: answer?.scheduleId }),
      responses: { 201: { description: 'The schedule; Location names it', schema: schemas.schedule } },
      handler: async ({ params, body, principal, response }) => {
        // Before the path is looked up: a refusal must not tell whether the district is there.
        requireRightToFire(principal, body.kind);
        const district = requireDistrict(config, principal, params.district);
        const request = await requestOf(context, principal, district, body);
        const { name, kind, note = null } = body;
        const { timezone, jitterMinutes, missed, catchupWindowMinutes } = body;
        const overlap = body.overlap ?? (missed === 'all' ? 'queue' : 'skip');
        const stored = await insertSchedule(control, {
          districtId: district.id,
          initiator: principal.level,
          name,
          kind,
          timing: {
            times: schemas.timesOf(body)!,
            timezone,
            jitterMinutes,
            missed,
            catchupWindowMinutes,
            overlap,
          },
          request,
          note,
          createdBy: principal.name,
        });
        try {
          await temporal.call((client, taskQueue) => createAtTemporal(client, taskQueue, stored));
        } catch (error) {
          await removeSchedule(control, stored.scheduleId);
          throw error;
        }
        response.location(`/api/v1/districts/${district.id}/schedules/${stored.scheduleId}`);
        return view(principal, stored);
      },
    }),
    route({
      ...base,
      operationId: 'listSchedules',
      method: 'get',
      path: '/districts/{district}/schedules',
      summary: 'Schedules of a district, by name',
      params: districtParams,
      responses: {
        200: { description: 'At most 40', schema: z.object({ items: z.array(schemas.schedule) }) },
      },
      handler: async ({ params, principal }) => {
        const { id } = requireDistrict(config, principal, params.district);
        const all = await listSchedules(control, id);
        return { items: await Promise.all(all.map((stored) => view(principal, stored))) };
      },
    }),
    route({
      ...base,
      operationId: 'showSchedule',
      method: 'get',
      path: '/districts/{district}/schedules/{id}',
      summary: 'A schedule with its next and last runs',
      responses: ok,
      handler: async ({ params, principal }) => view(principal, await visible(principal, params)),
    }),
    ...pauseOrResume,
    route({
      ...base,
      operationId: 'triggerSchedule',
      method: 'post',
      path: '/districts/{district}/schedules/{id}/trigger',
      summary: 'Fire now, also while it is paused; lastRuns names what it started a moment later',
      responses: { 202: { description: 'The schedule', schema: schemas.schedule } },
      handler: async ({ params, principal }) => {
        const stored = await mine(principal, params);
        const open = stored.timing.overlap === 'skip' ? await openRunOf(control, stored) : null;
        if (open !== null) throw new Problem(409, `The ${open} of this schedule has not ended.`);
        orMissing(await temporal.call((client) => acts.trigger(client, stored)));
        return view(principal, stored);
      },
    }),
    route({
      ...base,
      operationId: 'backfillSchedule',
      method: 'post',
      path: '/districts/{district}/schedules/{id}/backfill',
      summary: 'Fire for the times of a past period that it missed',
      example: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
      body: schemas.backfillRequest,
      audit: ({ body }) => body,
      responses: { 202: { description: 'The schedule, and what it fires for', schema: schemas.backfilled } },
      handler: async ({ params, body, principal }) => {
        const stored = await mine(principal, params);
        const period = { from: new Date(body.from), to: new Date(body.to) };
        const days = (period.to.getTime() - period.from.getTime()) / 86_400_000;
        if (days <= 0 || period.to.getTime() > Date.now())
          throw refused('Has to be after "from", and past.', '#/to');
        if (days > maxBackfillDays) throw refused(`At most ${maxBackfillDays} days before "to".`, '#/from');
        const filledIn = await temporal.call(async (client) => {
          const times = await timesBetween(client, stored, period);
          if (times === null) throw new Problem(409, missing);
          if (times.length > maxQueuedResyncs) {
            throw refused(
              `It fired ${times.length} times since; at most ${maxQueuedResyncs} fit into the queue.`,
              '#/from',
            );
          }
          if (times.length > 0) orMissing(await backfill(client, stored, period));
          return times.map((at) => at.toISOString());
        });
        return { ...(await view(principal, stored)), filledIn };
      },
    }),
    route({
      ...base,
      operationId: 'deleteSchedule',
      method: 'delete',
      path: '/districts/{district}/schedules/{id}',
      summary: 'Fire never again; what it started stays',
      responses: { 200: { description: 'The schedule as it was', schema: schemas.schedule } },
      handler: async ({ params, principal }) => {
        const stored = await mine(principal, params);
        const before = await view(principal, stored);
        await temporal.call((client) => acts.delete(client, stored));
        await removeSchedule(control, stored.scheduleId);
        return before;
      },
    }),
  ];
}

/** @throws Problem 403 without the right to what it would start */
function requireRightToFire(
  principal: Principal,
  kind: z.output<typeof schemas.scheduleRequest>['kind'],
): void {
  if (kind === 'verification') requireToolRight(principal, 'verificationSummary');
  // Whatever its scenario, what the state makes is a request of the state: it goes ahead of the
  // district's own.
  else if (principal.level === 'state') requireToolRight(principal, 'stateRequest');
}

/**
 * What a firing will ask for, checked against the district as it is now. @throws Problem 422;
 * PlanError
 */
async function requestOf(
  context: ApiContext,
  principal: Principal,
  district: DistrictConfig,
  body: z.output<typeof schemas.scheduleRequest>,
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
    throw refused('Only the state makes a STATE_REQUEST.', '#/scenario');
  const lossy = scenarioProblem(scenario, objects, year);
  if (lossy) throw refused(lossy.why, `#/${lossy.field}`);
  planned();
  return { objects, checkDependencies, mode: body.mode ?? 'compare', scenario };
}

function orMissing(done: boolean): void {
  if (!done) throw new Problem(409, missing);
}

function refused(detail: string, pointer: string): Problem {
  return new Problem(422, detail, [{ detail, pointer }]);
}

/** When it fires next, and until when the run then waits because a blackout window holds it. */
async function nextRunsOf(
  { control }: ApiContext,
  { districtId, initiator }: StoredSchedule,
  standing: Standing | null,
): Promise<{ at: string; heldUntil: string | null }[]> {
  if (!standing || standing.nextRuns.length === 0) return [];
  const rules = await rulesFor(control, { districtId, initiator });
  return standing.nextRuns.map((at) => ({
    at: at.toISOString(),
    heldUntil: windowAt(rules, at.getTime())?.endsAt ?? null,
  }));
}
