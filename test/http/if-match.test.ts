import request from 'supertest';
import { apiRoutes } from '../../src/app';
import { apiWorld, type ApiWorld } from '../support/api-world';
import { toolRights } from '../../src/domain/rights';
import type { ApiContext } from '../../src/http/context';
import { createToken } from '../../src/features/access/token-store';

/** A condition on what was shown holds where something was shown, and is never passed over. */

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld();
});
afterAll(() => world.close());

/** Where a hash of what is shown exists: what shows it, what does it, and other words for both. */
const shown = [
  {
    what: 'a resync',
    show: (at: ApiWorld) => `/districts/${at.here}/plan`,
    act: (at: ApiWorld) => `/districts/${at.here}/resyncs`,
    words: () => ({ objects: ['Course'] }),
    others: () => ({ objects: ['Room'] }),
    more: { dryRun: true },
  },
  {
    what: 'a request of the state',
    show: () => '/state-requests/plan',
    act: () => '/state-requests',
    words: ({ here }: ApiWorld) => ({ districts: [here], objects: ['Course'] }),
    others: ({ here, other }: ApiWorld) => ({ districts: [here, other], objects: ['Course'] }),
    more: { reason: 'Count day' },
  },
] as const;

const post = (path: string, body: object, ifMatch?: string) => {
  const call = request(world.app).post(`/api/v1${path}`).set('Authorization', world.as.state);
  return (ifMatch === undefined ? call : call.set('If-Match', ifMatch)).send(body);
};

test.each(shown)(
  '$what is what If-Match names, or is refused',
  async ({ show, act, words, others, more }) => {
    const plan = await post(show(world), words(world));
    const etag = plan.headers['etag']!;
    expect([plan.status, etag]).toEqual([200, `"${(plan.body as { planHash: string }).planHash}"`]);
    for (const tag of [etag, `"other", ${etag}`, '*']) {
      const { status } = await post(act(world), { ...words(world), ...more }, tag);
      expect([tag, status]).toEqual([tag, 202]);
    }
    for (const [body, tag] of [
      [others(world), etag],
      [words(world), '"other"'],
      [words(world), `W/${etag}`],
      [words(world), etag.slice(1, -1)],
    ] as const) {
      const answer = await post(act(world), { ...body, ...more }, tag);
      expect([tag, answer.status, answer.body]).toEqual([
        tag,
        412,
        expect.objectContaining({ errors: [expect.objectContaining({ header: 'If-Match' })] }),
      ]);
    }
  },
);

test('an action on many districts is what If-Match names, whatever hash its body has', async () => {
  const verify = (districts: readonly string[]) => ({ action: 'verify', districts, objects: ['Course'] });
  const both = verify([world.here, world.other]);
  const preview = await post('/district-actions/preview', both);
  const { previewHash } = preview.body as { previewHash: string };
  expect(preview.headers['etag']).toBe(`"${previewHash}"`);
  expect((await post('/district-actions', { ...both, previewHash }, '"other"')).status).toBe(412);
  expect((await post('/district-actions', { ...both, previewHash }, `"${previewHash}"`)).status).toBe(202);
});

test('every route without a version refuses If-Match, before it does anything', async () => {
  const everything = { name: 'all', level: 'state', districts: null, rights: toolRights } as const;
  const { token } = await createToken(world.control, everything);
  const routes = apiRoutes({ ...world } as unknown as ApiContext);
  const withVersion: string[] = [];
  const before = await world.control('resync').count({ rows: '*' });
  for (const { method, path, headers } of routes) {
    const at = `/api/v1${path.replace('{district}', world.here).replaceAll(/\{\w+\}/g, '1')}`;
    const answer = await request(world.app)
      [method](at)
      .set('Authorization', `Bearer ${token}`)
      .set('If-Match', '"1"');
    if (headers !== undefined && 'If-Match' in headers.shape) withVersion.push(path);
    else expect([method, path, answer.status]).toEqual([method, path, 412]);
  }
  expect(withVersion.sort()).toEqual([
    '/district-actions',
    '/districts/{district}/resyncs',
    '/districts/{district}/schedules/{id}',
    '/recurring-requests/{id}',
    '/registrations/{district}',
    '/state-requests',
    '/webhooks/{id}',
  ]);
  expect(await world.control('resync').count({ rows: '*' })).toEqual(before);
});
