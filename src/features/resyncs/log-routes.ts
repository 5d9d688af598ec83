import type { ApiContext } from '../../http/context';
import { route, type RouteSpec } from '../../http/route';
import { runLog } from './log-schemas';
import { readRunLog } from './read-log';
import { resyncParams } from './schemas';
import { requireDetails } from './visibility';

/** GET /resyncs/{id}/log: for everybody who may see the run, not for administrators only. */
export function runLogRoutes({ control }: ApiContext): RouteSpec[] {
  return [
    route({
      operationId: 'showRunLog',
      method: 'get',
      path: '/resyncs/{id}/log',
      right: 'resyncBatch',
      tag: 'Runs',
      summary: 'What happened to a resync: who asked, paused, resumed or cancelled it, what held it, its end',
      params: resyncParams,
      responses: { 200: { description: 'The oldest first', schema: runLog } },
      handler: async ({ params, principal }) => {
        const { resyncId } = await requireDetails(control, principal, params.id);
        return { items: await readRunLog(control, resyncId, principal.level) };
      },
    }),
  ];
}
