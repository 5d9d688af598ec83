import { setTimeout as sleep } from 'node:timers/promises';
import { builtinCatalog } from '../../src/catalog/builtin';
import { requireObject, type SyncObject } from '../../src/domain/catalog';
import { openSyncEvents } from '../../src/features/field-ownership/sync-event-store';
import { resync } from '../support/command-line';
import { until } from '../support/until';
import { type Caller, type DistrictId, ServiceWorld } from './world';

let world: ServiceWorld;
beforeAll(async () => (world = await ServiceWorld.open()));
afterAll(() => world.close());
beforeEach(() => world.emptyState());

interface Run {
  readonly resyncId: string;
  readonly status: string;
  readonly initiator: string;
  readonly color: string;
  readonly objectResults: readonly { readonly object: string; readonly color: string }[];
  readonly totals: { readonly processed: number; readonly inserted: number; readonly errors: number };
}
interface Row {
  readonly object: string;
  readonly last: {
    readonly resyncId: string;
    readonly color: string;
    readonly startedAt: string;
    readonly endedAt: string | null;
  } | null;
}
interface Board {
  readonly status: string;
  readonly districts: readonly { readonly status: string; readonly color: string }[];
}
interface Queue {
  readonly active: string | null;
  readonly preempted: string | null;
  readonly waiting: readonly { readonly resyncId: string; readonly initiator: string }[];
}
interface Alert {
  readonly category: string;
  readonly name: string;
  readonly text: string;
  readonly districtId: string | null;
}

const objectOf = (name: string) => requireObject(builtinCatalog, name);
/**
 * Objects that a district without a state of its own sends; the subset of PersonIdentity goes with
 * its whole.
 */
const sent = builtinCatalog.objects.filter(
  ({ enabledByDefault, name }) => enabledByDefault && name !== 'PersonIdentityNoStateIDOnly',
);

async function send(who: Caller, district: DistrictId, body: object): Promise<string> {
  const answer = await who.ask<Run>('POST', `/districts/${world.ids[district]}/resyncs`, body);
  expect(answer.status).toBe(202);
  return answer.body.resyncId;
}

async function endOf(who: Caller, resyncId: string): Promise<Run> {
  const shown = async () => (await who.ask<Run>('GET', `/resyncs/${resyncId}`)).body;
  const over = ({ status }: Run) => ['finished', 'failed'].includes(status);
  return until('it has ended', shown, over, 120_000);
}

/** Objects of which the state doesn't hold the district's records, value by value. */
async function differing(district: DistrictId, objects: readonly SyncObject[]): Promise<string[]> {
  const names: string[] = [];
  for (const object of objects) {
    const [there, here] = [
      await world.stateRecords(district, object),
      await world.districtRecords(district, object),
    ];
    if (there.join('\n') !== here.join('\n')) names.push(object.name);
  }
  return names;
}

/** State IDs that the state gave persons come down by an event of its own, after the run. */
async function idsCameDown(): Promise<void> {
  await until('no sync event is open', async () => {
    return (await openSyncEvents(world.control, { olderThanSeconds: -1 })).length === 0;
  });
}

async function recordsAtState(district: DistrictId, objects = sent): Promise<number> {
  const counts = await Promise.all(objects.map((object) => world.stateRecords(district, object)));
  return counts.reduce((sum, { length }) => sum + length, 0);
}

test('a district’s administrator sends all by hand, and the state then holds every value of the district', async () => {
  const clerk = await world.caller('north', ['resyncBatch']);
  const run = await endOf(clerk, await send(clerk, 'north', { objects: 'all', scenario: 'GO_LIVE' }));
  expect(run).toMatchObject({ status: 'finished', initiator: 'district', totals: { errors: 0 } });
  expect(run.objectResults.map(({ object }) => object).sort()).toEqual(sent.map(({ name }) => name).sort());
  await idsCameDown();
  expect(await differing('north', sent)).toEqual([]);
  expect(run.totals.inserted).toBe(await recordsAtState('north'));
  expect(run.totals.inserted).toBeGreaterThan(500);
  expect(await recordsAtState('south')).toBe(0);
});

