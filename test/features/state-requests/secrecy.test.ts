/**
 * What a district may learn of a resync that the state asked for: that it runs, when, how far, and
 * that it is over. The state asks two districts for different objects, and one of the two runs
 * fails: whatever the districts do, they must get the same answers.
 */
import request from 'supertest';
import { apiRoutes } from '../../../src/app';
import type { ApiContext } from '../../../src/http/context';
import type { RouteSpec } from '../../../src/http/route';
import { resync, serve, type Served, speakAs } from '../../support/command-line';
import { until } from '../../support/until';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { type Gate, withWorker } from '../../support/api-worker';

let world: ApiWorld;
let served: Served;
beforeAll(async () => {
  world = await apiWorld();
  served = await serve(world.app);
});
afterAll(async () => {
  served.close();
  await world.close();
});

const sides = ['here', 'other'] as const;
type Side = (typeof sides)[number];
const secrets = /Room|Course|Section|School\b|broken|processed [1-9]|inserted [1-9]/;

/** The answer without what differs between any two districts: ids, times, and how far it is. */
function withoutNames(text: string): string {
  return text
    .replaceAll(world.here, 'DISTRICT')
    .replaceAll(world.other, 'DISTRICT')
    .replaceAll(/District \d/g, 'DISTRICT')
    .replaceAll(/ {2,}/g, '  ')
    .replaceAll(/\d{8}-[0-9a-f]{10,16}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/"requestId":"[\w-]+"/g, '"requestId":"ID"')
    .replaceAll(/"percent":\s*\d+/g, '"percent":"N"')
    .replaceAll(/\b\d+ %/g, 'N %')
    .replaceAll(/"(alertId|number|principalId|tokenId)":\s*("[^"]*"|\d+)/g, '"$1":"N"')
    .replaceAll(/ \([0-9a-f]{12}\)/g, '')
    .replaceAll(/^\d+ /gm, 'N ');
}

async function call(side: Side, method: string, path: string, body?: object): Promise<[number, string]> {
  const asked = request(world.app)
    [method as 'get' | 'post' | 'put' | 'delete'](`/api/v1${path}`)
    .set('Authorization', world.as[side]);
  const answer = await (body ? asked.send(body) : asked);
  return [answer.status, withoutNames(answer.text)];
}

const bodies: Readonly<Record<string, object>> = {
  'post /districts/{district}/plan': { objects: 'all' },
  'post /state-requests': { districts: 'all', objects: 'all', reason: 'x' },
};

/**
 * Every route of the API with the state's resync and the district in its path; new routes come
 * along by themselves.
 */
async function everyAnswer(side: Side, resyncId: string): Promise<Record<string, [number, string]>> {
  const answers: Record<string, [number, string]> = {};
  // Starting a run, keeping a stream open and changing people are tried apart, or belong to other
  // tests.
  const apart = ({ method, path }: RouteSpec): boolean =>
    path.endsWith('/events') ||
    (method === 'post' && path === '/districts/{district}/resyncs') ||
    /^\/(principals|audit|me)/.test(path);
  for (const spec of apiRoutes({ ...world } as unknown as ApiContext).filter((one) => !apart(one))) {
    const path = spec.path
      .replace('{district}', world[side])
      .replace('{id}', resyncId)
      .replace('{name}', 'Room')
      .replaceAll(/\{\w+\}/g, 'x');
    const body = spec.body ? (bodies[`${spec.method} ${spec.path}`] ?? {}) : undefined;
    answers[`${spec.method} ${spec.path}`] = await call(side, spec.method, path, body);
  }
  for (const status of [
    'queued',
    'running',
    'paused',
    'awaitingApproval',
    'finished',
    'failed',
    'cancelled',
    'ended',
  ])
    answers[`list ${status}`] = await call(side, 'get', `/districts/${world[side]}/resyncs?status=${status}`);
  for (const name of ['School', 'Course', 'Room', 'Nonsense'])
    answers[`cancel ${name}`] = await call(side, 'post', `/resyncs/${resyncId}/objects/${name}/cancel`);
  return answers;
}

/** What the command line prints to a district. */
async function everyVerb(side: Side, resyncId: string): Promise<Record<string, string>> {
  speakAs(world.as[side]);
  const answers: Record<string, string> = {};
  for (const argv of [
    ['show', resyncId],
    ['show', resyncId, '--json'],
    ['pause', resyncId],
    ['resume', resyncId],
    ['cancel', resyncId],
    ['cancel', resyncId, '--object', 'Course'],
    ['errors', resyncId],
    ['causes', resyncId],
    ['removals', resyncId],
    ['approve', resyncId],
    ['reject', resyncId],
    ['runs'],
    ['runs', '--status', 'failed'],
    ['objects'],
    ['agent'],
    ['alerts'],
    ['request', 'list'],
    ['request', 'show', resyncId],
  ]) {
    const { code, text } = await resync(...argv);
    answers[argv.join(' ').replace(resyncId, 'ID')] = `${code}: ${withoutNames(text)}`;
  }
  return answers;
}

/** The district's event stream to its end. */
async function stream(side: Side, resyncId: string): Promise<{ event: string; data: string }[]> {
  const answer = await fetch(`${served.url}/api/v1/resyncs/${resyncId}/events`, {
    headers: { Authorization: world.as[side] },
  });
  return (await answer.text()).split('\n\n').flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(block)?.[1]?.trim();
    const event = field('event');
    return event === undefined ? [] : [{ event, data: withoutNames(field('data') ?? '') }];
  });
}

