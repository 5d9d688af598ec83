import { builtinCatalog } from '../../src/catalog/builtin';
import { resyncWorkflowId } from '../../workflows/messages';
import { until } from '../support/until';
import { type Caller, schoolYear, ServiceWorld } from './world';

/** What the pages of a district read: resyncs side by side, the calendar, approvals, alerts. */

let world: ServiceWorld;
let north: Caller;
let south: Caller;
let state: Caller;
/** Of north, oldest first: all objects, Calendar with one that is excluded, the state's own. */
let first: string;
let second: string;
let ofState: string;
const rights = ['resyncBatch', 'selectiveSync', 'processAlerts', 'administration'] as const;
beforeAll(async () => {
  world = await ServiceWorld.open({ timezone: 'America/Chicago' });
  [north, south, state] = [
    await world.caller('north', rights),
    await world.caller('south', rights),
    await world.caller('state', [...rights, 'stateRequest']),
  ];
  first = await send(north, { objects: 'all' });
  await world.sql('north', 'UPDATE Calendar SET stateExclude = 1 LIMIT 1');
  second = await send(north, { objects: ['Calendar'] });
  ofState = await send(state, { objects: ['School'], scenario: 'STATE_REQUEST' });
});
afterAll(() => world.close());

const here = (rest: string) => `/districts/${world.ids.north}/${rest}`;

async function send(caller: Caller, body: object): Promise<string> {
  const { status, body: answer } = await caller.ask<{ resyncId: string }>('POST', here('resyncs'), body);
  expect([status, answer]).toEqual([202, expect.anything()]);
  await ended(caller, answer.resyncId);
  return answer.resyncId;
}

async function ended(caller: Caller, id: string): Promise<void> {
  await until(
    'it has ended',
    async () => (await caller.ask<{ status: string }>('GET', `/resyncs/${id}`)).body,
    ({ status }) => ['finished', 'failed', 'ended', 'awaitingApproval'].includes(status),
    120_000,
  );
}

interface Changes {
  whyNot: string | null;
  items: {
    object: string;
    before: { resyncId: string } | null;
    new: number;
    resolved: number;
    codes: object[];
  }[];
}

test('what a resync changed is told object by object, beside the resync that sent each before', async () => {
  const { status, body } = await north.ask<Changes>('GET', `/resyncs/${second}/changes`);
  const calendar = body.items.find(({ object }) => object === 'Calendar');
  expect([status, body.whyNot, calendar]).toMatchObject([
    200,
    null,
    {
      before: { resyncId: first },
      new: 1,
      resolved: 0,
      codes: [{ code: 'STATE_EXCLUDED_CALENDAR', new: 1, resolved: 0 }],
    },
  ]);
  const begin = await north.ask<Changes>('GET', `/resyncs/${first}/changes`);
  expect(begin.body.items.every(({ before }) => before === null)).toBe(true);
  expect((await south.ask('GET', `/resyncs/${second}/changes`)).status).toBe(404);
  expect((await north.ask('GET', `/resyncs/${ofState}/changes`)).status).toBe(404);
  expect((await state.ask('GET', `/resyncs/${ofState}/changes`)).status).toBe(200);
});

test('a resync of one record has nothing before it, and says so', async () => {
  const [{ schoolID } = {}] = await world.sql('north', 'SELECT schoolID FROM School LIMIT 1');
  const { body } = await north.ask<{ resyncId: string }>('POST', here('selective-syncs'), {
    object: 'School',
    key: [String(schoolID)],
  });
  await ended(north, body.resyncId);
  const changes = await north.ask<Changes>('GET', `/resyncs/${body.resyncId}/changes`);
  expect(changes.body).toMatchObject({
    whyNot: expect.stringContaining('selected records') as string,
    items: [],
  });
});

interface Matrix {
  schoolYear: number;
  runs: { resyncId: string }[];
  items: { object: string; cells: ({ color: string; errors: number } | null)[] }[];
}