test('the state’s administrator sends a district’s data by hand, with the right to ask for it, and no other district’s', async () => {
  const viewer = await world.caller('state', ['resyncBatch']);
  const body = { objects: ['Enrollment'], scenario: 'STATE_REQUEST' };
  expect((await viewer.ask('POST', `/districts/${world.ids.south}/resyncs`, body)).status).toBe(403);
  expect(await recordsAtState('south')).toBe(0);

  const admin = await world.caller('state', ['resyncBatch', 'stateRequest']);
  const run = await endOf(admin, await send(admin, 'south', body));
  expect(run).toMatchObject({ status: 'finished', initiator: 'state', totals: { errors: 0 } });
  const objects = run.objectResults.map(({ object }) => objectOf(object));
  expect(await recordsAtState('south', [objectOf('Enrollment')])).toBeGreaterThan(10);
  expect(
    await differing(
      'south',
      objects.filter(({ name }) => name !== 'PersonIdentity'),
    ),
  ).toEqual([]);
  expect(run.totals.inserted).toBe(await recordsAtState('south'));
  expect(await recordsAtState('north')).toBe(0);
});

test('objects sent alone are errors where the state lacks their parents; with Check dependencies they arrive', async () => {
  const clerk = await world.caller('north', ['resyncBatch', 'errorLog']);
  const enrollments = (await world.districtRecords('north', objectOf('Enrollment'))).length;

  const alone = await endOf(
    clerk,
    await send(clerk, 'north', { objects: ['Enrollment'], checkDependencies: false }),
  );
  expect(alone).toMatchObject({
    objectResults: [{ object: 'Enrollment', color: 'red' }],
    totals: { processed: enrollments, inserted: 0, errors: enrollments },
  });
  expect(await recordsAtState('north')).toBe(0);
  const { body } = await clerk.ask<{
    items: { code: string; outcome: string; message: string; parent: { object: string } }[];
  }>('GET', `/resyncs/${alone.resyncId}/errors?limit=500`);
  expect(body.items).toHaveLength(enrollments);
  const parents = objectOf('Enrollment').parents;
  for (const { outcome, message, parent } of body.items) {
    expect(outcome).toBe('blocked');
    expect(parents).toContain(parent.object);
    // The run has no errors of that object: what to do doesn't lead there.
    expect(message).toMatch(new RegExp(`is not at the state: send ${parent.object}, or`));
  }

  const whole = await endOf(clerk, await send(clerk, 'north', { objects: ['Enrollment'] }));
  expect(whole.objectResults.map(({ object, color }) => [object, color])).toEqual(
    [
      ...['District', 'School', 'Calendar', 'ScheduleStructure', 'StructureGradeLevel', 'PersonIdentity'],
      'Enrollment',
    ].map((name) => [name, 'green']),
  );
  expect(await differing('north', [objectOf('Enrollment')])).toEqual([]);
});

