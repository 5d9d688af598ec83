import request from 'supertest';
import { setDisabled } from '../../../src/features/access/principal-store';
import { createToken } from '../../../src/features/access/token-store';
import { noteAtTemporal, readSchedule } from '../../../src/features/schedules/store';
import { administrators, apiWorld, type ApiWorld } from '../../support/api-world';
import { keepWorker, withWorker } from '../../support/api-worker';
import { until } from '../../support/until';

let world: ApiWorld;
let endWorker: () => Promise<void>;
let as: ApiWorld['as'];
beforeAll(async () => {
  world = await apiWorld();
  endWorker = await keepWorker(world);
  as = await administrators(world);
});
afterAll(async () => {
  await endWorker();
  await world.close();
});

type Who = keyof ApiWorld['as'];
interface Schedule {
  scheduleId: string;
  paused: boolean;
  nextRuns: { at: string; heldUntil: string | null }[];
  lastRuns: {
    scheduledFor: string;
    outcome: string;
    resyncId: string | null;
    verificationId: string | null;
    message: string | null;
  }[];
  filledIn?: string[];
}
const call = (method: 'get' | 'post' | 'put' | 'delete', path: string, who: Who = 'here') =>
  request(world.app)[method](`/api/v1${path}`).set('Authorization', as[who]);
const of = (district: string, tail = '') => `/districts/${district}/schedules${tail}`;
const nightly = (over: object = {}) => ({
  name: 'nightly',
  cron: '0 2 * * *',
  timezone: 'America/Chicago',
  objects: ['School'],
  ...over,
});
async function create(over: object = {}, who: Who = 'here'): Promise<Schedule> {
  const answer = await call('post', of(world.here), who).send(nightly(over));
  expect([answer.status, (answer.body as { detail?: string }).detail]).toEqual([201, undefined]);
  return answer.body as Schedule;
}
const comesTo = (scheduleId: string, seen: (schedule: Schedule) => boolean): Promise<Schedule> =>
  until(
    'the schedule stands so',
    async () => (await call('get', of(world.here, `/${scheduleId}`), 'state')).body as Schedule,
    seen,
  );
const finished = (path: string) =>
  until(
    'it has finished',
    async () => (await call('get', path)).body as { status: string },
    ({ status }) => status === 'finished',
  );

test('a schedule is created once, triggered, gives a resync of its own that runs, is paused, resumed and deleted', () =>
  withWorker(world, async () => {
    const { scheduleId } = await create({ jitterMinutes: 10, note: 'before school' });
    expect((await call('post', of(world.here)).send(nightly())).status).toBe(409);
    const { nextRuns } = await comesTo(scheduleId, (schedule) => schedule.nextRuns.length > 1);
    expect(Date.parse(nextRuns[0]!.at)).toBeGreaterThan(Date.now());
    const list = (await call('get', of(world.here))).body as { items: Schedule[] };
    expect(list.items.map((item) => item.scheduleId)).toEqual([scheduleId]);

    expect((await call('post', of(world.here, `/${scheduleId}/trigger`))).status).toBe(202);
    const { lastRuns } = await comesTo(scheduleId, (schedule) => schedule.lastRuns.length === 1);
    expect(lastRuns).toMatchObject([{ outcome: 'started', message: null }]);
    const path = `/resyncs/${lastRuns[0]!.resyncId!}`;
    await finished(path);
    const expected = { status: 'finished', schoolYear: 2027, initiator: 'district', objects: ['School'] };
    expect((await call('get', path)).body).toMatchObject(expected);

    const paused = await call('post', of(world.here, `/${scheduleId}/pause`)).send({ note: 'tests week' });
    expect(paused.body).toMatchObject({ paused: true, pauseNote: 'tests week', nextRuns: [] });
    const resumed = await call('post', of(world.here, `/${scheduleId}/resume`));
    expect(resumed.body).toMatchObject({ paused: false });
    expect((await call('delete', of(world.here, `/${scheduleId}`))).status).toBe(200);
    expect((await call('get', of(world.here, `/${scheduleId}`))).status).toBe(404);
    expect((await call('get', path)).status).toBe(200);
  }));

