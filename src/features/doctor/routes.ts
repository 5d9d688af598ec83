import { z } from 'zod';
import { checkDeployment } from '../../doctor/check-deployment';
import { redacted } from '../../doctor/redact';
import type { ApiContext } from '../../http/context';
import { fewAtATime } from '../../http/few-at-a-time';
import { requireDistrict, sees } from '../../http/require';
import { route, type RouteSpec } from '../../http/route';
import { readTaskQueues } from '../../temporal/task-queues';
import { findings, taskQueues } from './schemas';

/** GET /doctor, GET /workers: what an administrator of the state asks before asking operators. */
export function doctorRoutes(context: ApiContext): RouteSpec[] {
  const { config, catalog, temporal } = context;
  const oneAtATime = fewAtATime(1);
  return [
    route({
      operationId: 'checkDeployment',
      method: 'get',
      path: '/doctor',
      right: 'administration',
      stateOnly: true,
      tag: 'About',
      summary: 'Databases, their settings, rights and clocks, and Temporal, with what to do',
      query: z.strictObject({ district: z.string().optional() }),
      responses: {
        200: {
          description: 'What was checked, without hosts, accounts and files',
          schema: findings,
        },
      },
      handler: ({ query, principal }) =>
        oneAtATime(principal, async () => {
          const districts =
            query.district === undefined
              ? config.districts.filter(({ id }) => sees(principal, id))
              : [requireDistrict(config, principal, query.district)];
          const items = redacted(await checkDeployment({ ...config, districts }, catalog), config);
          return { checkedAt: new Date().toISOString(), items };
        }),
    }),
    route({
      operationId: 'listWorkers',
      method: 'get',
      path: '/workers',
      right: 'administration',
      stateOnly: true,
      tag: 'About',
      summary: 'Worker processes by task queue, and what waits for them',
      responses: {
        200: { description: 'The task queues', schema: taskQueues },
      },
      handler: async () => {
        const queues = await temporal.call((client, name) => readTaskQueues(client, name));
        return { items: queues.map(({ pollers, ...queue }) => ({ ...queue, workers: pollers })) };
      },
    }),
  ];
}
