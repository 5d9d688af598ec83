import type { ApiContext } from '../../http/context';
import { ifMatchHeader, tagShown } from '../../http/if-match';
import { idempotencyHeader } from '../../http/idempotency';
import { route, type RouteSpec } from '../../http/route';
import { mediaTypes, sendTable } from '../../http/send-file';
import { cancelStateRequest, cancelStateRequestDistrict } from './cancel';
import { extendStateRequest } from './change';
import { createStateRequest } from './create';
import { sendSignedReport, stateRequestLines, stateRequestReport } from './report';
import { stateRequestPlanView } from './plan-views';
import { requireBoard } from './require';
import * as schemas from './schemas';
import { retryStateRequestDistrict } from './start-again';
import { stateRequestDistrict, stateRequestPage } from './views';

/**
 * What the state asks of many districts at once: making it, its board, its report, taking it back.
 */
export function stateRequestRoutes(context: ApiContext): RouteSpec[] {
  const common = { right: 'stateRequest', stateOnly: true, tag: 'State requests' } as const;
  const ofOne = { ...common, params: schemas.stateRequestParams };
  return [
    route({
      ...common,
      operationId: 'createStateRequest',
      method: 'post',
      path: '/state-requests',
      summary: 'Request a resync of districts; it goes ahead of their own queued resyncs',
      headers: idempotencyHeader.extend(ifMatchHeader.shape),
      example: { districts: ['grand-bend'], objects: ['School'], reason: 'Fall membership count.' },
      body: schemas.stateRequestBody,
      responses: {
        202: { description: 'Accepted; Location names it', schema: schemas.stateRequestAccepted },
      },
      audit: ({ body, answer }) => ({ ...body, stateRequestId: answer?.stateRequestId }),
      location: ({ stateRequestId }) => `/state-requests/${stateRequestId}`,
      handler: (call) => createStateRequest(context, call),
    }),
    route({
      ...common,
      operationId: 'planStateRequest',
      method: 'post',
      path: '/state-requests/plan',
      summary: 'Which districts a request would ask for what, and who can’t; nothing is started',
      example: { districts: ['grand-bend'], objects: ['School'] },
      body: schemas.stateRequestPlanBody,
      responses: { 200: { description: 'The plan', schema: schemas.stateRequestPlan } },
      audit: false,
      handler: async ({ body, principal, response }) =>
        tagShown(response, await stateRequestPlanView(context, principal, body)),
    }),
    route({
      ...common,
      operationId: 'listStateRequests',
      method: 'get',
      path: '/state-requests',
      summary: 'Requests of the state, newest first',
      query: schemas.stateRequestsQuery,
      responses: { 200: { description: 'A page of requests', schema: schemas.stateRequestPage } },
      handler: (call) => stateRequestPage(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'showStateRequest',
      method: 'get',
      path: '/state-requests/{id}',
      summary: 'Progress of a request: every district’s status, and when all are expected to have finished',
      responses: { 200: { description: 'The board', schema: schemas.board } },
      handler: ({ params, principal }) => requireBoard(context, principal, params.id),
    }),
    route({
      ...common,
      operationId: 'showStateRequestDistrict',
      method: 'get',
      path: '/state-requests/{id}/districts/{district}',
      showsRecords: 'perhaps',
      summary: 'One district of a request, with its resync',
      params: schemas.stateRequestDistrictParams,
      responses: {
        200: {
          description: 'The district; its resync is at /resyncs/{resyncId}',
          schema: schemas.stateRequestDistrict,
        },
      },
      handler: (call) => stateRequestDistrict(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'showStateRequestReport',
      method: 'get',
      path: '/state-requests/{id}/report',
      summary:
        'The closing report, or the progress so far; format=csv: one line per district; format=jws: signed, once it is closed',
      query: schemas.reportQuery,
      responses: {
        200: {
          description: 'The report',
          schema: schemas.stateRequestReport,
          sends: [mediaTypes.csv, mediaTypes.xlsx, 'application/jose'],
        },
      },
      handler: async (call) => {
        const { format } = call.query;
        if (format === 'jws') return sendSignedReport(context, call);
        const report = await stateRequestReport(context, call);
        if (format === 'json') return report;
        const name = `state-request-${call.params.id}`;
        return sendTable(call.response, name, format, stateRequestLines(context, report));
      },
    }),
    route({
      ...ofOne,
      operationId: 'extendStateRequest',
      method: 'post',
      path: '/state-requests/{id}/extend',
      summary: 'Move the end of an open request’s window',
      example: { until: '2026-12-31T22:00:00Z' },
      body: schemas.extendBody,
      responses: { 200: { description: 'The board', schema: schemas.board } },
      audit: ({ body }) => ({ ...body }),
      handler: (call) => extendStateRequest(context, call),
    }),
    route({
      ...common,
      operationId: 'cancelStateRequestDistrict',
      method: 'post',
      path: '/state-requests/{id}/districts/{district}/cancel',
      summary: 'Take one district out of a request; the others go on',
      params: schemas.stateRequestDistrictParams,
      example: { running: 'leave' },
      body: schemas.cancelBody,
      responses: { 200: { description: 'The district', schema: schemas.stateRequestDistrict } },
      audit: ({ body }) => ({ ...body }),
      handler: (call) => cancelStateRequestDistrict(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'cancelStateRequest',
      method: 'post',
      path: '/state-requests/{id}/cancel',
      summary:
        'Cancel a request: districts that have not begun are withdrawn; runs go on unless they are cancelled too',
      example: { running: 'leave' },
      body: schemas.cancelBody,
      responses: { 200: { description: 'The board', schema: schemas.board } },
      handler: (call) => cancelStateRequest(context, call),
    }),
    route({
      ...common,
      operationId: 'retryStateRequestDistrict',
      method: 'post',
      path: '/state-requests/{id}/districts/{district}/retry',
      summary: 'Ask one district again that failed or was not done; a request that has ended goes on for it',
      params: schemas.stateRequestDistrictParams,
      example: { until: '2026-12-31T22:00:00Z' },
      body: schemas.districtRetryBody,
      responses: { 200: { description: 'The district', schema: schemas.stateRequestDistrict } },
      audit: ({ body }) => ({ ...body }),
      handler: (call) => retryStateRequestDistrict(context, call),
    }),
  ];
}