test('a schedule of verifications starts verifications, needs their right, and has neither mode nor scenario', () =>
  withWorker(world, async () => {
    const kind = 'verification';
    const { scheduleId } = await create({ kind, name: 'weekly comparison', objects: 'all' });
    expect((await call('post', of(world.here, `/${scheduleId}/trigger`))).status).toBe(202);
    const { lastRuns } = await comesTo(scheduleId, (schedule) => schedule.lastRuns.length === 1);
    expect(lastRuns).toMatchObject([{ outcome: 'started', resyncId: null, message: null }]);
    const { verificationId } = lastRuns[0]!;
    await finished(`/verifications/${verificationId!}`);
    const expected = { kind, requestedBy: `schedule weekly comparison (${scheduleId})`, schoolYear: 2027 };
    expect((await call('get', `/verifications/${verificationId!}`)).body).toMatchObject(expected);
    expect((await call('delete', of(world.here, `/${scheduleId}`))).status).toBe(200);

    for (const over of [{ mode: 'everything' }, { scenario: 'OTHER' }]) {
      const answer = await call('post', of(world.here)).send(nightly({ kind, ...over }));
      const [[field]] = Object.entries(over) as [[string, string]];
      expect([answer.status, JSON.stringify(answer.body)]).toEqual([
        422,
        expect.stringContaining(`#/${field}`),
      ]);
    }
    const rights = ['resyncBatch'] as const;
    const { token } = await createToken(world.control, {
      ...{ name: 'no verifications', level: 'district', districts: [world.here], rights },
    });
    const refused = await request(world.app)
      .post(`/api/v1${of(world.here)}`)
      .set('Authorization', `Bearer ${token}`)
      .send(nightly({ kind }));
    expect(refused.status).toBe(403);
  }));

test('a schedule is changed: it fires at its new times with the rights of who changed it, and stays paused', () =>
  withWorker(world, async () => {
    const { scheduleId } = await create({ name: 'to be changed' });
    const beside = await create({ name: 'beside it' });
    const path = of(world.here, `/${scheduleId}`);
    await call('post', `${path}/pause`).send({});
    const change = (over: object, who: Who = 'here') => call('put', path, who).send(nightly(over));
    const later = { name: 'changed', cron: '30 4 * * *', timezone: 'UTC' };
    const changed = await change(later);
    expect([changed.status, changed.body]).toMatchObject([
      200,
      { scheduleId, name: 'changed', paused: true, nextRuns: [], timing: { timezone: 'UTC' } },
    ]);
    const resumed = (await call('post', `${path}/resume`).send({})).body as Schedule;
    expect(resumed.nextRuns[0]!.at).toMatch(/T04:30:00/);
    const { version } = changed.body as { version: string };
    const named = (tag: string) => change({ ...later, note: 'read before' }).set('If-Match', `"${tag}"`);
    expect([(await named(version)).status, (await named(version)).status]).toEqual([200, 412]);
    expect((await change({ name: 'beside it' })).status).toBe(409);
    expect((await change({ ...later, kind: 'verification' })).status).toBe(422);
    expect((await change(later, 'other')).status).toBe(404);
    for (const id of [scheduleId, beside.scheduleId]) await call('delete', of(world.here, `/${id}`));
    expect((await change(later)).status).toBe(404);
  }));

test('of two changes that reach Temporal in the other order, what it has counts only where it is what is stored', () =>
  withWorker(world, async () => {
    const { scheduleId } = await create({ name: 'changed by two' });
    const { control } = world;
    const timing = async () => (await readSchedule(control, scheduleId))!.timing;
    const known = async () =>
      (await control('resyncSchedule').where({ scheduleID: scheduleId, atTemporal: true })).length === 1;
    const first = await timing();
    const path = of(world.here, `/${scheduleId}`);
    await call('put', path).send(nightly({ name: 'changed by two', cron: '30 4 * * *' }));
    expect(await known()).toBe(true);
    await noteAtTemporal(control, { scheduleId, timing: first });
    expect(await known()).toBe(false);
    await noteAtTemporal(control, { scheduleId, timing: await timing() });
    expect(await known()).toBe(true);
    await call('delete', path);
  }));

