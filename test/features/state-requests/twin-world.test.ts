/**
 * Two districts with the same past of their own; in one of them the state has had a run too, with
 * errors, removals, a comparison and a conflict. Whatever a district reads is the same in both, to
 * the byte, but for what decision 8 allows: that there was a run of the state, and when.
 */
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Command } from 'commander';
import request from 'supertest';
import type { z } from 'zod';
import { noticeActivities } from '../../../activities/notices';
import { apiRoutes } from '../../../src/app';
import { createProgram } from '../../../src/cli/program';
import { noticeEvents } from '../../../src/domain/notices';
import { listNotices } from '../../../src/features/notices/list-due';
import { keepTransferTasks } from '../../../src/features/identity-conflicts/alerts';
import { finishObject } from '../../../src/features/resyncs/object-store';
import { finishResync } from '../../../src/features/resyncs/store';
import { planVerifiedObjects } from '../../../src/features/verifications/object-store';
import { finishVerification, insertVerification } from '../../../src/features/verifications/store';
import type { ApiContext } from '../../../src/http/context';
import { resync, serve, type Served, speakAs } from '../../support/command-line';
import { ledgerPage, requestOf, runningResync, someCatalog } from '../../support/control-database';
import { mailServer } from '../notices/mail-server';
import { receiver, type Receiver } from '../notices/receiver';
import { administrators, apiWorld, type ApiWorld } from '../../support/api-world';

const sides = ['here', 'other'] as const;
type Side = (typeof sides)[number];

let world: ApiWorld;
let served: Served;
let as: ApiWorld['as'];
let posts: Receiver;
let mails: Awaited<ReturnType<typeof mailServer>>;
beforeAll(async () => {
  posts = await receiver();
  mails = await mailServer();
  const notices = { allowPrivateAddresses: true, allowPlainHttp: true, smtp: mails.settings };
  world = await apiWorld({ notices });
  served = await serve(world.app);
  as = await administrators(world);
  for (const side of sides) await past(side, 'district', `own-${side}`, 'Course');
  await past('here', 'state', 'states-here', 'Section');
});
afterAll(async () => {
  served.close();
  await world.close();
  await posts.close();
  await mails.close();
});

/** A run with an error and a conflict, and a comparison that found the object to differ. */
async function past(side: Side, initiator: 'district' | 'state', id: string, object: string): Promise<void> {
  const { control, config } = world;
  const districtId = world[side];
  const state = initiator === 'state';
  await runningResync(control, id, [object], {
    ...{ districtId, initiator, objects: [object] },
    ...(state && { scenario: 'STATE_REQUEST' as const }),
  });
  await control('DISBatchHistory').where({ resyncID: id }).update({ districtID: districtId });
  for (const [key, code] of [
    ['7', 'VALUE_TOO_LONG'],
    ['8', 'IDENTITY_CHANGED'],
    ['9', 'HELD_BY_DISTRICT'],
  ])
    await control('recordError').insert({
      ...{ resyncID: id, districtID: districtId, objectName: object, recordKey: `["${key}"]`, code },
      ...{ guid: `${object}-${key}`, outcome: 'failed', message: `Planted in ${object}.`, ofState: state },
      ...(code === 'HELD_BY_DISTRICT' && { heldBy: '99' }),
    });
  await ledgerPage(control, { resyncId: id, object, read: 12 }, { inserted: 9, failed: 3 });
  await finishObject(control, { resyncId: id, object, status: 'finished' });
  await finishResync(control, { resyncId: id, status: 'finished' });
  await keepTransferTasks(control, config.districts, requestOf(id, { districtId, initiator }));
  const verificationId = `${id}-compared`;
  await insertVerification(
    control,
    {
      ...{ verificationId, districtId, schoolYear: 2027, objects: [object], checkDependencies: false },
      ...{ initiator, requestedBy: 'tester', kind: 'verification', resyncId: null },
    },
    { catalogHash: someCatalog },
  );
  await planVerifiedObjects(control, verificationId, [{ name: object, cycle: null }]);
  await control('verificationObject')
    .where({ verificationID: verificationId })
    .update({ status: 'finished', inserted: 3 });
  await finishVerification(control, { verificationId, status: 'finished', message: null });
}

