import request from 'supertest';
import { addBlackout } from '../../../src/features/blackouts/store';
import { administrators, apiWorld, type ApiWorld } from '../../support/api-world';
import { withWorker } from '../../support/api-worker';
import { until } from '../../support/until';

let world: ApiWorld;
let as: ApiWorld['as'];
beforeAll(async () => {
  world = await apiWorld();
  as = await administrators(world);
});
afterAll(() => world.close());

type Who = keyof ApiWorld['as'];
const call = (method: 'get' | 'post' | 'put' | 'delete', path: string, who: Who = 'here') =>
  request(world.app)[method](`/api/v1${path}`).set('Authorization', as[who]);
const set = (body: object, who: Who = 'here') =>
  call('post', `/districts/${world.here}/blackouts`, who).send(body);
const schoolHours = {
  kind: 'weekly',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '07:30',
  to: '16:00',
  timezone: 'America/Chicago',
};
const soon = () => ({
  kind: 'dated',
  startsAt: new Date(Date.now() - 1000).toISOString(),
  endsAt: new Date(Date.now() + 3_600_000).toISOString(),
});

const comesTo = (resyncId: string, seen: (resync: Record<string, unknown>) => boolean) =>
  until(
    'the resync stands so',
    async () => (await call('get', `/resyncs/${resyncId}`)).body as Record<string, unknown>,
    seen,
  );

test('a district sets, sees and removes its windows; another district gets 404, a wrong one is refused by field', async () => {
  const added = await set({ rule: schoolHours, note: 'never during school hours' });
  expect([added.status, added.body]).toMatchObject([201, { setBy: 'district', rule: schoolHours }]);
  const { blackoutId } = added.body as { blackoutId: string };
  const list = await call('get', `/districts/${world.here}/blackouts`);
  expect(list.body).toMatchObject({
    items: [{ blackoutId }],
    next: { startsAt: expect.any(String) as string },
  });

  const of = `/districts/${world.here}/blackouts`;
  for (const answer of [await call('get', of, 'other'), await call('delete', `${of}/${blackoutId}`, 'other')])
    expect(answer.status).toBe(404);
  const foreign = await call('delete', `/districts/${world.other}/blackouts/${blackoutId}`, 'other');
  expect(foreign.status).toBe(404);

  const wrong: [object, string][] = [
    [{ ...schoolHours, timezone: 'Mars/Base' }, '#/rule/timezone'],
    [{ ...schoolHours, from: '24:30' }, '#/rule/from'],
    [{ ...schoolHours, days: [] }, '#/rule/days'],
    [{ kind: 'dated', startsAt: '2027-07-01T00:00:00Z', endsAt: '2027-06-01T00:00:00Z' }, '#/rule/endsAt'],
    [{ kind: 'dated', startsAt: '2020-07-01T00:00:00Z', endsAt: '2020-07-02T00:00:00Z' }, '#/rule/endsAt'],
    [
      { ...schoolHours, days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '00:00' },
      '#/rule',
    ],
  ];
  for (const [rule, pointer] of wrong) {
    const answer = await set({ rule });
    expect([answer.status, (answer.body as { errors: { pointer: string }[] }).errors[0]?.pointer]).toEqual([
      422,
      pointer,
    ]);
  }
  expect((await call('delete', `${of}/${blackoutId}`)).status).toBe(200);
  expect((await call('get', of)).body).toEqual({ items: [], next: null });
});

test('a window is changed; what is over, leaves no time, or is the state’s is refused', async () => {
  const { blackoutId } = (await set({ rule: schoolHours, note: 'school' })).body as { blackoutId: string };
  const path = `/districts/${world.here}/blackouts/${blackoutId}`;
  const longer = { ...schoolHours, to: '17:00' };
  const changed = await call('put', path).send({ rule: longer });
  expect([changed.status, changed.body]).toMatchObject([200, { blackoutId, rule: longer, note: null }]);
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  const always = { ...schoolHours, days, from: '00:00', to: '00:00' };
  expect((await call('put', path).send({ rule: always })).status).toBe(422);
  expect((await call('put', path, 'other').send({ rule: longer })).status).toBe(404);
  const ofState = (await set({ rule: schoolHours }, 'state')).body as { blackoutId: string };
  const theirs = `/districts/${world.here}/blackouts/${ofState.blackoutId}`;
  expect((await call('put', theirs).send({ rule: longer })).status).toBe(403);
  for (const [at, who] of [
    [path, 'here'],
    [theirs, 'state'],
  ] as const)
    await call('delete', at, who);
  expect((await call('put', path).send({ rule: longer })).status).toBe(404);
});

test('what the state set, a district sees and cannot remove', async () => {
  const answer = await set({ rule: schoolHours }, 'state');
  const path = `/districts/${world.here}/blackouts`;
  const { blackoutId } = answer.body as { blackoutId: string };
  const seen = (await call('get', path)).body as { items: object[] };
  expect(seen.items).toMatchObject([{ setBy: 'state', createdBy: 'the state' }]);
  expect((await call('delete', `${path}/${blackoutId}`)).status).toBe(403);
  expect((await call('delete', `${path}/${blackoutId}`, 'state')).status).toBe(200);
});

test('a resync asked for in a window says until when it is held; removing the window lets it go on at once', () =>
  withWorker(world, async () => {
    const answer = await set({ rule: soon() });
    const { blackoutId, rule } = answer.body as { blackoutId: string; rule: { endsAt: string } };
    const started = await call('post', `/districts/${world.here}/resyncs`).send({ objects: ['School'] });
    const { resyncId } = started.body as { resyncId: string };
    await comesTo(resyncId, ({ status, heldUntil }) => status === 'running' && heldUntil === rule.endsAt);

    const path = `/districts/${world.here}/resyncs`;
    const states = await call('post', path, 'state').send({ objects: ['School'], scenario: 'STATE_REQUEST' });
    await comesTo((states.body as { resyncId: string }).resyncId, ({ status }) => status === 'ended');

    await call('delete', `/districts/${world.here}/blackouts/${blackoutId}`);
    await comesTo(resyncId, ({ status, heldUntil }) => status === 'finished' && heldUntil === null);
  }));

test('a district has no more windows than a question can lay out', async () => {
  const one = (n: number) => ({
    districtId: world.other,
    setBy: 'district' as const,
    rule: {
      kind: 'dated' as const,
      startsAt: '2030-01-01T00:00:00.000Z',
      endsAt: `2030-01-02T00:00:0${n % 10}.000Z`,
    },
    note: null,
    createdBy: 'test',
  });
  for (let n = 0; n < 50; n++) await addBlackout(world.control, one(n));
  const more = call('post', `/districts/${world.other}/blackouts`, 'other').send({ rule: schoolHours });
  expect((await more).status).toBe(409);
});