test('another district sees none of it and changes none of it', async () => {
  const { scheduleId } = await create({ name: 'mine' });
  expect((await call('get', of(world.here), 'other')).status).toBe(404);
  for (const district of [world.here, world.other]) {
    for (const action of ['pause', 'resume', 'trigger', 'backfill']) {
      const body = action === 'backfill' ? { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' } : {};
      const answer = await call('post', of(district, `/${scheduleId}/${action}`), 'other').send(body);
      expect([district, action, answer.status]).toEqual([district, action, 404]);
    }
    expect((await call('get', of(district, `/${scheduleId}`), 'other')).status).toBe(404);
    expect((await call('delete', of(district, `/${scheduleId}`), 'other')).status).toBe(404);
  }
  expect((await call('delete', of(world.here, `/${scheduleId}`))).status).toBe(200);
});

test('a district sees that the state has a schedule, but neither what it sends nor can it stop it', async () => {
  const over = { name: 'state nightly Course', objects: ['Course'], note: 'Course only' };
  const { scheduleId } = await create(over, 'state');
  const mine = await create({ name: 'state nightly Course' });
  const seen = await call('get', of(world.here, `/${scheduleId}`));
  const hidden = {
    initiator: 'state',
    name: 'A schedule of the state',
    request: null,
    timing: null,
    note: null,
    lastRuns: [],
  };
  expect(seen.body).toMatchObject(hidden);
  const list = (await call('get', of(world.here))).body as { items: Schedule[] };
  const listed = list.items.find((item) => item.scheduleId === scheduleId);
  expect(listed).toMatchObject(hidden);
  expect(JSON.stringify([seen.body, listed])).not.toContain('Course');
  const path = of(world.here, `/${scheduleId}`);
  expect((await call('put', path, 'state').send(nightly({ ...over, note: 'Again' }))).status).toBe(200);
  const { version } = seen.body as { version: string };
  expect((await call('get', path)).body).toMatchObject({ ...hidden, version });
  for (const action of ['pause', 'resume', 'trigger']) {
    expect((await call('post', of(world.here, `/${scheduleId}/${action}`))).status).toBe(403);
  }
  expect((await call('delete', of(world.here, `/${scheduleId}`))).status).toBe(403);
  expect((await call('post', of(world.here, `/${scheduleId}/pause`), 'state')).status).toBe(200);
  for (const id of [scheduleId, mine.scheduleId]) {
    expect((await call('delete', of(world.here, `/${id}`), 'state')).status).toBe(200);
  }
});

test('while its resync before runs a firing is skipped and says so; a firing filled in twice is one resync', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const hour = 3_600_000;
    // Half an hour from its firings: none of its own comes between.
    const last = Math.floor((Date.now() - hour / 2) / 60_000) * 60_000;
    const cron = `${new Date(last).getUTCMinutes()} * * * *`;
    const { scheduleId } = await create({ name: 'hourly', cron, timezone: 'UTC' });
    const period = (hours: number) => ({
      from: new Date(last - hours * hour + hour / 2).toISOString(),
      to: new Date(last + 1000).toISOString(),
    });
    const fill = (hours: number) =>
      call('post', of(world.here, `/${scheduleId}/backfill`)).send(period(hours));
    const answer = await fill(2);
    expect([answer.status, (answer.body as Schedule).filledIn?.length]).toEqual([202, 2]);
    const { lastRuns } = await comesTo(scheduleId, (schedule) => schedule.lastRuns.length === 2);
    expect(lastRuns.map(({ outcome }) => outcome)).toEqual(['skipped', 'started']);
    const { resyncId } = lastRuns[1]!;
    expect(lastRuns[0]!.message).toBe(`The resync ${resyncId!} of this schedule had not ended.`);
    expect((await call('post', of(world.here, `/${scheduleId}/trigger`))).status).toBe(409);
    gate.open();
    await finished(`/resyncs/${resyncId!}`);
    await fill(2);
    const again = await comesTo(scheduleId, ({ lastRuns: [newest] }) => newest!.outcome === 'started');
    expect(again.lastRuns[1]).toMatchObject({ outcome: 'started', resyncId });
    const stored = await world.control('resync').where('resyncID', 'like', `%s${scheduleId}`);
    expect(stored).toHaveLength(2);
    expect((await fill(24)).body).toMatchObject({ errors: [{ pointer: '#/from' }] });
    await call('delete', of(world.here, `/${scheduleId}`));
  }));

