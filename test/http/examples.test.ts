import request from 'supertest';
import { apiRoutes } from '../../src/app';
import { newSigningKey } from '../../src/config/signing-key';
import { createToken } from '../../src/features/access/token-store';
import { toolRights } from '../../src/domain/rights';
import type { ApiContext } from '../../src/http/context';
import type { RouteSpec } from '../../src/http/route';
import { apiWorld, type ApiWorld } from '../support/api-world';
import { withWorker } from '../support/api-worker';
import { preparations } from './example-worlds';
import { renewThings, requestFor, type Things, thingsOf } from './who-may';

let world: ApiWorld;
let things: Things;
beforeAll(async () => {
  world = await apiWorld({
    limits: { perToken: 100_000 },
    certification: { privateKey: newSigningKey() },
  });
  things = await thingsOf(world);
  // The state's table, whose fields can be given to the state.
  await world.control.raw('CREATE TABLE School (id INT PRIMARY KEY, name VARCHAR(40))');
});
afterAll(() => world.close());

/** Sends a route's example as an administrator of the state with every right. */
async function caller(): Promise<(spec: RouteSpec, things: Things) => request.Test> {
  const { token } = await createToken(world.control, {
    name: 'examples',
    level: 'state',
    districts: null,
    rights: [...toolRights],
  });
  return (spec, about) => {
    const { path, body } = requestFor(spec, world, about);
    const call = request(world.app)[spec.method](path).set('Authorization', `Bearer ${token}`);
    return body ? call.send(body) : call;
  };
}

const isNoDelete = ({ method }: RouteSpec): boolean => method !== 'delete';

function idIn({ body }: request.Response, name: string): string {
  return (body as Record<string, string>)[name] ?? 'none';
}

test(
  'the example of every route is carried out as the document has it',
  () =>
    withWorker(world, async (gate) => {
      const send = await caller();
      const refused: Record<string, unknown> = {};
      const routes = apiRoutes({ ...world } as unknown as ApiContext);
      // What is deleted can't be asked for any more.
      const inOrder = [...routes.filter(isNoDelete), ...routes.filter((spec) => !isNoDelete(spec))];
      for (const spec of inOrder) {
        if (spec.operationId === 'streamResyncEvents') continue;
        await renewThings(world, things);
        const own = await preparations[spec.operationId]?.(world, gate);
        const answer = await send(spec, { ...things, ...own });
        const { status } = answer;
        if (spec.operationId === 'createSchedule')
          things = { ...things, schedule: idIn(answer, 'scheduleId') };
        if (spec.operationId === 'createRecurringRequest')
          things = { ...things, recurringRequest: idIn(answer, 'scheduleId') };
        if (spec.operationId === 'createWebhook') things = { ...things, webhook: idIn(answer, 'webhookId') };
        if (String(status) !== Object.keys(spec.responses)[0]) refused[spec.operationId] = answer.body;
      }
      expect(refused).toEqual({});
    }),
  120_000,
);