/** Without what differs between any two districts. */
function withoutNames(text: string): string {
  return text
    .replaceAll(new RegExp(`${world.here}|${world.other}`, 'g'), 'DISTRICT')
    .replaceAll(/own-(here|other)/g, 'OWN')
    .replaceAll(/District \d/g, 'NAME')
    .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g, 'TIME')
    .replaceAll(
      /"(requestId|csrf|principalId|tokenId|id|alertId|number|nextCursor)":\s*("[^"]*"|\d+)/g,
      '"$1":"N"',
    )
    .replaceAll(/"seconds":\d+|About \d+ s/g, 'SECONDS')
    .replaceAll(/^\d+ {2,}/gm, 'N ')
    .replaceAll(/ {2,}/g, '  ');
}

/** Every GET route but streams, of what is the district’s own, in each of its forms. */
async function everyRead(side: Side): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  const routes = apiRoutes({ ...world } as unknown as ApiContext);
  for (const { path: written, query } of routes.filter(
    ({ method, path }) => method === 'get' && !path.endsWith('/events'),
  )) {
    const id = written.startsWith('/verifications') ? `own-${side}-compared` : `own-${side}`;
    const path = written
      .replace('{district}', world[side])
      .replace('{object}', 'Section')
      .replace('{key}', '7')
      .replace('{name}', 'Course')
      .replace('{id}', id)
      .replaceAll(/\{\w+\}/g, 'x');
    const format = query?.shape['format'] as z.ZodType | undefined;
    // A file of a list as its items are: what differs between districts is told apart by name.
    const file = format?.safeParse('ndjson').success ? '?format=ndjson' : '?format=csv';
    for (const form of format ? ['', file] : ['']) {
      const answer = await request(world.app)
        .get(`/api/v1${path}${form}`)
        .set('Authorization', as[side])
        .buffer(true)
        .parse((response, done) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
          response.on('end', () => done(null, text));
        });
      answers[`${written}${form}`] = `${answer.status} ${withoutNames(answer.body as string)}`;
    }
  }
  for (const body of [{ objects: ['Section'] }, { objects: 'all' }]) {
    const plan = await request(world.app)
      .post(`/api/v1/districts/${world[side]}/plan`)
      .set('Authorization', as[side])
      .send(body);
    answers[`plan ${JSON.stringify(body)}`] = withoutNames(plan.text);
  }
  return answers;
}

const differing = (a: Record<string, string>, b: Record<string, string>) =>
  Object.keys(a).filter((name) => a[name] !== b[name]);