test('the matrix has every object beside the newest resyncs, and of the state’s a district sees none', async () => {
  const { body } = await north.ask<Matrix>('GET', here('history-matrix'));
  expect([body.schoolYear, body.runs.map(({ resyncId }) => resyncId)]).toEqual([schoolYear, [second, first]]);
  const cells = (object: string) => body.items.find((item) => item.object === object)!.cells;
  expect(cells('Calendar')).toMatchObject([{ errors: 1 }, { color: 'green', errors: 0 }]);
  expect(cells('TestScore')).toMatchObject([null, { color: 'green' }]);
  const newest = await north.ask<Matrix>('GET', here('history-matrix?runs=1'));
  expect(newest.body.runs.map(({ resyncId }) => resyncId)).toEqual([second]);
  const whole = await state.ask<Matrix>('GET', here('history-matrix'));
  expect(whole.body.runs[0]!.resyncId).toBe(ofState);
  expect((await north.ask('GET', here('history-matrix?schoolYear=1999'))).status).toBe(422);
  expect((await north.ask('GET', here('history-matrix?runs=51'))).status).toBe(400);
  expect((await south.ask('GET', here('history-matrix'))).status).toBe(404);
});

test('one object has its resyncs, newest first', async () => {
  const runs = async (caller: Caller, object: string) => {
    const { status, body } = await caller.ask<{ items: { resyncId: string; counts: { errors: number } }[] }>(
      'GET',
      here(`objects/${object}/runs`),
    );
    return [status, body.items?.map(({ resyncId, counts }) => [resyncId, counts.errors])];
  };
  expect(await runs(north, 'Calendar')).toEqual([
    200,
    [
      [second, 1],
      [first, 0],
    ],
  ]);
  expect((await runs(state, 'School'))[1]).toContainEqual([ofState, 0]);
  expect((await runs(north, 'School'))[1]).not.toContainEqual([ofState, 0]);
  expect((await runs(north, 'Nothing'))[0]).toBe(404);
  expect((await runs(south, 'Calendar'))[0]).toBe(404);
});

interface Approvals {
  items: { resyncId: string }[];
}

test('what waits for an approval is listed for those who see its district', async () => {
  const { table } = builtinCatalog.objects.find(({ name }) => name === 'Graduation')!;
  await world.sql('north', `DELETE FROM ${table} LIMIT 2`);
  const waiting = await send(north, { objects: ['Graduation'], removals: 'apply' });
  const listed = async (caller: Caller) =>
    (await caller.ask<Approvals>('GET', '/approvals')).body.items.map(({ resyncId }) => resyncId);
  expect(await Promise.all([north, south, state].map(listed))).toEqual([[waiting], [], [waiting]]);
  const rejected = await state.ask('POST', `/resyncs/${waiting}/removals/reject`, {});
  expect(rejected.status).toBe(200);
  // With all that it tells of its end.
  await world.temporal.workflow.getHandle(resyncWorkflowId(waiting)).result();
  expect(await listed(north)).toEqual([]);
});

interface Calendar {
  firings: { name: string; at: string; heldUntil: string | null }[];
  windows: { startsAt: string; endsAt: string; setBy: string }[];
}

test('the calendar has the firings and windows of a period; what is paused doesn’t fire, the state’s has no name', async () => {
  const timezone = 'America/Chicago';
  const schedule = { objects: ['School'], cron: '0 2 * * *', timezone };
  const { body: nightly } = await north.ask<{ scheduleId: string }>('POST', here('schedules'), {
    ...schedule,
    name: 'nightly',
  });
  await state.ask('POST', here('schedules'), { ...schedule, name: 'secret', cron: '0 12 * * *' });
  const rule = { kind: 'weekly', days: ['mon'], from: '01:00', to: '03:00', timezone };
  await north.ask('POST', here('blackouts'), { rule, note: 'Backups' });
  const week = 'from=2027-01-04T06:00:00Z&to=2027-01-11T06:00:00Z';
  const { status, body } = await north.ask<Calendar>('GET', here(`calendar?${week}`));
  expect(status).toBe(200);
  const nights = body.firings.filter(({ name }) => name === 'nightly');
  expect(nights).toHaveLength(7);
  expect(nights[0]).toMatchObject({ at: '2027-01-04T08:00:00.000Z', heldUntil: '2027-01-04T09:00:00.000Z' });
  expect(nights[1]!.heldUntil).toBeNull();
  expect(body.firings.filter(({ name }) => name === 'A schedule of the state')).toHaveLength(7);
  expect(JSON.stringify(body)).not.toContain('secret');
  expect(body.windows).toMatchObject([
    { setBy: 'district', startsAt: '2027-01-04T07:00:00.000Z', endsAt: '2027-01-04T09:00:00.000Z' },
  ]);
  await north.ask('POST', here(`schedules/${nightly.scheduleId}/pause`), {});
  const paused = await north.ask<Calendar>('GET', here(`calendar?${week}`));
  expect(paused.body.firings.some(({ name }) => name === 'nightly')).toBe(false);
  for (const wrong of [
    'from=2027-01-04T06:00:00Z&to=2027-01-04T06:00:00Z',
    'from=2027-01-04T06:00:00Z&to=2027-01-19T06:00:00Z',
  ])
    expect((await north.ask('GET', here(`calendar?${wrong}`))).status).toBe(422);
  expect((await south.ask('GET', here('calendar'))).status).toBe(404);
});

