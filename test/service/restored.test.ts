/**
 * A backup is restored: Temporal's file and the books are of different moments. What the service
 * says and does then has to be true, and lead out.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createConnection } from 'mysql2/promise';
import pino from 'pino';
import { builtinCatalog } from '../../src/catalog/builtin';
import { parseAddress } from '../../src/database/address';
import { startServer } from '../../src/server';
import { findProgram } from '../../src/stack/commands';
import { TemporalServer } from '../../src/stack/temporal-server';
import { type RunningWorker, startWorker } from '../../src/worker';
import { agentWorkflowId, resyncWorkflowId } from '../../workflows/messages';
import { testStackDir } from '../support/stack';
import { workflowBundle } from '../support/workflow-bundle';
import { until } from '../support/until';
import { type Caller, type DistrictId, schoolYear, ServiceWorld } from './world';

let folder: string;
let temporal: TemporalServer;
let world: ServiceWorld;
let worker: RunningWorker;

beforeAll(async () => {
  mkdirSync(testStackDir, { recursive: true });
  folder = realpathSync(mkdtempSync(join(testStackDir, 'restored-')));
  mkdirSync(join(folder, 'backup'));
  temporal = new TemporalServer({
    ...{ dir: folder, durable: false, wantedPorts: [], wantedWebPorts: [], progress: () => {} },
  });
  await temporal.start();
  world = await ServiceWorld.open(
    {},
    {
      temporal: { address: temporal.info.address },
      copy: { lanes: 1, rangeRecords: 100, pageRecords: 20 },
    },
  );
  ({ worker } = world);
});
afterAll(async () => {
  await worker?.stop();
  await world?.close();
  await temporal?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  readonly resyncId: string;
  readonly status: string;
  readonly color: string;
  readonly message: string | null;
  readonly endedAt: string | null;
  readonly totals: { readonly processed: number; readonly inserted: number };
}

interface Schedule {
  readonly scheduleId: string;
  readonly paused: boolean | null;
  readonly pauseNote: string | null;
  readonly nextRuns: readonly { readonly at: string }[];
  readonly problem: string | null;
}

const rights = ['resyncBatch'] as const;
const full = { objects: 'all', scenario: 'GO_LIVE' };
const few = { objects: ['School'], checkDependencies: false };

async function send(who: Caller, district: DistrictId, body: object = full): Promise<string> {
  const answer = await who.ask<Run>('POST', `/districts/${world.ids[district]}/resyncs`, body);
  expect(answer.status).toBe(202);
  return answer.body.resyncId;
}

const shown = async (who: Caller, id: string): Promise<Run> =>
  (await who.ask<Run>('GET', `/resyncs/${id}`)).body;

const isNow = (who: Caller, id: string, ...statuses: string[]): Promise<Run> =>
  until(
    `it is ${statuses.join(' or ')}`,
    () => shown(who, id),
    ({ status }) => statuses.includes(status),
    120_000,
  );

const endOf = (who: Caller, id: string): Promise<Run> =>
  isNow(who, id, 'finished', 'failed', 'cancelled', 'lost');

/** While nobody works, Temporal ends, and begins with what `change` makes of its files. */
async function withoutTemporal(change: () => void): Promise<void> {
  await worker.stop();
  await temporal.kill();
  change();
  await temporal.start();
}

const files = (of: string): string[] => readdirSync(of).filter((name) => name.startsWith('temporal.db'));

function copyFiles(from: string, to: string): void {
  for (const name of files(to)) rmSync(join(to, name));
  for (const name of files(from)) copyFileSync(join(from, name), join(to, name));
}

const backup = (): string => join(folder, 'backup');

/** What the operator starts again, in this order. An API makes a pass of the reconciler at once. */
async function startAgain(): Promise<void> {
  const api = await startServer(world.config, { logger: pino({ level: 'silent' }) });
  await sleep(1_000);
  worker = await startWorker(world.config, { workflows: { workflowBundle: await workflowBundle() } });
  await api.stop();
}

/** One more pass. */
async function reconcile(isDone: () => Promise<boolean>): Promise<void> {
  const api = await startServer(world.config, { logger: pino({ level: 'silent' }) });
  try {
    await until('the pass is made', isDone);
  } finally {
    await api.stop();
  }
}