test('Last Resync is the time at which the object’s newest run began, from its beginning and after its end', async () => {
  const clerk = await world.caller('south', ['resyncBatch']);
  const row = async (name: string) => {
    const { body } = await clerk.ask<{ items: Row[] }>('GET', `/districts/${world.ids.south}/objects`);
    return body.items.find(({ object }) => object === name)!.last!;
  };
  await endOf(clerk, await send(clerk, 'south', { objects: ['Calendar'] }));
  const [school, calendar] = [await row('School'), await row('Calendar')];

  const release = await world.hold('SELECT * FROM Calendar WHERE districtID = 2 FOR UPDATE');
  const sentAt = Date.now();
  const again = { objects: ['Calendar'], checkDependencies: false, mode: 'everything' };
  const resyncId = await send(clerk, 'south', again);
  await until('it runs', async () => (await row('Calendar')).resyncId === resyncId);
  const running = await row('Calendar');
  expect(running).toMatchObject({ color: 'gray', endedAt: null });
  // Long enough that no time of its end could be taken for that of its beginning.
  await sleep(1_500);
  const releasedAt = Date.now();
  await release();
  await endOf(clerk, resyncId);

  const ended = await row('Calendar');
  expect(ended).toMatchObject({ resyncId, color: 'green', startedAt: running.startedAt });
  expect(Date.parse(ended.startedAt)).toBeGreaterThanOrEqual(sentAt);
  expect(Date.parse(ended.startedAt)).toBeLessThan(releasedAt - 1_000);
  expect(Date.parse(ended.endedAt!)).toBeGreaterThanOrEqual(releasedAt);
  expect(Date.parse(calendar.startedAt)).toBeLessThan(sentAt);
  // What the run didn't send keeps its own time.
  expect(await row('School')).toEqual(school);
});

test('the state asks for everything, then for some: in every district just that moves', async () => {
  const admin = await world.caller('state', ['stateRequest']);
  const ask = async (body: object) => {
    const asked = { districts: 'all', reason: 'Count day.', ...body };
    const answer = await admin.ask<{ stateRequestId: string }>('POST', '/state-requests', asked);
    expect(answer.status).toBe(202);
    const path = `/state-requests/${answer.body.stateRequestId}`;
    const board = async () => (await admin.ask<Board>('GET', path)).body;
    const ended = await until('it has ended', board, ({ status }) => status === 'finished', 120_000);
    expect(ended.districts).toMatchObject([
      { status: 'done', color: 'green' },
      { status: 'done', color: 'green' },
    ]);
  };
  const each = async (work: (district: DistrictId) => Promise<void>): Promise<void> => {
    for (const district of ['north', 'south'] as const) await work(district);
  };

  await ask({ objects: 'all' });
  await idsCameDown();
  await each(async (district) => expect(await differing(district, sent)).toEqual([]));

  await world.sql('state', "UPDATE Enrollment SET grade = 'XX'");
  await world.sql('state', 'DELETE FROM Behavior');
  await ask({ objects: ['Enrollment'] });
  await each(async (district) => expect(await differing(district, sent)).toEqual(['Behavior']));
});

test('of a request of the state the users of both levels find the alert, if they have the right, and the district’s no object', async () => {
  await world.control('processAlert').del();
  const admin = await world.caller('state', ['stateRequest', 'resyncBatch', 'processAlerts']);
  const people = {
    north: await world.caller('north', ['resyncBatch', 'processAlerts']),
    south: await world.caller('south', ['resyncBatch', 'processAlerts']),
    unconcerned: await world.caller('north', ['errorLog', 'processAlerts']),
    withoutAlerts: await world.caller('north', ['resyncBatch']),
  };
  const found = async (who: Caller) => {
    const { status, body } = await who.ask<{ items: Alert[] }>('GET', '/alerts');
    expect(status).toBe(200);
    return body.items.filter(({ name }) => name === 'State Resync Requested');
  };
  const asked = { districts: [world.ids.north], objects: ['Transportation'], reason: 'Count day.' };
  await admin.ask('POST', '/state-requests', asked);
  for (const who of [people.north, admin])
    await until('the alert is posted', async () => (await found(who)).length > 0);

  const alert = { category: 'Vertical Interoperability', name: 'State Resync Requested' };
  const [ofDistrict, ...more] = await found(people.north);
  expect([ofDistrict, more]).toMatchObject([{ ...alert, districtId: world.ids.north }, []]);
  expect(JSON.stringify(ofDistrict)).not.toContain('Transportation');
  const [ofState, ...others] = await found(admin);
  expect([ofState, others]).toMatchObject([{ ...alert, districtId: null }, []]);
  expect(ofState!.text).toContain('Transportation');
  expect(await found(people.south)).toEqual([]);
  expect(await found(people.unconcerned)).toEqual([]);
  expect((await people.withoutAlerts.ask('GET', '/alerts')).status).toBe(403);
});