test('of a run of the state a district reads that it was there, and nothing else in any route differs', async () => {
  const here = await everyRead('here');
  const other = await everyRead('other');
  expect(Object.keys(here).length).toBeGreaterThan(40);
  expect(Object.entries(here).filter(([, text]) => text.startsWith('5'))).toEqual([]);
  expect(differing(here, other).sort()).toEqual([
    '/alerts',
    '/alerts/count',
    '/alerts?format=ndjson',
    '/districts/{district}/agent/log',
    '/districts/{district}/agent/log?format=ndjson',
    '/districts/{district}/resyncs',
    '/districts/{district}/resyncs?format=ndjson',
  ]);
  // What differs is one more head, its lines in the agent's log and one more alert, without what is
  // in the run.
  const list = async (side: Side, path = `/districts/${world[side]}/resyncs`) => {
    const answer = await request(world.app).get(`/api/v1${path}`).set('Authorization', as[side]);
    return (answer.body as { items: Record<string, unknown>[] }).items;
  };
  const [states, own, ...rest] = await list('here');
  expect(rest).toEqual([]);
  expect(withoutNames(JSON.stringify(own))).toBe(withoutNames(JSON.stringify((await list('other'))[0])));
  expect(states).toMatchObject({ resyncId: 'states-here', status: 'ended', objects: null, color: null });
  // In the log of its agent the same run, without how it ended.
  const log = (side: Side) => list(side, `/districts/${world[side]}/agent/log`);
  const ofStates = (await log('here')).filter(({ resyncId }) => resyncId === 'states-here');
  const ofOwn = (await log('here')).filter(({ resyncId }) => resyncId !== 'states-here');
  expect(withoutNames(JSON.stringify(ofOwn))).toBe(withoutNames(JSON.stringify(await log('other'))));
  const kinds = ofStates.map(({ kind }) => kind);
  expect([kinds.includes('ended'), kinds.includes('asked')]).toEqual([true, true]);
  expect(kinds.filter((kind) => !['ended', 'running', 'asked'].includes(String(kind)))).toEqual([]);
  for (const entry of ofStates)
    expect(entry).toMatchObject({ color: null, errors: null, message: null, object: null });
  const told = (await list('here', '/alerts')).filter(({ resyncId }) => resyncId === 'states-here');
  const others = (await list('here', '/alerts')).filter(({ resyncId }) => resyncId !== 'states-here');
  expect(told).toHaveLength(1);
  expect(withoutNames(JSON.stringify(others))).toBe(
    withoutNames(JSON.stringify(await list('other', '/alerts'))),
  );
  // Of ids and times any number may be.
  const words = JSON.stringify(told).replaceAll(/"alertId":\d+|\d{4}-\d\d-\d\dT[\d:.]+Z/g, '');
  expect(words).not.toMatch(/Section|red|yellow|\b(3|9|12)\b/);
  expect(JSON.stringify([here, states])).not.toMatch(/Planted in Section|Section-[789]|states-here-compared/);
});

/** What stands for the arguments of the command line’s verbs. */
const argumentsOf = (side: Side): Readonly<Record<string, string>> => ({
  ...{ district: world[side], run: `own-${side}`, resync: `own-${side}`, object: 'Section', key: '7' },
  ...{ verification: `own-${side}-compared` },
});
/** Verbs that change something, or are about this machine. */
const writes =
  /^(send|run (start|pause|resume|cancel|retry|approve|reject|accept)|verify|verification (start|cancel)|record (send|resolve)|certification (start|start key|key|verify)|request (create|cancel|extend|retry)|request recurring (create|change|pause|resume|trigger|delete)|schedule (create|change|pause|resume|trigger|backfill|delete)|blackout (create|add|change|delete|remove)|district (register|change|retire|import|verify|certify|accept|remind|retry|cancel)|scoped-year (switch|accept)|field-settings set|sync-event create|alert (read|delete|restore)|principal (create|disable|enable|delete)|principal rights (grant|revoke|withdraw)|principal token (create|revoke)|token .*|serve|doctor|catalog .*|setup|up|down|status|start|sample .*|demo|help.*)$/;

/** Every verb of the command line that reads, with what its arguments stand for. */
async function readingVerbs(): Promise<{ words: string[]; takes: string[] }[]> {
  const found: { words: string[]; takes: string[] }[] = [];
  const walk = (command: Command, words: readonly string[]): void => {
    if (command.commands.length > 0) {
      for (const child of command.commands) walk(child, [...words, child.name()]);
      return;
    }
    const takes = command.registeredArguments
      .filter(({ required }) => required)
      .map((argument) => argument.name());
    if (!writes.test(words.join(' '))) found.push({ words: [...words], takes });
  };
  walk(await createProgram('all'), []);
  return found;
}