test('a firing that can’t become a resync is an alert, not silence', () =>
  withWorker(world, async () => {
    const { scheduleId } = await create({ name: 'outdated' });
    const outdated = { objects: ['Abolished'], checkDependencies: true, mode: 'compare', scenario: 'OTHER' };
    await world
      .control('resyncSchedule')
      .where({ scheduleID: scheduleId })
      .update({ request: JSON.stringify(outdated) });
    await call('post', of(world.here, `/${scheduleId}/trigger`));
    const { lastRuns } = await comesTo(scheduleId, (schedule) => schedule.lastRuns.length === 1);
    expect(lastRuns).toMatchObject([{ outcome: 'refused', resyncId: null }]);
    expect(lastRuns[0]!.message).toContain('Abolished');
    const alerts = await until(
      'an alert says so',
      () => world.control('processAlert').where({ name: 'Scheduled Resync Refused' }),
      ({ length }) => length > 0,
    );
    expect(alerts).toMatchObject([{ districtID: world.here, toolRight: 'resyncBatch' }]);
    await call('delete', of(world.here, `/${scheduleId}`));
  }));

test('the answer says when the next firing falls into a blackout window', async () => {
  const window = await call('post', `/districts/${world.here}/blackouts`).send({
    rule: {
      kind: 'weekly',
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      from: '01:30',
      to: '03:00',
      timezone: 'UTC',
    },
  });
  const { scheduleId } = await create({ name: 'in the window', timezone: 'UTC' });
  const { nextRuns } = await comesTo(scheduleId, (schedule) => schedule.nextRuns.length > 0);
  expect(Date.parse(nextRuns[0]!.heldUntil!) - Date.parse(nextRuns[0]!.at)).toBe(3_600_000);
  await call('delete', of(world.here, `/${scheduleId}`));
  await call(
    'delete',
    `/districts/${world.here}/blackouts/${(window.body as { blackoutId: string }).blackoutId}`,
  );
});

test.each([
  [{ timezone: 'Chicago' }, '#/timezone'],
  [{ cron: '*/5 * * * *' }, '#/cron'],
  [{ cron: '0 25 * * *' }, '#/cron'],
  [{ cron: '0 2 1 * mon' }, '#/cron'],
  [{ cron: '@every 1s' }, '#/cron'],
  [{ cron: undefined }, '#/cron'],
  [{ cron: '0 2 30 2 *' }, '#/cron'],
  [{ cron: '0 2 31 4,6,9,11 *' }, '#/cron'],
  [{ cron: undefined, calendar: { at: ['02:00'], daysOfMonth: [30, 31], months: [2] } }, '#/calendar'],
  [{ timezone: 'us/central' }, '#/timezone'],
  [{ timezone: 'Us/Central' }, '#/timezone'],
  [{ name: 'a\u0000b' }, '#/name'],
  [{ name: 'a\u202eb' }, '#/name'],
  [{ name: '\ud800' }, '#/name'],
  [{ note: 'a\u0007b' }, '#/note'],
  [{ cron: undefined, calendar: { at: ['02:00', '02:10'] } }, '#/calendar'],
  [{ cron: '0 * * * *', jitterMinutes: 60 }, '#/jitterMinutes'],
  [{ missed: 'all', overlap: 'skip' }, '#/missed'],
  [{ objects: ['Nonsense'] }, '#/objects'],
  [{ scenario: 'STATE_REQUEST' }, '#/scenario'],
  [{ kind: 'nonsense' }, '#/kind'],
  [{ scenario: 'END_OF_YEAR' }, '#/objects'],
])('a schedule that can’t be kept is refused by field: %j', async (over, pointer) => {
  const answer = await call('post', of(world.here)).send(nightly({ name: 'wrong', ...over }));
  const { errors } = answer.body as { errors: { pointer: string }[] };
  expect([answer.status, errors[0]!.pointer]).toEqual([422, pointer]);
});

