import { MockActivityEnvironment } from '@temporalio/testing';
import request from 'supertest';
import { scheduleActivities } from '../../../activities/scheduled-resync';
import { createToken } from '../../../src/features/access/token-store';
import { setDisabled } from '../../../src/features/access/principal-store';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { keepWorker, withWorker } from '../../support/api-worker';
import { resync, serve, type Served } from '../../support/command-line';
import { until } from '../../support/until';

let world: ApiWorld;
let served: Served;
let endWorker: () => Promise<void>;
beforeAll(async () => {
  world = await apiWorld();
  endWorker = await keepWorker(world);
  served = await serve(world.app, world.as.state);
});
afterAll(async () => {
  served.close();
  await endWorker();
  await world.close();
});

interface Recurring {
  scheduleId: string;
  name: string;
  version: string;
  paused: boolean;
  pauseNote: string | null;
  nextRuns: string[];
  clockChanges: { time: string; effect: string }[];
  request: object;
  lastRuns: {
    scheduledFor: string;
    outcome: string;
    stateRequestId: string | null;
    message: string | null;
  }[];
}
const call = (method: 'get' | 'post' | 'put' | 'delete', path = '', as = world.as.state) =>
  request(world.app)[method](`/api/v1/recurring-requests${path}`).set('Authorization', as);
const nightly = (over: object = {}) => ({
  ...{ name: 'nightly', cron: '0 2 * * *', timezone: 'America/Chicago' },
  ...{ districts: 'all', objects: ['School'], reason: 'Every night.' },
  ...over,
});
async function create(over: object = {}, as = world.as.state): Promise<string> {
  const answer = await call('post', '', as).send(nightly(over));
  expect([answer.status, (answer.body as { detail?: string }).detail]).toEqual([201, undefined]);
  return (answer.body as Recurring).scheduleId;
}
const shown = async (id: string) => (await call('get', `/${id}`)).body as Recurring;
const fired = (id: string, times = 1): Promise<Recurring['lastRuns']> =>
  until(
    'it fired',
    async () => (await shown(id)).lastRuns,
    ({ length }) => length >= times,
  );
/** Once more: by hand it is once for calls of a moment; Temporal tells firings by their second. */
async function trigger(id: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await world.temporal.schedule.getHandle(`schedule:state:${id}`).trigger('ALLOW_ALL');
}
const stateRequest = async (id: string) =>
  (await request(world.app).get(`/api/v1/state-requests/${id}`).set('Authorization', world.as.state))
    .body as {
    status: string;
    districts: { districtId: string }[];
  };
const finished = (id: string) =>
  until('the request ended', async () => (await stateRequest(id)).status === 'finished');

test('a recurring request is made, listed, fires as a request of its own, is paused, resumed and deleted', () =>
  withWorker(world, async () => {
    const id = await create({ note: 'until June' });
    expect((await call('post').send(nightly())).status).toBe(409);
    await until('Temporal has it', async () => (await shown(id)).nextRuns.length > 1);
    const list = (await call('get')).body as { items: Recurring[] };
    expect(list.items.map(({ scheduleId }) => scheduleId)).toEqual([id]);
    expect((await call('post', `/${id}/trigger`)).status).toBe(202);
    const [firing] = await fired(id);
    expect(firing).toMatchObject({ outcome: 'started', message: null });
    await finished(firing!.stateRequestId!);
    expect(await stateRequest(firing!.stateRequestId!)).toMatchObject({
      counts: { done: 2 },
      objects: ['School'],
      reason: 'Every night.',
      requestedBy: `schedule nightly (${id})`,
    });
    const paused = await call('post', `/${id}/pause`).send({ note: 'holidays' });
    expect(paused.body).toMatchObject({ paused: true, pauseNote: 'holidays', nextRuns: [] });
    expect((await call('post', `/${id}/resume`)).body).toMatchObject({ paused: false });
    expect((await call('delete', `/${id}`)).status).toBe(200);
    expect((await call('get', `/${id}`)).status).toBe(404);
    expect((await stateRequest(firing!.stateRequestId!)).status).toBe('finished');
  }));

test('a recurring request is changed in place: it fires at its new times, stays paused, and a second change of the same reading is refused', () =>
  withWorker(world, async () => {
    const id = await create({ name: 'to be changed' });
    const beside = await create({ name: 'beside it' });
    await call('post', `/${id}/pause`).send({});
    const { version } = await shown(id);
    const change = (over: object, tag = version) =>
      call('put', `/${id}`).set('If-Match', `"${tag}"`).send(nightly(over));
    const later = { name: 'changed', cron: '30 4 * * *', timezone: 'UTC', reason: 'Earlier.' };
    const changed = await change(later);
    expect([changed.status, changed.body]).toMatchObject([
      200,
      { scheduleId: id, name: 'changed', paused: true, nextRuns: [], request: { reason: 'Earlier.' } },
    ]);
    expect(changed.headers['etag']).toBe(`"${(changed.body as Recurring).version}"`);
    expect((await change({ ...later, reason: 'Too late.' })).status).toBe(412);
    const now = (await shown(id)).version;
    expect((await change({ ...later, name: 'beside it' }, now)).status).toBe(409);
    expect((await change({ ...later, objects: ['Nonsense'] }, now)).status).toBe(422);
    const resumed = (await call('post', `/${id}/resume`).send({})).body as Recurring;
    expect(resumed).toMatchObject({ request: { reason: 'Earlier.' } });
    expect(resumed.nextRuns[0]).toMatch(/T04:30:00/);
    for (const one of [id, beside]) await call('delete', `/${one}`);
    expect((await change(later, now)).status).toBe(404);
  }));

