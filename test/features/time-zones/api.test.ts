import request from 'supertest';
import { newSigningKey } from '../../../src/config/signing-key';
import { dayAfter, dayIn, wallTime } from '../../../src/domain/local-day';
import { postAlert } from '../../../src/features/alerts/post';
import { postReminder } from '../../../src/features/district-actions/reminder';
import { ensureRetentionSchedule, nextRetention } from '../../../src/features/retention/temporal-schedules';
import { postEndOfYearAlerts } from '../../../src/features/year-end/due-alerts';
import { administrators, apiWorld, type ApiWorld } from '../../support/api-world';

/** 25 hours apart: whenever the test runs, the two are on different days. */
const east = 'Pacific/Kiritimati';
const west = 'Pacific/Pago_Pago';
const ofState = 'America/New_York';

let world: ApiWorld;
let as: ApiWorld['as'];
let third: string;
beforeAll(async () => {
  world = await apiWorld({
    zones: { state: ofState, here: east, other: west },
    more: [{}],
    scenarios: { schoolYearStart: '08-15' },
    certification: { privateKey: newSigningKey() },
  });
  as = await administrators(world);
  third = world.config.districts[2]!.id;
});
afterAll(() => world.close());

type Method = 'get' | 'post' | 'put';
const call = (method: Method, path: string, body?: object) =>
  request(world.app)[method](`/api/v1${path}`).set('Authorization', as.state).send(body);
const alertsOf = async (name: string, query = '') =>
  ((await call('get', `/alerts?limit=500${query}`)).body as { items: Alert[] }).items.filter(
    (alert) => alert.name === name,
  );
interface Alert {
  readonly name: string;
  readonly districtId: string;
  readonly text: string;
  readonly dueAt: string | null;
}

test('a district without a time zone of its own is in the state’s', async () => {
  const { items } = (await call('get', '/districts')).body as { items: { timezone: string }[] };
  expect(items.map(({ timezone }) => timezone)).toEqual([east, west, ofState]);
});

test('the year is over at each district’s own midnight, on the day that the state has set', async () => {
  const { control, config } = world;
  const at = (now: string) =>
    postEndOfYearAlerts(control, config.districts, { ...config.scenarios, now: new Date(now) });
  const states = async () =>
    Object.fromEntries(
      (await alertsOf('End-of-year Resync Due'))
        .reverse()
        .map(({ districtId, text, dueAt }) => [districtId, [/overdue|due/.exec(text)?.[0], dueAt]]),
    );
  expect(await at('2027-07-15T10:00:00Z')).toBe(1);
  expect(await at('2027-08-14T10:00:00Z')).toBe(3);
  expect(await states()).toEqual({
    [world.here]: ['overdue', '2027-08-14T10:00:00.000Z'],
    [world.other]: ['due', '2027-08-15T11:00:00.000Z'],
    [third]: ['due', '2027-08-15T04:00:00.000Z'],
  });
  // Each week anew, from midnight to midnight: clocks may be set in between.
  await at('2027-08-21T09:59:00Z');
  expect(await alertsOf('End-of-year Resync Due', `&district=${world.here}`)).toHaveLength(2);
  await at('2027-08-21T10:00:00Z');
  expect(await alertsOf('End-of-year Resync Due', `&district=${world.here}`)).toHaveLength(3);
});

test('a history that became shorter says so by the district’s day', async () => {
  const gone = { resyncID: 'gone', districtID: world.here, endedAt: '2026-02-03 12:00:00' };
  await world.control('removedResync').insert(gone);
  const { notKept } = (await call('get', `/districts/${world.here}/records/School/7/history`)).body as {
    notKept: { text: string };
  };
  expect(notKept.text).toContain('up to 2026-02-04 did');
});

test('a start-of-year resync is due by the end of a day of the district, which is shown as that day', async () => {
  for (const [id, timezone] of [
    [world.here, east],
    [world.other, west],
  ] as const) {
    const path = `/districts/${id}/scoped-year`;
    const switched = await call('put', path, { schoolYear: 2028, override: { reason: 'Test.' } });
    const { switches, startOfYear } = switched.body as {
      switches: { switchedAt: string }[];
      startOfYear: { dueOn: string; dueAt: string };
    };
    const dueOn = dayAfter(dayIn(timezone, switches[0]!.switchedAt), 14);
    expect(startOfYear.dueOn).toBe(dueOn);
    expect(wallTime(startOfYear.dueAt, timezone)).toBe(`${dueOn} 23:59:59`);
  }
});

