import request from 'supertest';
import { finishObject } from '../../../src/features/resyncs/object-store';
import { postDueAlerts } from '../../../src/features/year-end/due-alerts';
import { finishResync, insertResync } from '../../../src/features/resyncs/store';
import { createToken } from '../../../src/features/access/token-store';
import type { ResyncRequest } from '../../../src/domain/resync';
import {
  ledgerPage,
  requestOf,
  runningResync,
  storedError,
  someCatalog,
} from '../../support/control-database';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { withWorker } from '../../support/api-worker';
import { untilInLine } from '../../support/in-line';
import { until } from '../../support/until';

let world: ApiWorld;
let admin: string;
beforeEach(async () => {
  world = await apiWorld();
  const made = {
    name: 'admin',
    level: 'district' as const,
    districts: [world.here],
    rights: ['administration', 'resyncBatch'] as const,
  };
  admin = `Bearer ${(await createToken(world.control, made)).token}`;
});
afterEach(() => world.close());

type Who = keyof ApiWorld['as'] | 'admin';
const headerOf = (who: Who) => (who === 'admin' ? admin : world.as[who]);
const get = (path: string, who: Who = 'here') =>
  request(world.app).get(`/api/v1${path}`).set('Authorization', headerOf(who));
const send = (method: 'post' | 'put', path: string, body: object, who: Who = 'here') =>
  request(world.app)[method](`/api/v1${path}`).set('Authorization', headerOf(who)).send(body);
const yearOf = () => `/districts/${world.here}/scoped-year`;
const switchTo = (schoolYear: number, body: object = {}, who: Who = 'admin') =>
  send('put', yearOf(), { schoolYear, ...body }, who);

/**
 * A resync that ended with 100 records, of which so many were refused and the others are new (or
 * equal).
 */
async function ended(
  resyncId: string,
  {
    errors = 0,
    inserted = 0,
    object = 'School',
    read = 100,
    ...over
  }: Partial<ResyncRequest> & { errors?: number; inserted?: number; object?: string; read?: number } = {},
): Promise<void> {
  const { control } = world;
  await runningResync(control, resyncId, [object], { districtId: world.here, ...over });
  for (let i = 0; i < errors; i++) await storedError(control, { resyncId, object, key: `${i}` });
  await ledgerPage(
    control,
    { resyncId, object, read },
    { inserted, unchanged: read - inserted - errors, failed: errors },
  );
  await finishObject(control, { resyncId, object, status: 'finished' });
  await finishResync(control, { resyncId, status: 'finished' });
}

test('the switch is refused until the ending year has its full resync, and then moves every route to the new year', () =>
  withWorker(world, async (gate) => {
    expect((await switchTo(2028, {}, 'here')).status).toBe(403);
    const refused = await switchTo(2028);
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { detail: 'No full resync (all objects) of 2027 has finished: send one, scenario END_OF_YEAR.' },
    ]);
    gate.close();
    const sent = await send('post', `/districts/${world.here}/resyncs`, {
      objects: 'all',
      scenario: 'END_OF_YEAR',
    });
    const { resyncId } = sent.body as { resyncId: string };
    const waiting = await switchTo(2028);
    expect([waiting.status, JSON.stringify(waiting.body)]).toEqual([409, expect.stringContaining(resyncId)]);
    gate.open();
    await finished(resyncId);

    const switched = await switchTo(2028);
    expect([switched.status, switched.body]).toMatchObject([
      200,
      {
        scopedYear: 2028,
        endOfYear: { holds: false },
        startOfYear: { status: 'due' },
        switches: [{ fromYear: 2027, toYear: 2028, overridden: false, resyncId }],
      },
    ]);
    const districts = await get('/districts');
    expect((districts.body as { items: { schoolYear: number }[] }).items[0]!.schoolYear).toBe(2028);
    expect((await get(`/districts/${world.here}/objects`)).body).toMatchObject({ schoolYear: 2028 });
    expect((await get(`/districts/${world.here}/objects?schoolYear=2027`)).status).toBe(422);
    expect((await switchTo(2028)).status).toBe(200);
    expect(await world.control('scopedYearSwitch')).toHaveLength(1);

    const alerts = await world.control('processAlert').where({ name: 'Start-of-year Resync Due' });
    expect(alerts).toMatchObject([
      { category: 'Vertical Interoperability', districtID: world.here, toolRight: 'resyncBatch' },
    ]);
    const start = await send('post', `/districts/${world.here}/resyncs`, {
      objects: 'all',
      scenario: 'START_OF_YEAR',
    });
    await finished((start.body as { resyncId: string }).resyncId);
    expect((await get(yearOf())).body).toMatchObject({ startOfYear: { status: 'done' } });
  }));

