import type { ApiContext } from '../../http/context';
import { ifVersionHeader, tagVersion } from '../../http/if-match';
import { route, type RouteSpec } from '../../http/route';
import { pauseRequest } from '../schedules/schemas';
import { deleteRecurring, pauseOrResumeRecurring, triggerRecurring } from './change';
import { changeRecurringRequest, createRecurringRequest } from './create';
import { requireRecurring } from './require';
import * as schemas from './schemas';
import { recurringRequestsOf, recurringRequestView } from './views';

/** What the state asks of its districts again and again. */
export function recurringRequestRoutes(context: ApiContext): RouteSpec[] {
  const common = { right: 'stateRequest', stateOnly: true, tag: 'State requests' } as const;
  const ofOne = { ...common, params: schemas.recurringRequestParams };
  const ok = { 200: { description: 'The recurring request', schema: schemas.recurringRequest } };
  return [
    route({
      ...common,
      operationId: 'createRecurringRequest',
      method: 'post',
      path: '/recurring-requests',
      summary: 'Have a request made again and again; each firing asks as a request of its own',
      example: {
        ...{ name: 'Leap days', cron: '0 2 29 2 *', timezone: 'America/Chicago' },
        ...{ districts: 'all', objects: ['School'], reason: 'Count of leap days.' },
      },
      body: schemas.recurringRequestBody,
      audit: ({ body, answer }) => ({ ...body, scheduleId: answer?.scheduleId }),
      responses: { 201: { description: 'It; Location names it', schema: schemas.recurringRequest } },
      location: ({ scheduleId }) => `/recurring-requests/${scheduleId}`,
      handler: (call) => createRecurringRequest(context, call),
    }),
    route({
      ...common,
      operationId: 'listRecurringRequests',
      method: 'get',
      path: '/recurring-requests',
      summary: 'Recurring requests of which the caller sees all districts, by name',
      responses: { 200: { description: 'At most 20', schema: schemas.recurringRequests } },
      handler: ({ principal }) => recurringRequestsOf(context, principal),
    }),
    route({
      ...ofOne,
      operationId: 'showRecurringRequest',
      method: 'get',
      path: '/recurring-requests/{id}',
      summary: 'A recurring request with its next firings and what came of the last',
      responses: ok,
      handler: async ({ params, principal }) =>
        recurringRequestView(context, await requireRecurring(context, principal, params.id)),
    }),
    route({
      ...ofOne,
      operationId: 'changeRecurringRequest',
      method: 'put',
      path: '/recurring-requests/{id}',
      summary: 'Change when it fires and what it asks for; the requests it made stay',
      headers: ifVersionHeader,
      example: {
        ...{ name: 'Leap days', cron: '0 3 29 2 *', timezone: 'America/Chicago' },
        ...{ districts: 'all', objects: ['School'], reason: 'Count of leap days.' },
      },
      body: schemas.recurringRequestBody,
      audit: ({ body }) => body,
      responses: ok,
      handler: async (call) => tagVersion(call.response, await changeRecurringRequest(context, call)),
    }),
    ...(['pause', 'resume'] as const).map((action) =>
      route({
        ...ofOne,
        operationId: `${action}RecurringRequest`,
        method: 'post',
        path: `/recurring-requests/{id}/${action}`,
        summary:
          action === 'pause'
            ? 'Pause a recurring request: it does not fire until it is resumed'
            : 'Resume a recurring request; firings missed meanwhile are not made up',
        example: { note: 'Maintenance' },
        body: pauseRequest,
        audit: ({ body }) => body,
        responses: ok,
        handler: (call) => pauseOrResumeRecurring(context, action, call),
      }),
    ),
    route({
      ...ofOne,
      operationId: 'triggerRecurringRequest',
      method: 'post',
      path: '/recurring-requests/{id}/trigger',
      summary: 'Fire it now, even while it is paused; lastRuns names the request a moment later',
      responses: { 202: { description: 'The recurring request', schema: schemas.triggeredRequest } },
      handler: (call) => triggerRecurring(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'deleteRecurringRequest',
      method: 'delete',
      path: '/recurring-requests/{id}',
      summary: 'Delete a recurring request; the requests it made stay',
      responses: { 200: { description: 'It as it was', schema: schemas.recurringRequest } },
      handler: (call) => deleteRecurring(context, call),
    }),
  ];
}
