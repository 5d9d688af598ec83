import { z } from 'zod';
import { readResync } from '../resyncs/read';
import { readScopedYears } from '../scoped-year/read';
import { countDistricts } from './district-store';
import { type BoardDistrict, readBoard, readDistrictTotals, type StateRequestBoard } from './read-board';
import {
  closeStateRequest,
  insertStateRequest,
  listStateRequests,
  loadStateRequest,
  type NewRequestDistrict,
} from './store';
import type { Principal } from '../../domain/principal';
import type { DistrictConfig } from '../../config';
import { PlanError, planResync, type PlanScope, planScopeOf } from '../../domain/plan';
import { offeredYears, whyYearNotOffered } from '../../domain/school-year';
import { endedRequestStatuses } from '../../domain/state-request';
import { startStateRequest, tellCancelled } from './workflow-client';
import type { ApiContext } from '../../http/context';
import { sees } from '../../http/require';
import { notFound, Problem } from '../../http/problem';
import { toCsv } from '../../http/csv';
import { idempotencyHeader, idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';
import { route, type RouteSpec, sent } from '../../http/route';
import { pageOf, pageQuery } from '../../http/schemas';
import { resync } from '../resyncs/schemas';
import * as schemas from './schemas';

type Body = z.output<typeof schemas.stateRequestBody>;

/**
 * What the state asks of many districts at once: making it, its board, its report, taking it back.
 */
export function stateRequestRoutes(context: ApiContext): RouteSpec[] {
  const { config, control, temporal } = context;
  const common = { right: 'stateRequest', stateOnly: true, tag: 'State requests' } as const;
  return [
    route({
      ...common,
      operationId: 'createStateRequest',
      method: 'post',
      path: '/state-requests',
      summary: 'Ask districts for a resync; it goes ahead of what waits there',
      headers: idempotencyHeader,
      example: { districts: ['grand-bend'], objects: ['School'], reason: 'Fall membership count.' },
      body: schemas.stateRequestBody,
      responses: {
        202: { description: 'Accepted; Location names it', schema: schemas.stateRequestAccepted },
      },
      audit: ({ body, answer }) => ({
        ...body,
        stateRequestId: answer?.stateRequestId,
      }),
      handler: async ({ body, principal, request, response }) => {
        const window = windowOf(body, config.stateRequests.windowHours);
        const districts = await plannedDistricts(context, principal, body);
        const { districts: _, window: __, schoolYear = null, ...asked } = body;
        const { stateRequestId, created } = await insertStateRequest(control, {
          request: {
            ...asked,
            schoolYear,
            stateRequestId: newResyncId(),
            requestedBy: requesterOf(principal),
          },
          window,
          districts,
          asked: body,
          idempotencyKey: idempotencyKeyOf(request.get('Idempotency-Key')),
        });
        await startStateRequest(temporal, { stateRequestId, summary: describe(body, districts.length) });
        response.location(`/api/v1/state-requests/${stateRequestId}`);
        const { status } = await loadStateRequest(control, stateRequestId);
        return {
          stateRequestId,
          status,
          districts: districts.length,
          notRun: districts.flatMap(({ districtId, problem }) =>
            problem === null ? [] : [{ districtId, why: problem }],
          ),
          replayed: !created,
        };
      },
    }),
    route({
      ...common,
      operationId: 'listStateRequests',
      method: 'get',
      path: '/state-requests',
      summary: 'Requests of the state, the newest first',
      query: z.strictObject(pageQuery),
      responses: { 200: { description: 'A page of requests', schema: pageOf(schemas.stateRequestHead) } },
      handler: async ({ query, principal }) => {
        const page = await listStateRequests(control, { districts: principal.districts, ...query });
        const none = { waiting: 0, queued: 0, running: 0, done: 0, failed: 0, notRun: 0 };
        return {
          ...page,
          items: page.items.map((item) => ({ ...item, counts: { ...none, ...item.counts } })),
        };
      },
    }),
    route({
      ...common,
      operationId: 'showStateRequest',
      method: 'get',
      path: '/state-requests/{id}',
      summary: 'The board: who has finished, who runs, who failed, and the forecast of the end',
      params: schemas.stateRequestParams,
      responses: { 200: { description: 'The board', schema: schemas.board } },
      handler: ({ params, principal }) => boardOf(context, principal, params.id),
    }),
    route({
      ...common,
      operationId: 'showStateRequestDistrict',
      method: 'get',
      path: '/state-requests/{id}/districts/{district}',
      summary: 'One district of a request, with its resync',
      params: schemas.stateRequestDistrictParams,
      responses: {
        200: {
          description: 'The district; its resync is at /resyncs/{resyncId}',
          schema: schemas.boardDistrict.extend({ resync: resync.nullable() }),
        },
      },
      handler: async ({ params, principal }) => {
        const { districts } = await boardOf(context, principal, params.id);
        const district = districts.find(({ districtId }) => districtId === params.district);
        if (!district) throw notFound();
        const { resyncId } = district;
        return { ...district, resync: resyncId === null ? null : await readResync(control, resyncId) };
      },
    }),
    route({
      ...common,
      operationId: 'showStateRequestReport',
      method: 'get',
      path: '/state-requests/{id}/report',
      summary: 'The closing report, or how far it is; format=csv: a line a district',
      params: schemas.stateRequestParams,
      query: z.strictObject({ format: z.enum(['json', 'csv']).default('json') }),
      responses: {
        200: { description: 'The report', schema: schemas.stateRequestReport, sends: 'text/csv' },
      },
      handler: async ({ params, query, principal, response }) => {
        const board = await boardOf(context, principal, params.id);
        const totals = await readDistrictTotals(control, params.id);
        const districts = board.districts.map((district) => {
          const { processed = null, errors = null } = totals.get(district.districtId) ?? {};
          return { ...district, processed, errors };
        });
        if (query.format === 'json')
          return { ...board, closed: endedRequestStatuses.includes(board.status), districts };
        const names = new Map(config.districts.map(({ id, name }) => [id, name]));
        const lines = districts.map((row) => [names.get(row.districtId) ?? '', ...csvCells(row)]);
        response
          .attachment(`state-request-${params.id}.csv`)
          .type('text/csv')
          .send(toCsv([['district', ...csvColumns], ...lines]));
        return sent;
      },
    }),
    route({
      ...common,
      operationId: 'cancelStateRequest',
      method: 'post',
      path: '/state-requests/{id}/cancel',
      summary:
        'Withdraw it from districts that have not begun; runs go on unless they are to be cancelled too',
      params: schemas.stateRequestParams,
      example: { running: 'leave' },
      body: schemas.cancelBody,
      responses: { 200: { description: 'The board', schema: schemas.board } },
      handler: async ({ params, body, principal }) => {
        const { status } = await boardOf(context, principal, params.id);
        if (!(await seesAll(context, principal, params.id)))
          throw new Problem(403, 'This request concerns districts that are not yours.');
        if (endedRequestStatuses.includes(status))
          throw new Problem(409, `The request has ended: ${status}.`);
        const told = await tellCancelled(temporal, params.id, { by: principal.name, ...body });
        // Temporal has never heard of it: nothing was handed over.
        if (!told) {
          const message = `Withdrawn by ${principal.name} before it began.`;
          await closeStateRequest(control, { stateRequestId: params.id, status: 'cancelled', message });
        }
        return boardOf(context, principal, params.id);
      },
    }),
  ];
}

async function boardOf(
  { control }: ApiContext,
  principal: Principal,
  id: string,
): Promise<StateRequestBoard> {
  const board = await readBoard(control, id, principal.districts);
  if (board.districts.length === 0) throw notFound();
  return board;
}

async function seesAll({ control }: ApiContext, principal: Principal, id: string): Promise<boolean> {
  if (principal.districts === null) return true;
  const counts = await countDistricts(control, id);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (await readBoard(control, id, principal.districts)).districts.length === all;
}

/** Longest time between now and a window's end. */
const longestWindowDays = 90;

/** @throws Problem 422 */
function windowOf({ window }: Body, windowHours: number): { from: Date; until: Date } {
  const now = Date.now();
  const from = window?.from === undefined ? new Date(now) : new Date(window.from);
  const until =
    window === undefined ? new Date(from.getTime() + windowHours * 3_600_000) : new Date(window.until);
  const refuse = (detail: string): never => {
    throw new Problem(422, detail, [{ detail, pointer: '#/window/until' }]);
  };
  if (until <= from) refuse('The window ends before it begins.');
  if (until.getTime() <= now) refuse('The window has ended already.');
  if (until.getTime() > now + longestWindowDays * 86_400_000)
    refuse(`A window ends within ${longestWindowDays} days.`);
  return { from, until };
}

/**
 * The districts asked for, each planned: what one doesn't send is no reason to refuse the others.
 * @throws Problem 422 on an unknown district; PlanError on an unknown object, or when no district
 * can carry it out
 */
async function plannedDistricts(
  context: ApiContext,
  principal: Principal,
  body: Body,
): Promise<NewRequestDistrict[]> {
  refuseUnknownObjects(context, body);
  const scopedYears = await readScopedYears(context.control);
  const problems = new Map<string, string | null>();
  let field = 'objects';
  const districts = selectedDistricts(context, principal, body).map((district): NewRequestDistrict => {
    const current = scopedYears.get(district.id) ?? district.schoolYear;
    const { schoolYear = current } = body;
    const years = offeredYears(current, district);
    const year = years.find((offered) => offered.schoolYear === schoolYear);
    if (!year) {
      const problem = whyYearNotOffered(schoolYear, years);
      field = 'schoolYear';
      return { districtId: district.id, schoolYear, problem };
    }
    // A thousand districts have a handful of scopes.
    const scope = planScopeOf(district, year);
    const key = JSON.stringify(scope);
    if (!problems.has(key)) problems.set(key, planProblem(context, body, scope));
    return { districtId: district.id, schoolYear, problem: problems.get(key) ?? null };
  });
  const first = districts[0]?.problem ?? null;
  if (first !== null && districts.every(({ problem }) => problem !== null)) throw new PlanError(first, field);
  return districts;
}

function selectedDistricts(
  { config }: ApiContext,
  principal: Principal,
  { districts }: Body,
): DistrictConfig[] {
  const visible = config.districts.filter(({ id }) => sees(principal, id));
  if (districts === 'all') return visible;
  const byId = new Map(visible.map((district) => [district.id, district]));
  return [...new Set(districts)].map((id, index) => {
    const district = byId.get(id);
    if (district) return district;
    const detail = 'There is no such district.';
    throw new Problem(422, detail, [{ detail, pointer: `#/districts/${index}` }]);
  });
}

function refuseUnknownObjects({ catalog }: ApiContext, { objects }: Body): void {
  if (objects === 'all') return;
  const known = new Set(catalog.objects.map(({ name }) => name));
  const unknown = objects.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new PlanError(`There is no object "${unknown}" in the catalog.`, 'objects');
}

/** Why nothing can be sent in this scope; `null`: it can. */
function planProblem({ catalog }: ApiContext, body: Body, scope: PlanScope): string | null {
  try {
    planResync(catalog, body, scope);
    return null;
  } catch (error) {
    if (error instanceof PlanError) return error.message;
    throw error;
  }
}

/** The line operators see in Temporal Web's list. */
function describe({ objects, scenario }: Body, districts: number): string {
  const what = objects === 'all' ? 'full resyncs' : `resyncs of ${objects.length} object(s)`;
  return `The state asks ${districts} district(s) for ${what}, ${scenario}`;
}

const csvColumns = [
  'districtId',
  'schoolYear',
  'status',
  'color',
  'processed',
  'errors',
  'attempts',
  'handedOverAt',
  'startedAt',
  'endedAt',
  'resyncId',
  'message',
] as const;

function csvCells(
  row: BoardDistrict & { processed: number | null; errors: number | null },
): (string | number)[] {
  return csvColumns.map((column) => row[column] ?? '');
}