/** An hour passes for what is stored of runs and schedules. */
async function anHourLater(): Promise<void> {
  const earlier = (column: string) => world.control.raw(`${column} - INTERVAL 1 HOUR`);
  await world.control('resync').update({ requestedAt: earlier('requestedAt') });
  await world
    .control('resync')
    .whereNotNull('endedAt')
    .update({ endedAt: earlier('endedAt') });
  await world.control('resyncSchedule').update({ createdAt: earlier('createdAt') });
}

/** Both databases of the state's server in one snapshot, as docs/operations.md has it. */
function dumpBooks(): string {
  const { stateDatabaseUrl, controlDatabaseUrl } = world.config;
  const databases = [stateDatabaseUrl, controlDatabaseUrl].map((url) => parseAddress(url).database);
  return client(['mariadb-dump', 'mysqldump'], ['--single-transaction', '--databases', ...databases]);
}

function restoreBooks(dump: string): void {
  client(['mariadb', 'mysql'], [], dump);
}

function client(names: readonly string[], options: readonly string[], input = ''): string {
  const { host, port, user, password } = parseAddress(world.config.stateDatabaseUrl);
  const reach = ['--host', host, '--port', String(port), '--user', user, '--protocol', 'TCP'];
  const env = { ...process.env, MYSQL_PWD: password };
  const settled = { env, input, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  return execFileSync(findProgram(names)!, [...reach, ...options], settled);
}

/** Holds a district's table, until the function it gives is called. */
async function lockTable(district: DistrictId, table: string): Promise<() => Promise<void>> {
  const { databaseUrl } = world.config.districts.find(({ id }) => id === world.ids[district])!;
  const connection = await createConnection(databaseUrl);
  await connection.query(`LOCK TABLES \`${table}\` WRITE`);
  return () => connection.end();
}

/** Whether somebody stands in line with such a statement. */
async function isInLine(district: DistrictId, statement: string): Promise<void> {
  await until('it stands in line', async () => {
    const query = `SELECT 1 FROM information_schema.processlist WHERE info LIKE '${statement}%'`;
    return (await world.sql(district, query)).length > 0;
  });
}

const tableOf = (name: string): string => builtinCatalog.objects.find((one) => one.name === name)!.table;

/** A full run that stops at this object's records until the function it gives is called. */
async function runUpTo(
  who: Caller,
  district: DistrictId,
  object: string,
): Promise<{ readonly resyncId: string; readonly unlock: () => Promise<void> }> {
  for (;;) {
    const resyncId = await send(who, district);
    await isNow(who, resyncId, 'running', 'finished');
    const unlock = await lockTable(district, tableOf(object));
    const row = await world
      .control<{ resyncID: string; objectName: string; status: string }>('DISBatchHistory')
      .where({ resyncID: resyncId, objectName: object })
      .first();
    if (row?.status !== 'finished') return { resyncId, unlock };
    // It was quicker than we were.
    await unlock();
    await endOf(who, resyncId);
  }
}

const nightly = { objects: 'all', cron: '0 2 * * *', timezone: 'America/Chicago' };

async function schedule(who: Caller, name: string): Promise<string> {
  const at = { ...nightly, name };
  const answer = await who.ask<Schedule>('POST', `/districts/${world.ids.north}/schedules`, at);
  expect(answer.status).toBe(201);
  return answer.body.scheduleId;
}

const scheduleShown = async (who: Caller, id: string): Promise<Schedule> =>
  (await who.ask<Schedule>('GET', `/districts/${world.ids.north}/schedules/${id}`)).body;

/** Once what the state gives its persons has been carried down, which comes a moment later. */
async function sameAsDistrict(district: DistrictId): Promise<void> {
  for (const name of ['PersonIdentity', 'Enrollment']) {
    const object = builtinCatalog.objects.find((one) => one.name === name)!;
    const both = () =>
      Promise.all([world.stateRecords(district, object), world.districtRecords(district, object)]);
    await until(`${name} is the same on both sides`, async () => {
      const [state, own] = await both();
      return isDeepStrictEqual(state, own);
    });
    expect((await both())[0].length).toBeGreaterThan(0);
  }
}

test('Temporal’s file is lost: what ran is lost and red, what waited runs, schedules fire again, and paused ones don’t', async () => {
  const north = await world.caller('north', rights);
  const administrator = await world.caller('state', ['administration']);
  const [fires, sleeps] = [await schedule(north, 'fires'), await schedule(north, 'sleeps')];
  await north.ask('POST', `/districts/${world.ids.north}/schedules/${sleeps}/pause`, { note: 'Moving' });
  const { resyncId: ran, unlock } = await runUpTo(north, 'north', 'PersonIdentity');
  const waited = await send(north, 'north', few);
  await anHourLater();

  const away = withoutTemporal(() => files(folder).forEach((name) => rmSync(join(folder, name))));
  await sleep(500);
  await unlock();
  await away;
  await startAgain();

  expect(await endOf(north, ran)).toMatchObject({
    ...{ status: 'lost', color: 'red' },
    message: expect.stringContaining('Send it again') as string,
  });
  expect(await endOf(north, waited)).toMatchObject({ status: 'finished' });
  await reconcile(async () => {
    const both = await Promise.all([fires, sleeps].map((id) => scheduleShown(north, id)));
    return both.every(({ problem }) => problem === null);
  });
  const again = await scheduleShown(north, fires);
  expect([again.paused, again.problem, again.nextRuns.length > 0]).toEqual([false, null, true]);
  expect(await scheduleShown(north, sleeps)).toMatchObject({
    ...{ paused: true, pauseNote: 'Moving', nextRuns: [], problem: null },
  });
  const doctor = await administrator.ask<{ items: { level: string }[] }>('GET', '/doctor');
  expect(doctor.body.items.filter(({ level }) => level === 'fail')).toEqual([]);
  await reconcile(async () => {
    const { body } = await administrator.ask<{ nextPassAt: string | null }>('GET', '/retention');
    return body.nextPassAt !== null;
  });
  expect(await endOf(north, await send(north, 'north'))).toMatchObject({
    status: 'finished',
    color: 'green',
  });
  await sameAsDistrict('north');
  for (const id of [fires, sleeps])
    await north.ask('DELETE', `/districts/${world.ids.north}/schedules/${id}`);
});

test('Temporal is older than the books: what has ended stays so and sends nothing, and holds no other run up', async () => {
  const north = await world.caller('north', rights);
  const [moves, goes] = [await schedule(north, 'moves'), await schedule(north, 'goes')];
  const ofSchedules = `/districts/${world.ids.north}/schedules`;
  await world.emptyState();
  const { resyncId: ran, unlock } = await runUpTo(north, 'north', 'PersonIdentity');
  const withdrawn = await send(north, 'north');
  await north.ask('POST', `/resyncs/${ran}/pause`);
  await unlock();
  await isNow(north, ran, 'paused');
  await withoutTemporal(() => copyFiles(folder, backup()));
  await startAgain();

  const moved = { ...nightly, name: 'moves', cron: '0 4 1 1 *' };
  expect((await north.ask('PUT', `${ofSchedules}/${moves}`, moved)).status).toBe(200);
  await north.ask('DELETE', `${ofSchedules}/${goes}`);
  await north.ask('POST', `/resyncs/${withdrawn}/cancel`);
  await isNow(north, withdrawn, 'cancelled');
  await north.ask('POST', `/resyncs/${ran}/resume`);
  expect(await endOf(north, ran)).toMatchObject({ status: 'finished', color: 'green' });
  const later = await send(north, 'north', few);
  await endOf(north, later);

  await world.emptyState();
  await anHourLater();
  const ended = await Promise.all([ran, withdrawn, later].map((id) => shown(north, id)));
  await withoutTemporal(() => copyFiles(backup(), folder));
  await startAgain();
  const next = await send(north, 'north', { objects: ['School'] });
  const agent = world.temporal.workflow.getHandle(agentWorkflowId(world.ids.north, schoolYear));
  expect((await agent.describe()).status.name).toBe('RUNNING');
  // It waits for a run that is paused in Temporal, and that nobody could resume.
  expect((await north.ask('POST', `/resyncs/${ran}/resume`)).status).toBe(409);
  await anHourLater();
  await reconcile(async () => (await shown(north, next)).status === 'finished');
  expect(await shown(north, next)).toMatchObject({ color: 'green' });
  await until('the agent has looked at what was withdrawn', async () => {
    const run = world.temporal.workflow.getHandle(resyncWorkflowId(withdrawn));
    return (await run.describe()).status.name !== 'RUNNING';
  });
  const now = await Promise.all([ran, withdrawn, later].map((id) => shown(north, id)));
  expect(now.map(({ status, color, totals }) => ({ status, color, totals }))).toEqual(
    ended.map(({ status, color, totals }) => ({ status, color, totals })),
  );
  expect(await world.control('DISBatchHistory').where({ resyncID: withdrawn })).toEqual([]);
  expect(await world.sql('state', `SELECT 1 FROM ${tableOf('PersonIdentity')} LIMIT 1`)).toEqual([]);
  expect(await endOf(north, await send(north, 'north'))).toMatchObject({
    status: 'finished',
    color: 'green',
  });
  await sameAsDistrict('north');

  await reconcile(async () => (await scheduleShown(north, moves)).nextRuns[0]?.at.slice(5, 10) === '01-01');
  const former = world.temporal.schedule.getHandle(`schedule:${world.ids.north}:${goes}`);
  expect((await former.describe()).state.paused).toBe(false);
  await former.trigger();
  await until('what only Temporal has is gone', async () => {
    await sleep(100);
    return former.describe().then(
      () => false,
      () => true,
    );
  });
  await north.ask('DELETE', `${ofSchedules}/${moves}`);
});

test('the books are older than Temporal: no run that lost records ends green, and one they don’t know holds nobody up', async () => {
  const [north, south] = [await world.caller('north', rights), await world.caller('south', rights)];
  await world.emptyState();
  const goesOn = await runUpTo(north, 'north', 'PersonIdentity');
  const ended = await runUpTo(south, 'south', 'PersonIdentity');
  const books = dumpBooks();

  await ended.unlock();
  expect(await endOf(south, ended.resyncId)).toMatchObject({ status: 'finished', color: 'green' });
  const before = (await shown(north, goesOn.resyncId)).totals.processed;
  // What stands at the one table may have read the other, and keeps it until it goes on.
  const locking = lockTable('north', tableOf('Enrollment'));
  await Promise.race([locking, isInLine('north', 'LOCK TABLES')]);
  await goesOn.unlock();
  const unlock = await locking;
  await until('it has come further', async () => {
    await sleep(50);
    return (await shown(north, goesOn.resyncId)).totals.processed > before;
  });
  await north.ask('POST', `/resyncs/${goesOn.resyncId}/pause`);
  await unlock();
  await isNow(north, goesOn.resyncId, 'paused');
  const { resyncId: unknown, unlock: unlockUnknown } = await runUpTo(south, 'south', 'PersonIdentity');
  await south.ask('POST', `/resyncs/${unknown}/pause`);
  await unlockUnknown();
  await isNow(south, unknown, 'paused');

  await worker.stop();
  restoreBooks(books);
  await startAgain();
  expect(await endOf(south, ended.resyncId)).toMatchObject({ status: 'lost', color: 'red' });
  expect((await south.ask('GET', `/resyncs/${unknown}`)).status).toBe(404);
  const behind = await send(south, 'south');
  await anHourLater();
  await reconcile(async () => (await shown(south, behind)).status === 'finished');
  expect(await shown(south, behind)).toMatchObject({ color: 'green' });
  await sameAsDistrict('south');

  await north.ask('POST', `/resyncs/${goesOn.resyncId}/resume`);
  const end = await endOf(north, goesOn.resyncId);
  expect([end.status, end.color]).toEqual(['failed', 'red']);
  expect(end.message).toMatch(/did not finish/);
  expect(await endOf(north, await send(north, 'north'))).toMatchObject({
    status: 'finished',
    color: 'green',
  });
  await sameAsDistrict('north');
  expect(existsSync(join(folder, 'temporal.db'))).toBe(true);
});