test('a district can neither pause nor cancel what the state asked for, running or waiting: it comes to its end', async () => {
  const clerk = await world.caller('north', ['resyncBatch', 'agents', 'selectiveSync']);
  const admin = await world.caller('state', ['resyncBatch', 'stateRequest', 'agents']);
  await endOf(clerk, await send(clerk, 'north', { objects: ['School'] }));
  const release = await world.hold('SELECT * FROM School WHERE districtID = 1 FOR UPDATE');
  try {
    const body = { objects: ['School'], checkDependencies: false, mode: 'everything' };
    const asked = { ...body, scenario: 'STATE_REQUEST' };
    const [running, waiting] = [await send(admin, 'north', asked), await send(admin, 'north', asked)];
    for (const resyncId of [running, waiting])
      for (const verb of ['pause', 'resume', 'cancel', 'objects/School/cancel']) {
        const { status } = await clerk.ask('POST', `/resyncs/${resyncId}/${verb}`);
        expect([verb, status]).toEqual([verb, 403]);
      }
    expect((await clerk.ask('POST', `/districts/${world.ids.north}/resyncs`, asked)).status).toBe(422);
    await release();
    for (const resyncId of [running, waiting])
      expect(await endOf(admin, resyncId)).toMatchObject({ status: 'finished', color: 'green' });
  } finally {
    await release();
  }
});

test('the agent’s queue has what runs and what waits, in the order in which it will run', async () => {
  const clerk = await world.caller('south', ['resyncBatch', 'agents']);
  const admin = await world.caller('state', ['resyncBatch', 'stateRequest', 'agents']);
  await endOf(clerk, await send(clerk, 'south', { objects: ['School'] }));
  const release = await world.hold('SELECT * FROM School WHERE districtID = 2 FOR UPDATE');
  const body = { objects: ['School'], checkDependencies: false, mode: 'everything' };
  const queue = async (who: Caller) =>
    (await who.ask<Queue>('GET', `/districts/${world.ids.south}/agent`)).body;
  try {
    const first = await send(admin, 'south', { ...body, scenario: 'STATE_REQUEST' });
    await until('it runs', async () => (await queue(clerk)).active === first);
    const second = await send(clerk, 'south', body);
    const third = await send(clerk, 'south', body);
    const ahead = await send(admin, 'south', { ...body, scenario: 'STATE_REQUEST' });

    const expected = {
      active: first,
      preempted: null,
      waiting: [
        { resyncId: ahead, initiator: 'state' },
        { resyncId: second, initiator: 'district' },
        { resyncId: third, initiator: 'district' },
      ],
    };
    expect(await queue(clerk)).toMatchObject(expected);
    expect(await queue(admin)).toMatchObject(expected);
    process.env['RESYNC_API_URL'] = world.url;
    process.env['RESYNC_TOKEN'] = clerk.token;
    expect((await resync('agent')).stdout.split('\n')).toEqual([
      `Runs:    ${first}`,
      `Waiting: 1. ${ahead} (state)`,
      `Waiting: 2. ${second} (district)`,
      `Waiting: 3. ${third} (district)`,
      '',
    ]);

    await release();
    const order: string[] = [];
    for (const resyncId of [first, ahead, second, third]) {
      await endOf(admin, resyncId);
      order.push(resyncId);
    }
    const ended = await world.control('resync').whereIn('resyncID', order).orderBy('endedAt');
    expect(ended.map(({ resyncID }: { resyncID: string }) => resyncID)).toEqual(order);
    const last = await until(
      'the queue is empty',
      () => queue(clerk),
      ({ active }) => active === null,
    );
    expect(last).toMatchObject({ active: null, preempted: null, waiting: [] });
  } finally {
    await release();
    delete process.env['RESYNC_API_URL'];
    delete process.env['RESYNC_TOKEN'];
  }
});
