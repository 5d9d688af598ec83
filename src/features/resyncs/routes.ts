import { z } from 'zod';
import { listResyncs } from './list';
import { readResync } from './read';
import { newestVerification } from '../verifications/read';
import { planResync, planScopeOf } from '../../domain/plan';
import { adviseResync, scenarioProblem } from '../../domain/scenario-rules';
import type { ApiContext } from '../../http/context';
import { requireOfferedYear } from '../scoped-year/require';
import { requireDistrict, requireToolRight, canSeeDetails } from '../../http/require';
import { requireVisible } from './visibility';
import { Problem } from '../../http/problem';
import { startDryRun } from '../verifications/start-dry-run';
import { route, type RouteSpec } from '../../http/route';
import { districtParams, pageOf, pageQuery } from '../../http/schemas';
import * as schemas from './schemas';
import { idempotencyHeader, idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';
import { startResync } from './start';
import { whyYearChanged } from '../scoped-year/why-changed';
import { verificationAccepted } from '../verifications/schemas';
import { headView, redactedView, statusFilter } from './views';

type Started = z.output<typeof schemas.accepted> | z.output<typeof verificationAccepted>;

/** What was started: a resync, or the verification that predicts one. */
const idOf = (answer: Started) =>
  'resyncId' in answer ? { resyncId: answer.resyncId } : { verificationId: answer.verificationId };

/** Starting and showing resyncs. */
export function resyncRoutes(context: ApiContext): RouteSpec[] {
  const { config, control } = context;
  return [
    route({
      operationId: 'startResync',
      method: 'post',
      path: '/districts/{district}/resyncs',
      right: 'resyncBatch',
      tag: 'Resyncs',
      summary: 'Start a resync; it waits in the district’s queue when another one runs',
      params: districtParams,
      headers: idempotencyHeader,
      example: { objects: ['School'], scenario: 'OTHER' },
      body: schemas.resyncRequest,
      responses: {
        202: {
          description:
            'Accepted; Location names the resync, or with dryRun the verification that predicts it',
          schema: z.union([schemas.accepted, verificationAccepted]),
        },
      },
      audit: ({ body, answer }) => ({ ...body, ...(answer && idOf(answer)) }),
      handler: async ({ params, body, principal, request, response }) => {
        const district = requireDistrict(config, principal, params.district);
        const year = await requireOfferedYear(context, district, body.schoolYear, {
          pointer: '#/schoolYear',
        });
        if (body.scenario === 'STATE_REQUEST' && principal.level !== 'state') {
          const detail = 'Only the state makes a STATE_REQUEST.';
          throw new Problem(422, detail, [{ detail, pointer: '#/scenario' }]);
        }
        if (body.scenario === 'STATE_REQUEST') requireToolRight(principal, 'stateRequest');
        const problem = scenarioProblem(body.scenario, body.objects, year);
        if (problem) {
          const { why: detail, field } = problem;
          throw new Problem(422, detail, [{ detail, pointer: `#/${field}` }]);
        }
        planResync(context.catalog, body, planScopeOf(district, year));
        if (body.removals === 'apply' && body.scenario === 'STATE_REQUEST') {
          const detail = 'A state’s request reports what is gone; the district’s own resync removes it.';
          throw new Problem(422, detail, [{ detail, pointer: '#/removals' }]);
        }
        const key = idempotencyKeyOf(request.get('Idempotency-Key'));
        if (body.dryRun) {
          const answer = await startDryRun(context, principal, { district, year, body, key });
          response.location(`/api/v1/verifications/${answer.verificationId}`);
          return answer;
        }
        const { removals, dryRun: _, verify, ...asked } = body;
        const answer = await startResync(
          context,
          {
            ...asked,
            ...(removals === 'apply' && { removals }),
            ...(verify !== undefined && { verify }),
            resyncId: newResyncId(),
            districtId: district.id,
            schoolYear: year.schoolYear,
            initiator: body.scenario === 'STATE_REQUEST' ? 'state' : 'district',
            requestedBy: requesterOf(principal),
          },
          {
            idempotencyKey: key,
            refuse: () => whyYearChanged(context, district, year),
          },
        );
        response.location(`/api/v1/resyncs/${answer.resyncId}`);
        const mine = principal.level === 'district' ? { initiator: 'district' as const } : {};
        const of = { districtId: district.id, schoolYear: year.schoolYear, ...mine };
        const newest = await newestVerification(control, of);
        return { ...answer, advice: adviseResync(body.scenario, newest) };
      },
    }),
    route({
      operationId: 'listResyncs',
      method: 'get',
      path: '/districts/{district}/resyncs',
      right: 'resyncBatch',
      tag: 'Resyncs',
      summary: 'Resyncs of a district, the newest first',
      params: districtParams,
      query: z.strictObject({
        ...pageQuery,
        status: schemas.shownStatus.optional(),
        schoolYear: z.coerce.number().int().optional(),
      }),
      responses: { 200: { description: 'A page of resyncs', schema: pageOf(schemas.resyncHead) } },
      handler: async ({ params, query, principal }) => {
        const { id } = requireDistrict(config, principal, params.district);
        const { status, ...rest } = query;
        const statuses = status === undefined ? {} : statusFilter(principal, status);
        const page = await listResyncs(control, { districtId: id, ...rest, ...statuses });
        return { ...page, items: page.items.map((head) => headView(principal, head)) };
      },
    }),
    route({
      operationId: 'showResync',
      method: 'get',
      path: '/resyncs/{id}',
      right: 'resyncBatch',
      tag: 'Resyncs',
      summary: 'A resync with its objects; counts are live while it runs',
      params: schemas.resyncParams,
      responses: { 200: { description: 'The resync', schema: schemas.resync } },
      handler: async ({ params, principal }) => {
        const head = await requireVisible(control, principal, params.id);
        if (canSeeDetails(principal, head)) return readResync(control, params.id, principal.level);
        return redactedView(principal, head);
      },
    }),
  ];
}
