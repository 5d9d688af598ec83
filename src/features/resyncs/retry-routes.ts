import type { ApiContext } from '../../http/context';
import { idempotencyHeader, idempotencyKeyOf, requesterOf } from '../../http/idempotency';
import { route, type RouteSpec } from '../../http/route';
import { requireRetry, startRetry } from './start-retry';
import { retryAccepted, retryRequest } from './retry-schemas';
import { resyncParams } from './schemas';

/** Sending again just what another resync could not. */
export function retryRoutes(context: ApiContext): RouteSpec[] {
  return [
    route({
      operationId: 'retryResync',
      method: 'post',
      path: '/resyncs/{id}/retry',
      right: 'resyncBatch',
      tag: 'Runs',
      summary: 'Send the records with a stored error again, parents first, in a resync of its own',
      params: resyncParams,
      headers: idempotencyHeader,
      example: { outcomes: ['failed'] },
      body: retryRequest,
      responses: {
        202: { description: 'Accepted; Location names the new resync', schema: retryAccepted },
      },
      audit: ({ body, answer }) => ({ ...body, resyncId: answer?.resyncId }),
      location: ({ resyncId }) => `/resyncs/${resyncId}`,
      handler: async ({ params, body, principal, request }) => {
        const retry = await requireRetry(context, principal, params.id, body);
        const answer = await startRetry(context, retry, {
          ...{ requestedBy: requesterOf(principal), idempotencyKey: idempotencyKeyOf(request) },
        });
        return { ...answer, advice: null, selected: retry.selected, omitted: retry.omitted };
      },
    }),
  ];
}