async function finished(resyncId: string): Promise<void> {
  const row = () =>
    world.control<{ resyncID: string; status: string }>('resync').where({ resyncID: resyncId }).first();
  await until('it has finished', async () => (await row())?.status === 'finished');
}

test('a change after the full resync, or a red outcome, stands in the way until it is made again or accepted by the state', async () => {
  await ended('full', { inserted: 100 });
  expect((await get(yearOf())).body).toMatchObject({
    endOfYear: { holds: true, resync: { resyncId: 'full' } },
  });
  await ended('later', { inserted: 1, objects: ['School'] });
  expect((await switchTo(2028)).body).toMatchObject({
    detail: expect.stringContaining('later, wrote records') as string,
  });

  await ended('red', { errors: 2 });
  expect((await switchTo(2028)).body).toMatchObject({
    detail: expect.stringContaining('red, finished red') as string,
  });
  const accept = (id: string, who: Who, reason = 'known defects of the vendor') =>
    send('post', `/resyncs/${id}/accept`, { reason }, who);
  expect((await accept('red', 'here')).status).toBe(403);
  expect((await accept('red', 'state', ' ')).status).toBe(422);
  expect((await accept('later', 'state')).status).toBe(409);
  expect((await accept('red', 'state')).body).toMatchObject({ reason: 'known defects of the vendor' });
  expect((await accept('red', 'state', 'another')).body).toMatchObject({
    reason: 'known defects of the vendor',
  });
  expect((await switchTo(2028)).body).toMatchObject({ switches: [{ resyncId: 'red' }] });
});

test('only the state overrides, with a reason that is kept and isn’t shown to the district', async () => {
  const override = { override: { reason: 'the server burned down' } };
  expect((await switchTo(2028, override)).status).toBe(403);
  const [noReason, far] = [
    await switchTo(2028, { override: {} }, 'state'),
    await switchTo(2030, override, 'state'),
  ];
  expect([noReason.status, noReason.body]).toMatchObject([
    422,
    { errors: [{ pointer: '#/override/reason' }] },
  ]);
  expect([far.status, far.body]).toMatchObject([422, { errors: [{ pointer: '#/schoolYear' }] }]);
  expect((await switchTo(2028, override, 'other')).status).toBe(403);
  expect((await get(yearOf(), 'other')).status).toBe(404);

  const switched = await switchTo(2028, override, 'state');
  expect(switched.body).toMatchObject({
    switches: [{ overridden: true, reason: 'the server burned down', resyncId: null }],
  });
  const events = (await world.control('auditEvent').where({ status: 200 })) as { details: string }[];
  expect(events.map(({ details }) => details).join()).toContain('the server burned down');
  const seen = await get(yearOf());
  expect(seen.body).toMatchObject({
    scopedYear: 2028,
    switches: [{ switchedBy: 'the state', reason: null }],
  });
  expect((await switchTo(2027)).status).toBe(403);
  expect((await switchTo(2027, override, 'state')).body).toMatchObject({
    scopedYear: 2027,
    startOfYear: { status: 'notDue' },
  });
});

test('the state’s own full resync counts, and a district isn’t told how it came out', async () => {
  await ended('states', { errors: 2, initiator: 'state', scenario: 'STATE_REQUEST' });
  const body = (await get(yearOf())).body as object;
  expect(body).toMatchObject({ endOfYear: { holds: false, resync: null } });
  expect(JSON.stringify(body)).not.toMatch(/"red"|finished red|states/);
});

test('a mandatory scenario must be full, and OTHER is advised but never blocked', async () => {
  const path = `/districts/${world.here}/resyncs`;
  const partial = await send('post', path, { objects: ['School'], scenario: 'END_OF_YEAR' });
  expect([partial.status, partial.body]).toMatchObject([422, { errors: [{ pointer: '#/objects' }] }]);
  await withWorker(world, async () => {
    const other = await send('post', path, { objects: ['School'] });
    expect([other.status, other.body]).toMatchObject([
      202,
      {
        advice: {
          verification: null,
          text: expect.stringMatching(/^No verification has been made/) as string,
        },
      },
    ]);
    const named = await send('post', path, { objects: ['School'], scenario: 'GO_LIVE' });
    expect(named.body).toMatchObject({ advice: null });
    await finished((named.body as { resyncId: string }).resyncId);
  });
});