test('while the request before is open a firing is skipped and says so', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const hour = 3_600_000;
    // Half an hour from its firings: none of its own comes between.
    const last = Math.floor((Date.now() - hour / 2) / 60_000) * 60_000;
    const cron = `${new Date(last).getUTCMinutes()} * * * *`;
    const id = await create({ name: 'hourly', cron, timezone: 'UTC' });
    await world.temporal.schedule.getHandle(`schedule:state:${id}`).backfill({
      ...{ start: new Date(last - 1.5 * hour), end: new Date(last), overlap: 'BUFFER_ALL' },
    });
    const [second, first] = await fired(id, 2);
    expect((await call('post', `/${id}/trigger`)).status).toBe(409);
    expect(second).toMatchObject({
      ...{ outcome: 'skipped', stateRequestId: null },
      message: `The request ${first!.stateRequestId!} of this schedule had not ended.`,
    });
    gate.open();
    await finished(first!.stateRequestId!);
    await call('delete', `/${id}`);
  }));

test('in the night in which the clocks are put back it fires once, in that in which they are put on it says so', () =>
  withWorker(world, async () => {
    const id = await create({ name: 'half past one', cron: '30 1 * * *', overlap: 'queue' });
    // On November 1, 2026 the clocks of Chicago showed 1:30 twice.
    const night = { start: new Date('2026-11-01T06:00:00Z'), end: new Date('2026-11-01T08:00:00Z') };
    await world.temporal.schedule
      .getHandle(`schedule:state:${id}`)
      .backfill({ ...night, overlap: 'BUFFER_ALL' });
    const firings = await fired(id, 2);
    expect(firings.map(({ outcome }) => outcome)).toEqual(['skipped', 'started']);
    expect(firings[0]!.message).toMatch(/^The clocks were put back/);
    // In some weeks of a year there are two such nights ahead.
    expect((await shown(id)).clockChanges[0]).toMatchObject({ time: '01:30', effect: 'twice' });
    await finished(firings[1]!.stateRequestId!);
    await call('delete', `/${id}`);
    const spring = await create({ name: 'half past two', cron: '30 2 * * *' });
    expect((await shown(spring)).clockChanges[0]).toMatchObject({ time: '02:30', effect: 'skipped' });
    await call('delete', `/${spring}`);
  }));

test('a firing that can’t become a request is an alert of the state; a district that is gone is named', () =>
  withWorker(world, async () => {
    const id = await create({ name: 'outdated' });
    const change = async (over: object): Promise<void> => {
      const { request: asked } = (await call('get', `/${id}`)).body as { request: object };
      const stored = { ...asked, objects: ['School'], reach: null, ...over };
      await world
        .control('resyncSchedule')
        .where({ scheduleID: id })
        .update({ request: JSON.stringify(stored) });
      await trigger(id);
    };
    await change({ objects: ['Abolished'] });
    const [refused] = await fired(id);
    expect(refused).toMatchObject({
      outcome: 'refused',
      message: expect.stringContaining('Abolished') as unknown,
    });
    const alerts = await until(
      'an alert says so',
      () => world.control('processAlert').where({ name: 'Recurring Request Refused' }),
      ({ length }) => length > 0,
    );
    expect(alerts).toMatchObject([{ districtID: null, toolRight: 'stateRequest' }]);
    await change({ districts: [world.here, 'gone'] });
    const [partly] = await fired(id, 2);
    expect(partly).toMatchObject({
      outcome: 'started',
      message: 'Not asked, since no longer configured: gone.',
    });
    await finished(partly!.stateRequestId!);
    const { districts } = await stateRequest(partly!.stateRequestId!);
    expect(districts.map(({ districtId }) => districtId)).toEqual([world.here]);
    await call('delete', `/${id}`);
  }));

test('a firing that is repeated asks what it has stored, whatever became of its districts and its maker since', () =>
  withWorker(world, async () => {
    const options = { name: 'left soon', level: 'state' } as const;
    const { token, principalId } = await createToken(world.control, options);
    const id = await create({ name: 'repeated' }, `Bearer ${token}`);
    await call('post', `/${id}/trigger`);
    const [first] = await fired(id);
    await finished(first!.stateRequestId!);
    const { request: asked } = await shown(id);
    await world
      .control('resyncSchedule')
      .where({ scheduleID: id })
      .update({ request: JSON.stringify({ ...asked, districts: ['gone'], reach: null }) });
    await setDisabled(world.control, { principalId, disabled: true });
    const activities = scheduleActivities(world);
    const again = new MockActivityEnvironment({}, { client: world.temporal });
    const { scheduledFor } = first!;
    expect(await again.run(activities.startScheduledResync, { scheduleId: id, scheduledFor })).toMatchObject({
      ...{ outcome: 'started', stateRequestId: first!.stateRequestId },
    });
    expect((await shown(id)).lastRuns).toMatchObject([
      { outcome: 'started', stateRequestId: first!.stateRequestId },
    ]);
    await call('delete', `/${id}`);
  }));

