import { z } from 'zod';
import { zoneOf } from '../../config';
import { scenarios } from '../../domain/resync';
import type { ApiContext } from '../../http/context';
import { ifMatchHeader } from '../../http/if-match';
import { idempotencyHeader } from '../../http/idempotency';
import { period, periodIn } from '../../http/period';
import { canSeeDetails, requireDistrict } from '../../http/require';
import { type AnswerTo, route, type RouteSpec } from '../../http/route';
import { districtParams, pageOf, pageQuery, schoolYearAsked, timeOrder } from '../../http/schemas';
import { listResyncs } from './list';
import { readResync } from './read';
import * as schemas from './schemas';
import { startAskedResync } from './start-asked';
import { resyncStarted } from './started-schemas';
import { headView, redactedView, statusFilter } from './views';
import { requireVisible } from './visibility';

/** What was started: a resync, or the verification that predicts one. */
const idOf = (answer: AnswerTo<typeof resyncStarted>) =>
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
      headers: idempotencyHeader.extend(ifMatchHeader.shape),
      example: { objects: ['School'], scenario: 'OTHER' },
      body: schemas.resyncRequest,
      responses: {
        202: {
          description:
            'Accepted; Location names the resync, or with dryRun the verification that predicts it',
          schema: resyncStarted,
        },
      },
      audit: ({ body, answer }) => ({ ...body, ...(answer && idOf(answer)) }),
      location: (answer) =>
        'resyncId' in answer ? `/resyncs/${answer.resyncId}` : `/verifications/${answer.verificationId}`,
      handler: (call) => startAskedResync(context, call),
    }),
    route({
      operationId: 'listResyncs',
      method: 'get',
      path: '/districts/{district}/resyncs',
      right: 'resyncBatch',
      tag: 'Resyncs',
      summary: 'Resyncs of a district, newest first',
      params: districtParams,
      query: z.strictObject({
        ...pageQuery,
        ...timeOrder,
        status: schemas.shownStatus.optional(),
        schoolYear: schoolYearAsked,
        ...period,
        color: schemas.color.optional().meta({
          description: 'of what has ended; a district finds none of the state’s by it, nor by object',
        }),
        scenario: z.enum(scenarios).optional(),
        object: z.string().max(64).optional().meta({ description: 'that it sent, or part of it' }),
      }),
      responses: { 200: { description: 'A page of resyncs', schema: pageOf(schemas.resyncHead) } },
      handler: async ({ params, query, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        const { status, ...rest } = query;
        const statuses = status === undefined ? {} : statusFilter(principal, status);
        const page = await listResyncs(control, {
          ...{ districtId: district.id, seenBy: principal.level, ...rest, ...statuses },
          ...periodIn(zoneOf(district), rest),
        });
        return { ...page, items: page.items.map((head) => headView(principal, head)) };
      },
    }),
    route({
      operationId: 'showResync',
      method: 'get',
      path: '/resyncs/{id}',
      right: 'resyncBatch',
      showsRecords: 'perhaps',
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