const objectsTable = (side: Side) => call(side, 'get', `/districts/${world[side]}/objects`);

async function ask(side: Side, objects: string[]): Promise<string> {
  const answer = await request(world.app)
    .post('/api/v1/state-requests')
    .set('Authorization', world.as.state)
    .set('Idempotency-Key', `state-${side}`)
    .send({
      districts: [world[side]],
      objects,
      checkDependencies: false,
      reason: `Because of ${objects[0]}.`,
    });
  expect(answer.status).toBe(202);
  const { stateRequestId } = answer.body as { stateRequestId: string };
  const row = (await world
    .control('stateRequestDistrict')
    .where({ stateRequestID: stateRequestId })
    .first()) as { resyncID: string };
  return row.resyncID;
}

async function bothAsked(gate: Gate): Promise<Record<Side, string>> {
  gate.close();
  const ids = { here: await ask('here', ['Room']), other: await ask('other', ['Course', 'Section']) };
  await until('both run', () => gate.waiting.length === 2);
  return ids;
}

async function bothEnded(ids: Record<Side, string>): Promise<void> {
  for (const side of sides)
    await until('it ended', async () => {
      const row = (await world.control('resync').where({ resyncID: ids[side] }).first()) as {
        endedAt: string | null;
      };
      return row.endedAt !== null;
    });
  // The agent learns of it a moment later, and says so of the queue.
  for (const side of sides)
    await until('its agent is free', async () => {
      const [, text] = await call(side, 'post', `/districts/${world[side]}/plan`, { objects: 'all' });
      return (JSON.parse(text) as { queue: { ahead: number } }).queue.ahead === 0;
    });
}

