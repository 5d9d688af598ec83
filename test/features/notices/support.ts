import request from 'supertest';
import { TemporalCalls } from '../../../src/temporal/calls';
import { startNotices } from '../../../src/features/notices/workflow-client';
import type { DeliveryView } from '../../../src/features/notices/delivery-store';
import { passNotices } from '../../../src/features/notices/dispatch';
import type { ApiWorld } from '../../support/api-world';
import { until } from '../../support/until';

export type Who = keyof ApiWorld['as'];

/** One call of the API. */
export function call(
  world: ApiWorld,
  who: Who,
  method: 'get' | 'post' | 'put' | 'delete',
  path: string,
  body?: object,
) {
  const sent = request(world.app)[method](`/api/v1${path}`).set('Authorization', world.as[who]);
  return body ? sent.send(body) : sent;
}

export interface Registered {
  readonly webhookId: string;
  readonly secret: string;
}

export async function register(
  world: ApiWorld,
  who: Who,
  url: string,
  events?: string[],
): Promise<Registered> {
  const answer = await call(world, who, 'post', '/webhooks', { url, ...(events ? { events } : {}) });
  expect([answer.status, answer.body]).toEqual([201, expect.objectContaining({ url })]);
  return answer.body as Registered;
}

/** Sends one object and follows the run to its end. @returns its id */
export async function runOf(world: ApiWorld, who: Who, body: object = {}): Promise<string> {
  const answer = await call(world, who, 'post', `/districts/${world.here}/resyncs`, {
    objects: ['School'],
    ...body,
  });
  expect(answer.status).toBe(202);
  const { resyncId } = answer.body as { resyncId: string };
  await until('the run ends', async () => {
    const { status } = (await call(world, who, 'get', `/resyncs/${resyncId}`)).body as { status: string };
    return status === 'finished';
  });
  return resyncId;
}

/** What the API does with alerts every half minute, whatever their age. */
export async function pass(world: ApiWorld, now = new Date()): Promise<void> {
  const calls = new TemporalCalls(world.temporal, world.config.temporal.taskQueue);
  await passNotices(world.control, {
    ...{ olderThanSeconds: 0, now },
    startNotices: (group) => startNotices(calls, group),
  });
}

export async function deliveries(world: ApiWorld, who: Who, webhookId: string): Promise<DeliveryView[]> {
  const answer = await call(world, who, 'get', `/webhooks/${webhookId}/deliveries`);
  return (answer.body as { items: DeliveryView[] }).items;
}
