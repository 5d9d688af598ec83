import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get as httpGet } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { createToken } from '../../src/features/access/token-store';
import { insertResync, setResyncStatus } from '../../src/features/resyncs/store';
import { type RunningServer, startServer } from '../../src/server';
import { administrators, apiWorld, type ApiWorld } from '../support/api-world';
import { requestOf, someCatalog } from '../support/control-database';
import { untilInLine } from '../support/in-line';
import { until } from '../support/until';

let world: ApiWorld;
let as: ApiWorld['as'];
let server: RunningServer;
const serverOf = ({ config }: ApiWorld) =>
  startServer({ ...config, api: { ...config.api, port: 0 } }, { logger: pino({ level: 'silent' }) });
beforeAll(async () => {
  const secretKey = Buffer.alloc(32, 5).toString('base64');
  world = await apiWorld({ notices: { secretKey, allowPrivateAddresses: true, allowPlainHttp: true } });
  as = await administrators(world);
  server = await serverOf(world);
});
afterAll(async () => {
  await server.stop();
  await world.close();
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}
async function ask(
  method: 'GET' | 'POST',
  path: string,
  { body, authorization = as.state }: { body?: object; authorization?: string } = {},
): Promise<Answer> {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { Authorization: authorization, 'Content-Type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}
const times = <T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => work(n)));
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);

test('hundreds of refused tokens are limited, and leave the good tokens of the same address alone', async () => {
  const bad = `Bearer rsk_000000000000_${'A'.repeat(43)}`;
  const refusals = () => times(31, () => ask('GET', '/districts', { authorization: bad }));
  // As many a minute as there may be: a slow machine needs longer for them.
  await until('they are limited', async () => statuses(await refusals()).includes(429));
  expect((await ask('GET', '/districts')).status).toBe(200);
});

test('a path that isn’t one is a bad request, and a right named twice is one right', async () => {
  expect((await ask('GET', '/resyncs/%')).status).toBe(400);
  const body = { name: 'twice', districts: [world.here, world.here], rights: ['errorLog', 'errorLog'] };
  const made = await ask('POST', '/principals', { body });
  expect(made).toMatchObject({ status: 201, body: { rights: ['errorLog'], districts: [world.here] } });
});

test('as many webhooks, tokens, schedules and windows as there may be, however many are asked for at once', async () => {
  const webhook = { url: 'http://127.0.0.1:9/hook', events: ['completion'] };
  const hooks = await times(24, () => ask('POST', '/webhooks', { body: webhook, authorization: as.here }));
  const { principalId } = (await ask('GET', '/me', { authorization: as.here })).body as {
    principalId: string;
  };
  const tokens = await times(24, () =>
    ask('POST', `/principals/${principalId}/tokens`, { body: { label: 'many' } }),
  );
  const rule = { kind: 'weekly', days: ['mon'], from: '07:00', to: '08:00', timezone: 'America/Chicago' };
  const window = { rule };
  const path = `/districts/${world.here}/blackouts`;
  const nightly = { cron: '0 2 29 2 *', timezone: 'America/Chicago', objects: 'all' };
  const of = `/districts/${world.here}/schedules`;
  const schedule = (name: string, authorization = as.here) =>
    ask('POST', of, { body: { name, ...nightly }, authorization });
  const alike = await times(3, () => schedule('0'));
  const schedules = await times(22, (n) => schedule(`${n + 1}`));
  const windows = await times(53, () => ask('POST', path, { body: window, authorization: as.here }));
  const count = async (table: string, where: object) =>
    Number((await world.control(table).where(where).count({ n: '*' }))[0]!['n']);
  expect(await count('webhook', { principalID: principalId })).toBe(20);
  // One more was there before.
  expect(await count('apiToken', { principalID: principalId })).toBe(20);
  expect(await count('blackout', { districtID: world.here })).toBe(50);
  expect(await count('resyncSchedule', { districtID: world.here })).toBe(20);
  expect(statuses(alike).filter((status) => status === 201)).toEqual([201]);
  for (const answers of [hooks, tokens, alike, schedules, windows])
    expect(new Set(statuses(answers))).toEqual(new Set([201, 409]));
  // The district has all of its own: the state's window and schedule are another's.
  expect((await ask('POST', path, { body: window })).status).toBe(201);
  expect((await schedule('0', as.state)).status).toBe(201);
});