it('tells two districts the same, whatever the state asked of them and however it ended', () =>
  withWorker(world, async (gate) => {
    const before = { here: await objectsTable('here'), other: await objectsTable('other') };
    const ids = await bothAsked(gate);
    const streams = sides.map((side) => stream(side, ids[side]));

    const running = {
      here: await everyAnswer('here', ids.here),
      other: await everyAnswer('other', ids.other),
    };
    expect(running.here).toEqual(running.other);
    const runningVerbs = {
      here: await everyVerb('here', ids.here),
      other: await everyVerb('other', ids.other),
    };
    expect(runningVerbs.here).toEqual(runningVerbs.other);
    expect({ here: await objectsTable('here'), other: await objectsTable('other') }).toEqual(before);

    // It sees that it runs, gray, with a percentage; it can't act on it, nor look inside.
    expect(JSON.parse(running.here['get /resyncs/{id}']![1])).toMatchObject({
      status: 'running',
      color: 'gray',
      percent: 'N',
      objects: null,
      objectResults: null,
      totals: null,
      requestedBy: 'the state',
      startedAt: 'TIME',
    });
    for (const action of ['pause', 'resume', 'cancel', 'objects/{name}/cancel'])
      expect(running.here[`post /resyncs/{id}/${action}`]![0]).toBe(403);
    expect(running.here['cancel Nonsense']).toEqual(running.here['cancel Room']);
    for (const inside of ['errors', 'causes', 'report'])
      expect(running.here[`get /resyncs/{id}/${inside}`]![0]).toBe(404);
    for (const [route, [status]] of Object.entries(running.here))
      if (route.includes('/state-requests')) expect([route, status]).toEqual([route, 403]);

    // One fails from here on, the other goes well.
    gate.broken.add(ids.other);
    gate.open();
    await bothEnded(ids);
    const statusOf = async (side: Side) =>
      ((await world.control('resync').where({ resyncID: ids[side] }).first()) as { status: string }).status;
    expect([await statusOf('here'), await statusOf('other')]).toEqual(['finished', 'failed']);
    const ended = { here: await everyAnswer('here', ids.here), other: await everyAnswer('other', ids.other) };
    expect(ended.here).toEqual(ended.other);
    expect(JSON.parse(ended.here['get /resyncs/{id}']![1])).toMatchObject({
      status: 'ended',
      color: null,
      message: null,
      endedAt: 'TIME',
    });
    const endedVerbs = {
      here: await everyVerb('here', ids.here),
      other: await everyVerb('other', ids.other),
    };
    expect(endedVerbs.here).toEqual(endedVerbs.other);
    expect({ here: await objectsTable('here'), other: await objectsTable('other') }).toEqual(before);

    const [events, othersEvents] = await Promise.all(streams);
    const kinds = (list: readonly { event: string }[]) => new Set(list.map(({ event }) => event));
    for (const list of [events!, othersEvents!]) {
      expect([...kinds(list)].filter((event) => event === 'object')).toEqual([]);
      expect(list.at(-1)).toMatchObject({
        event: 'end',
        data: expect.stringContaining('"status":"ended"') as unknown,
      });
      for (const { data } of list) expect(data).not.toMatch(secrets);
    }
    expect(events!.at(-1)).toEqual(othersEvents!.at(-1));

    const told = (await world.control('processAlert').where({ level: 'district' })) as { text: string }[];
    expect(told.length).toBeGreaterThanOrEqual(4);
    for (const { text } of told) expect(text).not.toMatch(secrets);
    for (const [verb, text] of Object.entries(endedVerbs.here))
      if (verb !== 'objects') expect([verb, secrets.exec(text)?.[0]]).toEqual([verb, undefined]);
  }));

it('leaves no trace of the state’s run in what the district sees of its own', () =>
  withWorker(world, async (gate) => {
    gate.open();
    const own = async (side: Side): Promise<string> => {
      const answer = await request(world.app)
        .post(`/api/v1/districts/${world[side]}/resyncs`)
        .set('Authorization', world.as[side])
        // The key the state used: keys of two principals don't meet.
        .set('Idempotency-Key', `state-${side}`)
        .send({ objects: ['Room'], checkDependencies: false });
      expect(answer.status).toBe(202);
      return (answer.body as { resyncId: string }).resyncId;
    };
    const ids = { here: await own('here'), other: await own('other') };
    await bothEnded(ids);
    const shown = async (side: Side) => [
      await call(side, 'get', `/resyncs/${ids[side]}`),
      await call(side, 'get', `/resyncs/${ids[side]}/report`),
      await objectsTable(side),
    ];
    const [here, other] = [await shown('here'), await shown('other')];
    expect(here).toEqual(other);
    // `here` had a run of the state with Room before, of which the state knows how many records to
    // expect.
    expect(here[0]![1]).toContain('"expected":null');
    const asState = await request(world.app)
      .get(`/api/v1/resyncs/${ids.here}`)
      .set('Authorization', world.as.state);
    expect((asState.body as { objectResults: object[] }).objectResults).toMatchObject([{ expected: 10 }]);
  }));