test('the state reminds once a day of the district, not of UTC', async () => {
  const due = { what: 'startOfYear', by: '2026-06-01' } as const;
  const remind = (now: string) =>
    postReminder(world.control, {
      ...{ districtId: world.here, schoolYear: 2027, due, timezone: east },
      now: new Date(now),
    });
  const reminders = async () =>
    (await world.control('processAlert').where({ name: 'Reminder of the State' })).length;
  await remind('2026-06-02T09:00:00Z');
  await remind('2026-06-01T10:00:00Z');
  expect(await reminders()).toBe(1);
  await remind('2026-06-02T10:00:00Z');
  expect(await reminders()).toBe(2);
});

test('a reporting date is one that has begun at the district', async () => {
  const today = dayIn(east, new Date());
  const certify = (district: string) =>
    call('post', '/certifications', { district, reportingDate: today, name: 'Count' });
  expect((await certify(world.here)).status).toBe(202);
  const refused = await certify(world.other);
  expect([refused.status, refused.body]).toMatchObject([
    422,
    {
      detail: expect.stringContaining(`has not come yet at the district, where it is`) as string,
      errors: [{ pointer: '#/reportingDate' }],
    },
  ]);
  const districts = [third, world.other];
  const preview = await call('post', '/district-actions/preview', { action: 'certify', districts });
  const { previewHash } = preview.body as { previewHash: string };
  const many = await call('post', '/district-actions', {
    ...{ action: 'certify', districts, previewHash, reportingDate: today, name: 'Count' },
  });
  expect([many.status, many.body]).toMatchObject([422, { errors: [{ pointer: '#/reportingDate' }] }]);
});

test('schedules and weekly windows go by the district’s clocks unless another zone is given', async () => {
  const schedule = { name: 'nightly', objects: ['School'], calendar: { at: ['02:30'] } };
  const zones: unknown[] = [];
  for (const id of [world.here, third]) {
    const made = await call('post', `/districts/${id}/schedules`, schedule);
    const { timing, clockChanges } = made.body as {
      timing: { timezone: string };
      clockChanges: { effect: string }[];
    };
    zones.push([timing.timezone, clockChanges.map(({ effect }) => effect)]);
  }
  // The night on which clocks skip 02:30 is said where there is one.
  expect(zones).toEqual([
    [east, []],
    [ofState, ['skipped']],
  ]);
  const rule = { kind: 'weekly', days: ['mon'], from: '07:00', to: '08:00' };
  const windows = [
    await call('post', `/districts/${world.here}/blackouts`, { rule }),
    await call('post', `/districts/${world.here}/blackouts`, { rule: { ...rule, timezone: west } }),
  ];
  expect(windows.map(({ body }) => (body as { rule: { timezone: string } }).rule.timezone)).toEqual([
    east,
    west,
  ]);
});

test('lists by day take the days of the district that is asked about, else the state’s', async () => {
  const { control } = world;
  const post = async (alertKey: string, postedAt: string) => {
    await postAlert(control, {
      ...{ alertKey, category: 'x', name: 'Dated', text: alertKey, districtId: world.here },
      right: 'resyncBatch',
    });
    await control('processAlert').where({ alertKey }).update({ postedAt });
  };
  await post('before', '2026-05-04 09:59:59.999');
  await post('first', '2026-05-04 10:00:00');
  await post('last', '2026-05-05 09:59:59.999');
  await post('after', '2026-05-05 10:00:00');
  const texts = async (query: string) => (await alertsOf('Dated', query)).map(({ text }) => text);
  const day = '&from=2026-05-05&to=2026-05-05';
  expect(await texts(`${day}&district=${world.here}`)).toEqual(['last', 'first']);
  // In New York that day begins at 04:00 UTC.
  expect(await texts(day)).toEqual(['after', 'last']);
});

test('retention has its time of day by the state’s clocks', async () => {
  const { temporal, config } = world;
  const { taskQueue } = config.temporal;
  const retention = { ...config.retention, at: '03:45' };
  await ensureRetentionSchedule(temporal, taskQueue, { retention, timezone: east });
  const next = await nextRetention(temporal, taskQueue);
  expect(wallTime(next!, east).slice(11)).toBe('03:45:00');
  await temporal.schedule.getHandle(`retention:${taskQueue}`).delete();
});