test('event streams that are cut at once give their places back', async () => {
  const run = requestOf('streamed', { districtId: world.here });
  await insertResync(world.control, { catalogHash: someCatalog, request: run });
  const { token } = await createToken(world.control, { name: 's', level: 'state', districts: null });
  const headers = { Authorization: `Bearer ${token}` };
  const paths = ['/resyncs/streamed/events', '/events?topics=alerts,resync:streamed'];
  const cut = async (n: number): Promise<void> => {
    const stream = httpGet(`${server.url}/api/v1${paths[n % paths.length]}`, { headers });
    stream.on('error', () => undefined);
    await sleep(n % 12);
    stream.destroy();
  };
  for (let sent = 0; sent < 400; sent += 4) await times(4, (n) => cut(sent + n));
  const opened = async (): Promise<number[]> => {
    const streams = await times(5, async (n) => {
      const end = new AbortController();
      const stream = await fetch(`${server.url}/api/v1${paths[n % paths.length]}`, {
        headers,
        signal: end.signal,
      });
      return { status: stream.status, end: () => end.abort() };
    });
    for (const { end } of streams) end();
    return streams.map(({ status }) => status);
  };
  await until('all places are free', opened, (all) => all.every((status) => status === 200));
});

test('more long reads of one principal than a few at a time are refused, and who is well is still answered', async () => {
  const run = requestOf('erring', { districtId: world.here });
  await insertResync(world.control, { catalogHash: someCatalog, request: run });
  const answered = new Set<number>();
  // Until some have come at the same time.
  await until('some are refused', async () => {
    const [causes, ready] = await Promise.all([
      times(40, () => ask('GET', '/resyncs/erring/causes')),
      times(20, () => fetch(`${server.url}/readyz`)),
    ]);
    expect(ready.map(({ status }) => status)).toEqual(Array(20).fill(200));
    for (const status of statuses(causes)) answered.add(status);
    return answered.size > 1;
  });
  expect(answered).toEqual(new Set([200, 429]));
});

test('a server that stops lets the answers under way go out, ends streams, and takes nothing new', async () => {
  const other = await serverOf(world);
  const headers = { Authorization: as.state };
  const stream = await fetch(`${other.url}/api/v1/resyncs/streamed/events`, { headers });
  // Waits for a lock that is held for longer than the 40 ms in which answers were cut.
  const lock = await world.control.transaction();
  await lock.raw('SELECT * FROM principal FOR UPDATE');
  const slow = fetch(`${other.url}/api/v1/principals`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'slow', districts: [world.here] }),
  });
  let stopped: Promise<void> | undefined;
  try {
    await untilInLine(async (sql) => ((await world.control.raw(sql)) as [{ statement: string }[]])[0]);
    stopped = other.stop();
    const refuses = () =>
      fetch(`${other.url}/healthz`).then(
        () => false,
        () => true,
      );
    await until('it takes nothing new', refuses);
  } finally {
    await lock.rollback();
  }
  expect((await slow).status).toBe(201);
  await stream.text();
  await stopped;
});

test('who stops following a run reads that it goes on, and how to follow it again', async () => {
  const run = requestOf('followed', { districtId: world.here });
  await insertResync(world.control, { catalogHash: someCatalog, request: run });
  await setResyncStatus(world.control, { resyncId: 'followed', status: 'running' });
  const root = join(__dirname, '..', '..');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(root, 'src/cli/main.ts'), 'run', 'watch', 'followed'],
    {
      cwd: root,
      env: { ...process.env, RESYNC_API_URL: server.url, RESYNC_TOKEN: as.state.slice('Bearer '.length) },
    },
  );
  // Not its exit: what it has said may come after that.
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  let told = '';
  let shown = false;
  child.stderr.on('data', (text: Buffer) => {
    told += text.toString();
    shown = true;
  });
  child.stdout.on('data', () => (shown = true));
  await until('it follows', () => shown);
  await sleep(500);
  // The terminal's, and again from each launcher between it and the command.
  for (let sent = 0; sent < 500; sent++) child.kill('SIGINT');
  const [code, signal] = await ended;
  expect(told).toContain('To follow it again: resync watch followed');
  // Its own code, or by the signal, which a launcher answers with the same.
  expect([130, 'SIGINT']).toContain(code ?? signal);
});