test('who sees some districts asks, sees and stops only there, and without its maker’s rights it is paused', () =>
  withWorker(world, async () => {
    const options = { name: 'region', level: 'state', districts: [world.here] } as const;
    const { token, principalId } = await createToken(world.control, options);
    const region = `Bearer ${token}`;
    const all = await create({ name: 'of all' });
    const own = await create({ name: 'of the region' }, region);
    expect((await call('post', '', region).send(nightly({ districts: [world.other] }))).status).toBe(422);
    for (const [method, path] of [
      ['get', `/${all}`],
      ['post', `/${all}/pause`],
      ['post', `/${all}/trigger`],
      ['delete', `/${all}`],
    ] as const)
      expect([method, path, (await call(method, path, region)).status]).toEqual([method, path, 404]);
    const listed = (await call('get', '', region)).body as { items: Recurring[] };
    expect(listed.items.map(({ scheduleId }) => scheduleId)).toEqual([own]);
    await call('post', `/${own}/trigger`, region);
    const [firing] = await fired(own);
    await finished(firing!.stateRequestId!);
    const { districts } = await stateRequest(firing!.stateRequestId!);
    expect(districts.map(({ districtId }) => districtId)).toEqual([world.here]);
    await setDisabled(world.control, { principalId, disabled: true });
    await trigger(own);
    const why = expect.stringContaining('region, who made it, is disabled') as string;
    expect((await fired(own, 2))[0]).toMatchObject({ outcome: 'refused', message: why });
    await until('it is paused', async () => (await shown(own)).paused);
    for (const id of [all, own]) await call('delete', `/${id}`);
  }));

test.each([
  [{ timezone: 'Chicago' }, '#/timezone'],
  [{ cron: '*/5 * * * *' }, '#/cron'],
  [{ cron: undefined }, '#/cron'],
  [{ missed: 'all', overlap: 'skip' }, '#/missed'],
  [{ objects: ['Nonsense'] }, '#/objects'],
  [{ districts: ['nowhere'] }, '#/districts/0'],
  [{ reason: ' ' }, '#/reason'],
  [{ windowHours: 0 }, '#/windowHours'],
  [{ schoolYear: 2027 }, '#/schoolYear'],
])('one that can’t be kept is refused by field: %j', async (over, pointer) => {
  const answer = await call('post').send(nightly({ name: 'wrong', ...over }));
  const { errors } = answer.body as { errors: { pointer: string }[] };
  expect([answer.status, errors[0]!.pointer]).toEqual([422, pointer]);
});

test('the command line makes, changes, lists, shows, pauses, resumes, triggers and deletes recurring requests', () =>
  withWorker(world, async () => {
    const made = await resync(
      ...['request', 'recurring', 'create', 'counts', '--at', '02:00', '--days', 'sun', '--timezone', 'UTC'],
      ...['--all-districts', '--objects', 'School', '--reason', 'Count day.', '--json'],
    );
    expect([made.code, made.stderr]).toEqual([0, '']);
    const { scheduleId } = JSON.parse(made.stdout) as Recurring;
    const act = (...words: string[]) => resync('request', 'recurring', ...words);
    expect((await act('pause', scheduleId, '--note', 'holidays')).stdout).toContain('paused: holidays');
    expect((await act('list')).stdout).toMatch(/counts +all +paused/);
    const said = ['--at', '03:00', '--timezone', 'UTC', '--reason', 'Both counts.'];
    expect((await act('change', scheduleId, ...said)).code).toBe(0);
    expect(await shown(scheduleId)).toMatchObject({
      ...{ name: 'counts', timing: { times: { calendar: { at: ['03:00'] } } } },
      ...{ paused: true, request: { objects: ['School'], reason: 'Both counts.' } },
    });
    expect((await act('resume', scheduleId)).code).toBe(0);
    expect((await act('trigger', scheduleId)).code).toBe(0);
    const [firing] = await fired(scheduleId);
    await finished(firing!.stateRequestId!);
    expect((await act('show', scheduleId)).stdout).toContain(`started ${firing!.stateRequestId!}`);
    expect((await act('delete', scheduleId)).code).toBe(0);
    expect((await act('show', scheduleId)).code).toBe(7);
    const neither = await act(
      'create',
      'x',
      '--timezone',
      'UTC',
      '--all-districts',
      '--all',
      '--reason',
      'x',
    );
    expect(neither.code).toBe(2);
  }));