test.each([
  ['america/NEW_york', 'America/New_York'],
  ['US/Central', 'US/Central'],
  ['America/Indiana/Indianapolis', 'America/Indiana/Indianapolis'],
  ['Etc/GMT+5', 'Etc/GMT+5'],
  ['EST', 'EST'],
  ['utc', 'UTC'],
])('the time zone %s is told to Temporal as %s, which minds capitals', async (timezone, kept) => {
  const made = await create({ name: 'zone', timezone, cron: '0 2 29 2 *' });
  expect(made).toMatchObject({ timing: { timezone: kept } });
  const { nextRuns } = await comesTo(made.scheduleId, (schedule) => schedule.nextRuns.length > 0);
  expect(nextRuns[0]!.at).toMatch(/^20\d\d-02-29T/);
  await call('delete', of(world.here, `/${made.scheduleId}`));
});

test('an owner has no more schedules in a district than 20; a calendar works as cron does', async () => {
  const made: Schedule[] = [];
  // A whole day ahead: today's first time may have passed.
  const day = new Date(Date.now() + 48 * 3_600_000);
  const daysOfWeek = [['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][day.getUTCDay()]];
  const calendar = { at: ['02:00', '22:30'], daysOfWeek, months: [day.getUTCMonth() + 1] };
  for (let n = 0; n < 20; n++)
    made.push(await create({ name: `n${n}`, cron: undefined, calendar, timezone: 'UTC' }));
  const { nextRuns } = await comesTo(made[0]!.scheduleId, (schedule) => schedule.nextRuns.length > 1);
  expect(Date.parse(nextRuns[1]!.at) - Date.parse(nextRuns[0]!.at)).toBe(20.5 * 3_600_000);
  expect((await call('post', of(world.here)).send(nightly({ name: 'n20' }))).status).toBe(409);
  for (const { scheduleId } of made) await call('delete', of(world.here, `/${scheduleId}`));
});

test('a schedule fires with its maker’s rights of that moment: without them it is paused, and says so', () =>
  withWorker(world, async () => {
    const rights = ['resyncBatch'] as const;
    const options = { name: 'maker', level: 'district', districts: [world.other], rights } as const;
    const { token, principalId } = await createToken(world.control, options);
    const made = await request(world.app)
      .post(`/api/v1${of(world.other)}`)
      .set('Authorization', `Bearer ${token}`)
      .send(nightly());
    const { scheduleId } = made.body as Schedule;
    const path = of(world.other, `/${scheduleId}`);
    await setDisabled(world.control, { principalId, disabled: true });
    expect((await call('post', `${path}/trigger`, 'other')).status).toBe(202);
    const seen = await until(
      'it has fired and is paused',
      async () => (await call('get', path, 'other')).body as Schedule,
      ({ lastRuns, paused }) => lastRuns.length > 0 && paused,
    );
    const why = expect.stringContaining('maker, who made it, is disabled') as string;
    expect(seen).toMatchObject({
      paused: true,
      pauseNote: why,
      lastRuns: [{ outcome: 'refused', resyncId: null, message: why }],
    });
    await call('delete', path, 'other');
  }));