test('two switches at the same time make one', async () => {
  await ended('full');
  const answers = await Promise.all([1, 2, 3].map(() => switchTo(2028)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await world.control('scopedYearSwitch')).toHaveLength(1);
});

test('a resync that is being accepted while the year is switched stands in its way', async () => {
  await ended('full');
  const { control } = world;
  let switching: Promise<{ status: number; text: string }> | undefined;
  await control.transaction(async (transaction) => {
    await insertResync(transaction, {
      catalogHash: someCatalog,
      request: requestOf('new', { districtId: world.here }),
    });
    switching = Promise.resolve(switchTo(2028));
    await somebodyWaits();
  });
  const answer = await switching!;
  expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('Resync new ')]);
});

test('a resync that was checked before a switch and stored after it is taken back', async () => {
  const { control, here } = world;
  let sending: Promise<{ status: number; text: string }> | undefined;
  // What a switch does, held open until the request waits for it.
  await control.transaction(async (transaction) => {
    await transaction.raw(
      'SELECT resyncID FROM resync FORCE INDEX (by_district) WHERE districtID = ? LOCK IN SHARE MODE',
      [here],
    );
    await transaction('districtYear').insert({ districtID: here, scopedYear: 2028, switchedBy: 'test' });
    sending = Promise.resolve(send('post', `/districts/${here}/resyncs`, { objects: 'all' }));
    await somebodyWaits();
  });
  const answer = await sending!;
  expect([answer.status, answer.text]).toEqual([409, expect.stringContaining('switched from 2027 to 2028')]);
  expect(await control('resync')).toHaveLength(0);
});

/** Until a request waits for the lock of this test's transaction. */
async function somebodyWaits(): Promise<void> {
  await untilInLine(async (sql) => {
    const [rows] = (await world.control.raw(sql)) as [{ statement: string }[]];
    return rows;
  });
}

test('a start-of-year resync that read no enrollment doesn’t count: they were not rolled forward', async () => {
  await ended('full');
  await switchTo(2028);
  await ended('early', { scenario: 'START_OF_YEAR', schoolYear: 2028, object: 'Enrollment', read: 0 });
  const early = (await get(yearOf())).body as object;
  expect(early).toMatchObject({
    startOfYear: {
      status: 'due',
      why: expect.stringContaining('early read no enrollment of 2028') as string,
    },
  });
  await ended('rolled', { scenario: 'START_OF_YEAR', schoolYear: 2028, object: 'Enrollment' });
  expect((await get(yearOf())).body).toMatchObject({
    startOfYear: { status: 'done', resync: { resyncId: 'rolled' } },
  });
});

test('alerts chase an overdue start-of-year resync once a week until it is made', async () => {
  await ended('full');
  await switchTo(2028);
  const days = (n: number) => ({ ...world.config.scenarios, now: new Date(Date.now() + n * 86_400_000) });
  const texts = async () =>
    (
      (await world.control('processAlert').where({ name: 'Start-of-year Resync Due' })) as { text: string }[]
    ).map(({ text }) => text.split(':')[0]);
  for (const n of [1, 2, 13]) await postDueAlerts(world.control, world.config.districts, days(n));
  expect(await texts()).toHaveLength(1);
  for (const n of [15, 16, 22, 23]) await postDueAlerts(world.control, world.config.districts, days(n));
  expect((await texts()).filter((text) => text === 'Overdue')).toHaveLength(2);
  await ended('start', { scenario: 'START_OF_YEAR', schoolYear: 2028 });
  expect(await postDueAlerts(world.control, world.config.districts, days(40))).toBe(0);
  expect(await texts()).toHaveLength(3);
});

test('the compliance list shows the state every district; counts on top; as JSON and CSV', async () => {
  await ended('full', { scenario: 'END_OF_YEAR' });
  await switchTo(2028);
  const answer = await get('/compliance', 'state');
  expect(answer.body).toMatchObject({
    schoolYear: 2027,
    counts: {
      districts: 2,
      endOfYear: { done: 1, missing: 1 },
      switched: 1,
      startOfYear: { notDue: 1, due: 1, overdue: 0, done: 0 },
    },
    items: [
      {
        districtId: world.here,
        endOfYear: { status: 'done', resync: { resyncId: 'full', color: 'green' } },
        switched: { toYear: 2028 },
        startOfYear: { status: 'due' },
      },
      { districtId: world.other, endOfYear: { status: 'missing' }, switched: null },
    ],
  });
  // The year was ended by it; that a correction was sent later doesn't undo that.
  await ended('correction', { inserted: 1, objects: ['School'] });
  const csv = await get('/compliance?schoolYear=2027&format=csv', 'state');
  const [header, line] = csv.text.split('\r\n');
  expect([csv.type, header]).toEqual([
    'text/csv',
    expect.stringMatching(/^district,name,scopedYear,endOfYear,/),
  ]);
  expect(line).toMatch(new RegExp(`^${world.here},[^,]*,2028,done,full,`));
  expect((await get('/compliance')).status).toBe(403);
});
