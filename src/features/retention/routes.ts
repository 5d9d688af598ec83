import type { ApiContext } from '../../http/context';
import { route, type RouteSpec } from '../../http/route';
import { retainedKinds } from '../../domain/retention';
import { readPasses } from './pass-store';
import { retentionOf } from './remove-old';
import * as schemas from './schemas';
import { nextRetention } from './temporal-schedules';

const passesShown = 30;

/** GET /retention: what is kept how long, and what was removed. */
export function retentionRoutes({ config, control, temporal, logger }: ApiContext): RouteSpec[] {
  return [
    route({
      operationId: 'showRetention',
      method: 'get',
      path: '/retention',
      right: 'administration',
      stateOnly: true,
      tag: 'About',
      summary: 'How long what is written down is kept, the newest passes and what they removed',
      responses: { 200: { description: 'Kinds in the order of a pass', schema: schemas.retention } },
      handler: async () => {
        const kept = retentionOf(config);
        const next = await temporal
          .call((client, taskQueue) => nextRetention(client, taskQueue), { withinMs: 2_000 })
          .catch(() => {
            logger.info('Temporal did not say when the next pass starts');
            return null;
          });
        return {
          items: retainedKinds.map((kind) => {
            const days = kept[kind];
            return { kind, keptDays: days === 'forever' ? null : days };
          }),
          nextPassAt: next?.toISOString() ?? null,
          passes: await readPasses(control, passesShown),
        };
      },
    }),
  ];
}
