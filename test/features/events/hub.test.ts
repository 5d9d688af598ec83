import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { postAlert } from '../../../src/features/alerts/post';
import { createToken } from '../../../src/features/access/token-store';
import type { ToolRight } from '../../../src/domain/rights';
import { readDistrictEvents } from '../../../src/features/events/read-district';
import { insertDistrictAction } from '../../../src/features/district-actions/store';
import { insertDrift } from '../../../src/features/certifications/drift-store';
import { insertCertification } from '../../../src/features/certifications/store';
import { endPreview, insertPreview } from '../../../src/features/selective-sync/preview-store';
import { insertStateRequest } from '../../../src/features/state-requests/store';
import { insertVerification } from '../../../src/features/verifications/store';
import { finishResync } from '../../../src/features/resyncs/store';
import { runningResync, someCatalog } from '../../support/control-database';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { until } from '../../support/until';

/** All that a page listens to comes in one stream. */

/** Longer than any topic is left unread while somebody listens. */
const pollMs = 3_500;

interface Heard {
  readonly event: string;
  readonly id: string;
  readonly topic: string;
  readonly whyNot?: string;
  readonly data?: { readonly status: string; readonly objectResults: readonly object[] | null };
}

let world: ApiWorld;
let server: Server;
beforeAll(async () => {
  world = await apiWorld({ limits: { streamCheckMs: 50 } });
  server = createServer(world.app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await world.close();
});

/** Listens; what was heard is in `heard` as it comes, `over` when the stream has ended. */
async function listen(topics: readonly string[], as = world.as.here, lastEventId?: string) {
  const { port } = server.address() as AddressInfo;
  const end = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/events?topics=${topics.join()}`, {
    headers: { Authorization: as, ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }) },
    signal: end.signal,
  });
  const heard: Heard[] = [];
  const read = async (): Promise<void> => {
    let text = '';
    for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + part).split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(block)?.[1]?.trim();
        const event = field('event');
        if (event !== undefined)
          heard.push({
            event,
            id: field('id')!,
            ...(JSON.parse(field('data')!) as Omit<Heard, 'event' | 'id'>),
          });
      }
    }
  };
  const over = read().catch(() => undefined);
  return { status: answer.status, heard, over, leave: () => end.abort() };
}

const bearer = async (rights: readonly ToolRight[]) => {
  const token = await createToken(world.control, {
    ...{ name: 'listener', level: 'district', districts: [world.here], rights: [...rights] },
  });
  return { ...token, header: `Bearer ${token.token}` };
};
const kinds = (heard: readonly Heard[], topic: string) =>
  heard.filter((one) => one.topic === topic).map(({ event }) => event);

test('one stream tells of several topics, and only of what has changed; the last end of all is its own', async () => {
  const { control, here } = world;
  await runningResync(control, 'one', ['School'], { districtId: here });
  await runningResync(control, 'two', ['School'], { districtId: here });
  const district = `district:${here}`;
  const stream = await listen(['resync:one', 'resync:two', district, 'alerts']);
  const { heard } = stream;
  await until('all are told of', () => heard.length >= 4);
  expect(heard.map(({ topic, event }) => `${topic} ${event}`).sort()).toEqual(
    [`${district} now`, 'alerts now', 'resync:one snapshot', 'resync:two snapshot'].sort(),
  );
  await finishResync(control, { resyncId: 'one', status: 'failed', message: 'for the test' });
  await until('its end is told', () => kinds(heard, 'resync:one').includes('end'));
  await until('its district is told of', () => kinds(heard, district).includes('changed'));
  expect(kinds(heard, 'resync:two')).toEqual(['snapshot']);
  await postAlert(control, {
    ...{ alertKey: 'hub', category: 'Vertical Interoperability', name: 'Done', text: 'It is done.' },
    ...{ districtId: here, right: 'processAlerts' },
  });
  await until('the alert is told of', () => kinds(heard, 'alerts').includes('changed'));
  stream.leave();
  // Of two that have ended nothing more comes.
  const both = await listen(['resync:one', 'resync:one']);
  await both.over;
  expect(kinds(both.heard, 'resync:one').at(-1)).toBe('end');
  await finishResync(control, { resyncId: 'two', status: 'failed', message: 'for the test' });
});

test('who comes back with what it was told last is told nothing again, unless something changed', async () => {
  const { control, here } = world;
  await runningResync(control, 'again', ['School'], { districtId: here });
  const topics = ['resync:again', 'agents'];
  const first = await listen(topics, world.as.state);
  await until('both are told of', () => first.heard.length >= 2);
  first.leave();
  const { id } = first.heard.at(-1)!;
  const second = await listen(topics, world.as.state, id);
  await sleep(pollMs);
  expect(second.heard).toEqual([]);
  await finishResync(control, { resyncId: 'again', status: 'failed', message: 'for the test' });
  await until('the end is told', () => kinds(second.heard, 'resync:again').includes('end'));
  second.leave();
  const third = await listen(topics, world.as.state, id);
  await until('both are told of anew', () => third.heard.length >= 2);
  third.leave();
});

test('a topic that isn’t the caller’s ends with why, the others go on; of the state’s run a district sees no objects', async () => {
  const { control, here, other } = world;
  await runningResync(control, 'theirs', ['School'], { districtId: other });
  await runningResync(control, 'states', ['School'], {
    ...{ districtId: here, initiator: 'state', scenario: 'STATE_REQUEST' },
  });
  const { header } = await bearer(['resyncBatch']);
  const foreign = [
    'resync:theirs',
    'resync:nowhere',
    `district:${other}`,
    'alerts',
    'agents',
    'request:none',
  ];
  const stream = await listen([...foreign, 'resync:states'], header);
  await until('all are told of', () => stream.heard.length >= foreign.length + 1);
  for (const topic of foreign)
    expect(stream.heard.filter((one) => one.topic === topic)).toMatchObject([
      { event: 'end', whyNot: expect.stringMatching(/./) as string },
    ]);
  const refusals = stream.heard.filter(({ topic }) => /theirs|nowhere/.test(topic));
  expect(refusals[0]!.whyNot).toBe(refusals[1]!.whyNot);
  const [states] = stream.heard.filter(({ topic }) => topic === 'resync:states');
  expect(states).toMatchObject({ event: 'snapshot', data: { status: 'running', objectResults: null } });
  stream.leave();
});

test('of what is the state’s a district hears no more than its lists show', async () => {
  const { control, here } = world;
  await runningResync(control, 'quiet', ['School'], {
    ...{ districtId: here, initiator: 'state', scenario: 'STATE_REQUEST' },
  });
  const heard = async () => {
    const [district, state] = await Promise.all(
      (['district', 'state'] as const).map((level) =>
        readDistrictEvents(control, { districtId: here, level }),
      ),
    );
    return { district, state };
  };
  const running = await heard();
  await control('resync').where({ resyncID: 'quiet' }).update({ status: 'paused' });
  const paused = await heard();
  expect(paused.district).toEqual(running.district);
  expect(paused.state).not.toEqual(running.state);
  await insertVerification(
    control,
    {
      ...{ verificationId: 'quiet', districtId: here, schoolYear: 2027, objects: 'all' },
      ...{ checkDependencies: true, initiator: 'state', requestedBy: 'state', kind: 'verification' },
      resyncId: null,
    },
    { catalogHash: someCatalog },
  );
  const verified = await heard();
  expect(verified.district).toEqual(running.district);
  expect(verified.state).not.toEqual(paused.state);
  await finishResync(control, { resyncId: 'quiet', status: 'failed', message: 'for the test' });
  expect((await heard()).district).not.toEqual(running.district);
});

test('who sees less is told by a feed of its own, also while somebody listens who sees more', async () => {
  const { control, here, other, as } = world;
  await runningResync(control, 'mixed', ['School'], {
    ...{ districtId: here, initiator: 'state', scenario: 'STATE_REQUEST' },
  });
  await insertStateRequest(control, {
    request: {
      ...{ stateRequestId: 'both', objects: 'all', checkDependencies: true, schoolYear: 2027 },
      ...{ scenario: 'STATE_REQUEST', mode: 'compare', reason: 'Count day.', requestedBy: 'test' },
    },
    window: { from: new Date(), until: new Date(Date.now() + 3_600_000) },
    districts: [here, other].map((districtId) => ({ districtId, schoolYear: 2027, problem: null })),
    asked: {},
  });
  const first = await bearer(['processAlerts', 'resyncBatch', 'agents']);
  const second = await bearer(['processAlerts', 'resyncBatch']);
  const { token } = await createToken(control, { name: 'of here', level: 'state', districts: [here] });
  const topics = [`district:${here}`, 'resync:mixed', 'alerts'];
  // Who sees more comes first: what is read for them is what others would be told.
  const state = await listen([...topics, 'agents', 'request:both'], as.state);
  await until('the state is told of all', () => state.heard.length >= 5);
  const mine = await listen([...topics, 'agents'], first.header);
  await until('the first is told of all', () => mine.heard.length >= 4);
  const others = await listen(topics, second.header);
  await until('the second is told of all', () => others.heard.length >= 3);
  const part = await listen(['agents', 'request:both'], `Bearer ${token}`);
  await until('who has a part of the state is told of it', () => part.heard.length >= 2);
  const objectsOf = ({ heard }: typeof state) =>
    heard.find(({ topic }) => topic === 'resync:mixed')!.data!.objectResults;
  expect([objectsOf(state)?.length, objectsOf(mine)]).toEqual([1, null]);

  await control('resync').where({ resyncID: 'mixed' }).update({ status: 'paused' });
  await until('the state hears of it', () => kinds(state.heard, topics[0]!).includes('changed'));
  for (const { heard } of [state, part])
    await until('the agent’s queue is heard of', () => kinds(heard, 'agents').includes('changed'));
  const agentsHeard = kinds(state.heard, 'agents').length;
  const inPart = kinds(part.heard, 'agents').length;
  await runningResync(control, 'elsewhere', ['School'], { districtId: other });
  await control('stateRequestDistrict')
    .where({ stateRequestID: 'both', districtID: other })
    .update({ status: 'failed' });
  await until('the other agent is heard of', () => kinds(state.heard, 'agents').length > agentsHeard);
  await until('the request is heard of', () => kinds(state.heard, 'request:both').length >= 2);
  await postAlert(control, {
    ...{ alertKey: 'one’s own', category: 'Vertical Interoperability', name: 'Done', text: 'It is done.' },
    ...{ districtId: here, right: 'processAlerts', principalId: first.principalId },
  });
  await until('whose alert it is hears of it', () => kinds(mine.heard, 'alerts').includes('changed'));
  expect(kinds(mine.heard, topics[0]!)).toEqual(['now']);
  expect(kinds(others.heard, 'alerts')).toEqual(['now']);
  expect(kinds(state.heard, 'alerts')).toEqual(['now']);
  expect(kinds(part.heard, 'request:both')).toEqual(['now']);
  expect(kinds(part.heard, 'agents')).toHaveLength(inPart);
  for (const stream of [state, mine, others, part]) stream.leave();
  for (const resyncId of ['mixed', 'elsewhere'])
    await finishResync(control, { resyncId, status: 'failed', message: 'for the test' });
});

test('rights that become others end the stream, which is judged anew', async () => {
  await runningResync(world.control, 'watched', ['School'], { districtId: world.here });
  const { header, principalId } = await bearer(['resyncBatch', 'processAlerts']);
  const stream = await listen(['resync:watched', 'alerts'], header);
  await until('both are told of', () => stream.heard.length >= 2);
  const withdrawn = await request(world.app)
    .delete(`/api/v1/principals/${principalId}/rights/resyncBatch`)
    .set('Authorization', world.as.state);
  expect(withdrawn.status).toBe(200);
  await stream.over;
  const after = await listen(['resync:watched', 'alerts'], header);
  await until('both are told of', () => after.heard.length >= 2);
  expect(kinds(after.heard, 'resync:watched')).toEqual(['end']);
  expect(kinds(after.heard, 'alerts')).toEqual(['now']);
  after.leave();
});

test('a list tells when it is another: districts and what was done to many, approvals and removals, requests, schedules, conflicts, previews, certifications, people, the audit', async () => {
  const { control, here, app, as } = world;
  const removalsOf = { removals: 'apply', status: 'awaitingApproval' } as const;
  await runningResync(control, 'waits', ['School'], { districtId: here });
  await control('resync').where({ resyncID: 'waits' }).update(removalsOf);
  await control('removalObject').insert({
    ...{ resyncID: 'waits', objectName: 'School', position: 0, decision: 'awaiting', found: 9, records: 10 },
    ...{ thresholdPercent: 5 },
  });
  const certified = (certificationId: string) =>
    insertCertification(control, {
      certification: {
        ...{ certificationId, districtId: here, schoolYear: 2027, name: 'Count' },
        ...{ reportingDate: '2026-10-01', certifiedBy: 'state', requestedBy: 'state' },
      },
      ...{ asked: {}, idempotencyKey: null },
    });
  await certified('signed');
  await insertPreview(control, {
    ...{ previewId: 'preview', districtId: here, schoolYear: 2027, object: 'School', key: ['1'] },
    ...{ level: 'state', requestedBy: 'state' },
  });
  const topics = [
    ...['districts', 'approvals', 'requests', 'removals:waits', `schedules:${here}`, `conflicts:${here}`],
    ...['preview:preview', 'certification:signed', 'certifications', 'people', 'audit', 'actions'],
  ];
  const stream = await listen(topics, as.state);
  await until('all are told of', () => stream.heard.length >= topics.length);
  expect(stream.heard.map(({ topic, event }) => `${topic} ${event}`).sort()).toEqual(
    topics.map((topic) => `${topic} now`).sort(),
  );
  const post = (path: string, body: object) =>
    request(app).post(`/api/v1${path}`).set('Authorization', as.state).send(body);
  const nightly = { cron: '0 2 * * *', timezone: 'UTC', objects: ['School'], name: 'nightly' };
  const made = [
    await post(`/districts/${here}/schedules`, nightly),
    await post('/recurring-requests', { ...nightly, districts: 'all', reason: 'Counts.' }),
  ];
  expect(made.map(({ status }) => status)).toEqual([201, 201]);
  await control('removalObject').where({ resyncID: 'waits' }).update({ decision: 'rejected' });
  await insertDrift(control, {
    ...{ certificationId: 'signed', driftId: 'drift', initiator: 'state', requestedBy: 'state' },
  });
  await certified('another');
  await createToken(control, { name: 'somebody new', level: 'state' });
  await insertDistrictAction(control, {
    action: { districtActionId: 'many', action: 'verify', words: {}, requestedBy: 'state' },
    targets: [{ districtId: here, schoolYear: 2027, resyncId: null, whyNot: null, note: null, detail: null }],
    ...{ asked: {}, idempotencyKey: null },
  });
  await endPreview(control, 'preview', { message: 'for the test' });
  await postAlert(control, {
    ...{ alertKey: 'lists', category: 'Vertical Interoperability', name: 'Done', text: 'It is done.' },
    ...{ districtId: here, right: 'processAlerts' },
  });
  await runningResync(control, 'conflicting', ['School'], { districtId: here });
  await control('recordError').insert({
    ...{ resyncID: 'conflicting', districtID: here, objectName: 'School', recordKey: '["1"]' },
    ...{ guid: 'guid', outcome: 'failed', code: 'RENUMBERED', message: 'Renumbered.', ofState: false },
  });
  await control('DISBatchHistory')
    .where({ resyncID: 'conflicting' })
    .update({ districtID: here, status: 'finished' });
  for (const topic of topics.filter((name) => name !== 'preview:preview'))
    await until(`${topic} is told of`, () => kinds(stream.heard, topic).includes('changed'));
  await until('the preview has ended', () => kinds(stream.heard, 'preview:preview').includes('end'));
  stream.leave();
  for (const run of ['waits', 'conflicting'])
    await finishResync(control, { resyncId: run, status: 'failed', message: 'for the test' });
  // Of the state's own lists a district is told nothing.
  const theirs = await listen(['requests', 'preview:preview', `conflicts:${world.other}`], as.here);
  await theirs.over;
  expect(theirs.heard.map(({ event }) => event)).toEqual(['end', 'end', 'end']);
});

test('of people and of the audit a district is told what is its own, and nothing that the state does', async () => {
  const { app, as } = world;
  const [{ header }, { principalId }] = [await bearer(['administration']), await bearer(['resyncView'])];
  const topics = ['people', 'audit'];
  const [mine, state] = [await listen(topics, header), await listen(topics, as.state)];
  for (const { heard } of [mine, state]) await until('both are told of', () => heard.length >= 2);
  const grant = (authorization: string, whom: string) =>
    request(app).put(`/api/v1/principals/${whom}/rights/errorLog`).set('Authorization', authorization);
  const { principalId: ofState } = await createToken(world.control, { name: 'of the state', level: 'state' });
  expect((await grant(as.state, ofState)).status).toBe(200);
  for (const topic of topics)
    await until(`the state hears of ${topic}`, () => kinds(state.heard, topic).includes('changed'));
  await sleep(pollMs);
  // Of the state's doings it hears nothing.
  for (const topic of topics) expect(kinds(mine.heard, topic)).toEqual(['now']);
  expect((await grant(header, principalId)).status).toBe(200);
  for (const topic of topics)
    await until(`the district hears of ${topic}`, () => kinds(mine.heard, topic).includes('changed'));
  for (const { leave } of [mine, state]) leave();
});

test('of the list of districts somebody hears of alerts of their own, and nobody else does', async () => {
  const { control, here } = world;
  const rights = ['resyncBatch', 'verificationSummary', 'processAlerts'] as const;
  const people = await Promise.all(
    Array.from({ length: 3 }, () =>
      createToken(control, { name: 'watcher', level: 'state', districts: null, rights }),
    ),
  );
  const streams = await Promise.all(people.map(({ token }) => listen(['districts'], `Bearer ${token}`)));
  for (const { heard } of streams) await until('each is told of them', () => heard.length >= 1);
  await postAlert(control, {
    ...{ alertKey: 'for one', category: 'Vertical Interoperability', name: 'Done', text: 'It is done.' },
    ...{ districtId: here, right: 'processAlerts', principalId: people[1]!.principalId },
  });
  await until('whose it is hears of it', () => kinds(streams[1]!.heard, 'districts').includes('changed'));
  expect(streams.map(({ heard }) => kinds(heard, 'districts').length)).toEqual([1, 2, 1]);
  const header = `Bearer ${people[1]!.token}`;
  const alerts = await request(world.app).get('/api/v1/alerts?limit=1').set('Authorization', header);
  const [{ alertId }] = (alerts.body as { items: [{ alertId: number }] }).items;
  const read = await request(world.app)
    .post('/api/v1/alerts/read')
    .set('Authorization', header)
    .send({ ids: [alertId] });
  expect(read.status).toBe(200);
  await until('its being read is heard of', () => kinds(streams[1]!.heard, 'districts').length >= 3);
  for (const { leave } of streams) leave();
});

test('what is no topic is refused by its name, and so are more than fifty', async () => {
  const many = Array.from({ length: 51 }, (_, n) => `resync:${n}`);
  for (const topics of [['nonsense'], ['resync:'], ['resync'], ['alerts:a'], ['resync:a/b'], many]) {
    const answer = await request(world.app)
      .get(`/api/v1/events?topics=${topics.join()}`)
      .set('Authorization', world.as.here);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ parameter: 'topics' }] } });
  }
});