test('every verb of the command line prints the same, but for one run and one alert in their lists', async () => {
  const verbs = await readingVerbs();
  const printed = async (side: Side) => {
    speakAs(as[side]);
    const outputs: Record<string, string> = {};
    const calls = verbs.map(({ words, takes }) => [
      ...words,
      ...takes.map((name) => argumentsOf(side)[name] ?? 'x'),
    ]);
    for (const argv of [
      ...calls,
      ['errors', '--csv'],
      ['errors', `own-${side}`],
      ['plan', '--all'],
      ['plan', '--objects', 'Section'],
      ['run', 'list', '--json'],
    ]) {
      const { code, text } = await resync(...argv);
      // Tables show ids, and the district's number, without a name beside them.
      const told = withoutNames(text).replaceAll(/\b[0-9a-f]{12}\b/g, 'ID');
      outputs[withoutNames(argv.join(' '))] = `${code}: ${told.replaceAll(/^(\W*DISTRICT\W+)\d+/gm, '$1N')}`;
    }
    return outputs;
  };
  const here = await printed('here');
  const other = await printed('other');
  expect(Object.keys(here).length).toBeGreaterThan(40);
  expect(differing(here, other).sort()).toEqual(['alert list', 'run list', 'run list --json']);
  for (const name of ['alert list', 'run list'])
    expect(here[name]!.split('\n')).toHaveLength(other[name]!.split('\n').length + 1);
  expect(JSON.stringify(here)).not.toMatch(/Planted in Section|Section-[789]/);
});

test('a stream of its own run is the same, and one of the state’s run shows no object of it', async () => {
  const stream = async (side: Side, id: string) => {
    const answer = await fetch(`${served.url}/api/v1/resyncs/${id}/events`, {
      headers: { authorization: as[side] },
    });
    return { status: answer.status, text: await answer.text() };
  };
  const [here, other] = [await stream('here', 'own-here'), await stream('other', 'own-other')];
  const plain = ({ text }: { text: string }) => withoutNames(text).replaceAll(/^id:.*$/gm, 'id:N');
  expect(plain(here)).toContain('Course');
  expect(plain(here)).toBe(plain(other));
  const states = await stream('here', 'states-here');
  expect(states.text).toMatch(/"status":"ended"/);
  expect(states.text).not.toMatch(/Section|red|yellow|"(inserted|failed|processed)"/);
  // As of a run that there is not.
  const foreign = await stream('other', 'states-here');
  expect(foreign).toMatchObject({ status: 404 });
});

test('webhooks and mails of all events are the same, but for one that says that the state’s run has ended', async () => {
  const activities = noticeActivities(world);
  for (const side of sides) {
    const ask = (method: 'post' | 'put', path: string, body: object) =>
      request(world.app)[method](`/api/v1${path}`).set('Authorization', as[side]).send(body);
    const hook = await ask('post', '/webhooks', { url: `${posts.url}/${side}`, events: noticeEvents });
    expect([hook.status, hook.body]).toEqual([201, expect.anything()]);
    const email = { address: `${side}@example.org`, events: noticeEvents };
    expect((await ask('put', '/notice-preferences', { email })).status).toBe(200);
  }
  await world.control('processAlert').update({ noticedAt: null });
  await listNotices(world.control, { olderThanSeconds: 0 });
  const deliveries = await world.control('noticeDelivery').pluck<number[]>('noticeDeliveryID');
  const made = new MockActivityEnvironment();
  for (const deliveryId of deliveries) await made.run(activities.deliverNotice, { deliveryId });

  const told = (side: Side) => ({
    webhooks: posts.received.filter(({ path }) => path.endsWith(side)).map(({ body }) => withoutNames(body)),
    mails: mails.taken
      .filter(({ to }) => to.includes(`${side}@example.org`))
      .map(({ text }) => withoutNames(bodyOf(text))),
  });
  const [here, other] = [told('here'), told('other')];
  for (const channel of ['webhooks', 'mails'] as const) {
    expect(other[channel].length).toBeGreaterThan(0);
    const more = [...here[channel]];
    for (const same of other[channel]) more.splice(more.indexOf(same), 1);
    expect(more).toHaveLength(1);
    expect(more[0]).not.toMatch(/Section|red|yellow|\b(3|9|12)\b/);
  }
});

/** A mail without the headers that each has of its own. */
function bodyOf(text: string): string {
  const [headers = '', ...body] = text.split('\r\n\r\n');
  const subject = /^Subject: .*$/m.exec(headers)?.[0] ?? '';
  return `${subject}\n${body.join('\n')}`;
}