interface Alerts {
  items: { alertId: number; read: boolean; link: { kind: string; id: string } | null }[];
}

test('alerts are counted, read and deleted many at once, and come back; those of others are left alone', async () => {
  const list = async (caller: Caller) => (await caller.ask<Alerts>('GET', '/alerts?limit=500')).body.items;
  const unread = async (caller: Caller) =>
    (await caller.ask<{ unread: number; capped: boolean }>('GET', '/alerts/count')).body;
  const all = await list(north);
  const ids = all.map(({ alertId }) => alertId);
  expect(all.find(({ link }) => link?.id === second)).toMatchObject({
    link: { kind: 'resync' },
    read: false,
  });
  expect(await unread(north)).toEqual({ unread: all.filter(({ read }) => !read).length, capped: false });
  const change = async (caller: Caller, how: string) =>
    (await caller.ask('POST', `/alerts/${how}`, { ids })).body;
  expect(await change(south, 'read')).toEqual({ ids: [] });
  expect(await change(south, 'restore')).toEqual({ ids: [] });
  expect(((await change(north, 'read')) as { ids: number[] }).ids.toSorted()).toEqual(ids.toSorted());
  expect(await unread(north)).toEqual({ unread: 0, capped: false });
  await change(north, 'delete');
  expect(await list(north)).toEqual([]);
  expect(((await change(north, 'restore')) as { ids: number[] }).ids.toSorted()).toEqual(ids.toSorted());
  expect((await list(north)).map(({ alertId }) => alertId)).toEqual(ids);
  // Somebody else of the district hasn't read them for all that.
  expect((await unread(state)).unread).toBeGreaterThan(0);
});

interface Done {
  status: string;
  items: { districtId: string; status: string; startedId: string }[];
}

test('the state verifies and certifies its districts in one call each, and every one comes to its own end', async () => {
  const signer = await world.caller('state', ['verificationSummary']);
  const inAll = async (words: object, more: object, pathOf: (id: string) => string): Promise<object[]> => {
    const asked = { ...words, districts: 'all' };
    const shown = await signer.ask<{ previewHash: string }>('POST', '/district-actions/preview', asked);
    const { previewHash } = shown.body;
    const path = '/district-actions';
    const { status, body } = await signer.ask<{ districtActionId: string }>('POST', path, {
      ...{ ...asked, ...more, previewHash },
    });
    expect(status).toBe(202);
    const answerOf = async <T>(of: string, over: (answer: T) => boolean): Promise<T> =>
      until(`${of} has ended`, async () => (await signer.ask<T>('GET', of)).body, over);
    const done = await answerOf<Done>(`${path}/${body.districtActionId}`, (one) => one.status === 'finished');
    expect(done.items.map(({ districtId }) => districtId)).toEqual([world.ids.north, world.ids.south]);
    return Promise.all(
      done.items.map(({ startedId }) =>
        answerOf<{ endedAt: string | null }>(pathOf(startedId), ({ endedAt }) => endedAt !== null),
      ),
    );
  };
  const verified = await inAll({ action: 'verify', objects: ['School'] }, {}, (id) => `/verifications/${id}`);
  expect(verified).toMatchObject([
    { districtId: world.ids.north, status: 'finished', initiator: 'state', equal: true },
    { districtId: world.ids.south, status: 'finished', initiator: 'state', resyncNecessary: true },
  ]);
  const words = { name: 'Fall membership count', reportingDate: '2026-10-01' };
  const certified = await inAll({ action: 'certify' }, words, (id) => `/certifications/${id}`);
  expect(certified).toMatchObject([
    { districtId: world.ids.north, status: 'certified', verified: true, certifiedBy: 'state', ...words },
    { districtId: world.ids.south, status: 'certified', verified: true, records: 0 },
  ]);
});
