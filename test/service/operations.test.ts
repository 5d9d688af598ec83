import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { builtinCatalog } from '../../src/catalog/builtin';
import { catalogToYaml } from '../../src/catalog/print';
import { inTransaction } from '../../src/control/database';
import { parseAddress } from '../../src/database/address';
import { type RunningServer, startServer } from '../../src/server';
import { type RunningWorker, startWorker } from '../../src/worker';
import { promtool, startPrometheus } from '../support/prometheus';
import { startTraceCollector, type TraceCollector } from '../support/trace-collector';
import { workflowBundle } from '../support/workflow-bundle';
import { until } from '../support/until';
import { agentWorkflowId, resyncWorkflowId } from '../../workflows/messages';
import { type Caller, type DistrictId, schoolYear, ServiceWorld } from './world';

const monitoring = join(__dirname, '..', '..', 'deploy', 'monitoring');

/** A worker has this long for what is under way when it is asked to stop. */
const drainSeconds = 45;

let world: ServiceWorld;
let collector: TraceCollector;
let second: { readonly api: RunningServer; readonly worker: RunningWorker };

beforeAll(async () => {
  collector = await startTraceCollector();
  world = await ServiceWorld.open(
    {},
    {
      health: { apiPort: 0, workerPort: 0 },
      copy: { lanes: 1, rangeRecords: 100, pageRecords: 20 },
      tracing: { url: collector.url },
    },
  );
  second = {
    worker: await startWorker(world.config, { workflows: { workflowBundle: await workflowBundle() } }),
    api: await startServer(world.config, { logger: pino({ level: 'silent' }) }),
  };
});
afterAll(async () => {
  await second.api.stop();
  await second.worker.stop();
  await world.close();
  await collector.stop();
});

interface Run {
  readonly resyncId: string;
  readonly status: string;
  readonly color: string;
  readonly totals: { readonly processed: number; readonly inserted: number };
}

interface Catalogs {
  readonly catalogHash: string;
  readonly otherCatalog: { readonly workerHash: string; readonly text: string } | null;
}

interface Compared {
  readonly verificationId: string;
  readonly status: string;
  readonly message: string | null;
  readonly objectResults: readonly unknown[];
}

interface Queue {
  readonly taskQueue: string;
  readonly kind: string;
  readonly workers: readonly { readonly identity: string }[];
}

interface Found {
  readonly level: string;
  readonly check: string;
}

const full = { objects: 'all', scenario: 'GO_LIVE' };

async function send(who: Caller, district: DistrictId, body: object = full): Promise<string> {
  const answer = await who.ask<Run>('POST', `/districts/${world.ids[district]}/resyncs`, body);
  expect(answer.status).toBe(202);
  return answer.body.resyncId;
}

async function endOf(who: Caller, resyncId: string): Promise<Run> {
  const shown = async () => (await who.ask<Run>('GET', `/resyncs/${resyncId}`)).body;
  const over = ['finished', 'failed', 'cancelled', 'lost'];
  return until('it has ended', shown, ({ status }) => over.includes(status), 120_000);
}

const textOf = async (url: string | null): Promise<string> => (await fetch(`${url}/metrics`)).text();

/** The value of a metric with these labels; 0 when there is none. */
function valueOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

test('two workers and two APIs share the load, and a worker that stops hands on what it had', async () => {
  const [north, south] = [
    await world.caller('north', ['resyncBatch']),
    await world.caller('south', ['resyncBatch'], { url: second.api.url }),
  ];
  const runs = [await send(north, 'north'), await send(south, 'south')] as const;
  // Either API knows what the other one took.
  const elsewhere = await world.caller('north', ['resyncBatch'], { url: second.api.url });
  const ends = [await endOf(elsewhere, runs[0]), await endOf(south, runs[1])];
  expect(ends.map(({ status, color }) => [status, color])).toEqual(Array(2).fill(['finished', 'green']));
  const textsOfWorkers = () => Promise.all([world.healthUrls.worker, second.worker.healthUrl].map(textOf));
  const closed = (texts: readonly string[]): number =>
    texts
      .map((text) => valueOf(text, 'resync_runs_ended_total', { status: 'finished', color: 'green' }))
      .reduce((sum, ends) => sum + ends);
  const workers = await until('both ends are counted', textsOfWorkers, (texts) => closed(texts) === 2);
  const pages = workers.map((text) => valueOf(text, 'resync_records_total', { outcome: 'inserted' }));
  for (const inserted of pages) expect(inserted).toBeGreaterThan(0);
  expect(pages[0]! + pages[1]!).toBe(ends[0]!.totals.inserted + ends[1]!.totals.inserted);
  const administrator = await world.caller('state', ['administration']);
  const queues = (await administrator.ask<{ items: Queue[] }>('GET', '/workers')).body.items;
  const api = await textOf(world.healthUrls.api);
  for (const { taskQueue, kind } of queues)
    expect(valueOf(api, 'resync_task_queue_workers', { task_queue: taskQueue, kind })).toBeGreaterThan(0);
  expect(queues.map(({ taskQueue, kind }) => [taskQueue.replace(/^service-\w+/, ''), kind])).toEqual([
    ['', 'workflow'],
    ['', 'activity'],
    ['-copy', 'activity'],
    ['-notices', 'activity'],
  ]);

  await world.emptyState();
  const again = await send(north, 'north');
  await until('it sends', async () => {
    const { body } = await north.ask<Run>('GET', `/resyncs/${again}`);
    return body.status === 'running' && body.totals.processed > 0;
  });
  const from = performance.now();
  await second.worker.stop();
  expect((performance.now() - from) / 1000).toBeLessThan(drainSeconds);
  const end = await endOf(north, again);
  expect(end).toMatchObject({
    status: 'finished',
    color: 'green',
    totals: { inserted: ends[0]!.totals.inserted },
  });
  second = {
    ...second,
    worker: await startWorker(world.config, { workflows: { workflowBundle: await workflowBundle() } }),
  };
});

test('the inner port of each part says that it lives, what it can’t do without, and what it does', async () => {
  for (const part of ['api', 'worker'] as const) {
    const url = world.healthUrls[part];
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { temporal: true, controlDatabase: true, ...(part === 'worker' && { polling: true }) },
    ]);
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
  }
  const [api, worker] = [await textOf(world.healthUrls.api), await textOf(world.healthUrls.worker)];
  for (const database of ['district', 'state', 'control'])
    expect(valueOf(worker, 'resync_database_seconds_count', { database })).toBeGreaterThan(0);
  for (const [side, direction] of [
    ['district', 'read'],
    ['state', 'written'],
  ] as const)
    expect(valueOf(worker, 'resync_bytes_total', { side, direction })).toBeGreaterThan(10_000);
  expect(valueOf(worker, 'resync_lanes', { state: 'configured' })).toBe(1);
  expect(valueOf(worker, 'resync_activity_seconds_count', { activity: 'preparePlan' })).toBeGreaterThan(0);
  expect(
    valueOf(api, 'resync_reconciler_passes_total', { kind: 'resyncs', failed: 'false' }),
  ).toBeGreaterThan(0);
  expect(valueOf(api, 'resync_control_database_up')).toBe(1);
  expect(valueOf(api, 'resync_http_request_duration_seconds_count')).toBeGreaterThan(0);
});

test('one trace leads from a request through its run to each range, on whichever worker, and names no record', async () => {
  await world.emptyState();
  const { token } = await world.caller('north', ['resyncBatch']);
  const north = await world.caller('north', ['resyncBatch']);
  const traceId = randomBytes(16).toString('hex');
  const callers = randomBytes(8).toString('hex');
  const answer = await fetch(`${world.url}/api/v1/districts/${world.ids.north}/resyncs`, {
    method: 'POST',
    headers: {
      ...{ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...{ 'Idempotency-Key': randomUUID(), traceparent: `00-${traceId}-${callers}-01` },
    },
    body: JSON.stringify(full),
  });
  const { resyncId } = (await answer.json()) as Run;
  expect(await endOf(north, resyncId)).toMatchObject({ status: 'finished', color: 'green' });
  const ofTrace = () => collector.spans.filter((span) => span.traceId === traceId);
  // Each process sends what it has every few seconds.
  const ranges = await world
    .control<{ objectName: string; rangeNo: number; recordsRead: number }>('rangeLedger')
    .whereRaw('resyncID = ? AND lastPage', [resyncId])
    .where('recordsRead', '>', 0)
    .where('rangeNo', '>=', 0)
    .select('objectName', 'rangeNo');
  expect(Math.max(...ranges.map(({ rangeNo }) => rangeNo))).toBeGreaterThan(0);
  const isTraced = ({ objectName, rangeNo }: (typeof ranges)[number]): boolean =>
    ofTrace().some(
      ({ name, attributes }) =>
        name === 'range' &&
        attributes['resync.object'] === objectName &&
        attributes['resync.range'] === String(rangeNo),
    );
  // A part of the trace is of another root until what is between has come, by another process.
  const roots = (): string[] => {
    const spans = new Map(ofTrace().map((span) => [span.spanId, span]));
    const rootOf = ({ parentSpanId, name }: (typeof collector.spans)[number]): string => {
      const parent = spans.get(parentSpanId ?? '');
      return parent === undefined ? `${name} under ${parentSpanId}` : rootOf(parent);
    };
    return [...new Set([...spans.values()].map(rootOf))];
  };
  const asked = 'POST /districts/:district/resyncs';
  const root = `${asked} under ${callers}`;
  const parts = [asked, 'give to districtAgent', 'preparePlan', 'syncRange', 'resync'];
  await until('the whole trace has come', () => {
    const names = ofTrace().map(({ name }) => name);
    return parts.every((name) => names.includes(name)) && ranges.every(isTraced) && roots().join() === root;
  });
  expect([...new Set(ofTrace().map(({ service }) => service))].sort()).toEqual([
    'resync-api',
    'resync-worker',
  ]);
  const persons = await world.sql('north', 'SELECT * FROM PersonIdentity LIMIT 20');
  const values = persons
    .flatMap((person) => Object.values(person))
    .filter((value) => typeof value === 'string');
  for (const value of values)
    if (value.length > 4) expect(collector.text().includes(value) ? value : null).toBeNull();
});

test('where no traces are made, nothing that makes them is loaded', () => {
  // Its API, which does nothing by itself, is prom-client's, too.
  const script = `require('./src/worker'); require('./src/server');
    console.log(Object.keys(require.cache).filter((file) => file.includes('@opentelemetry') && !file.includes('/api/')).join());`;
  const loaded = execFileSync(process.execPath, ['--import', 'tsx', '--eval', script], {
    ...{ cwd: join(__dirname, '..', '..'), encoding: 'utf8' },
  });
  expect(loaded.trim()).toBe('');
});

/** What the API told while a district was locked. */
let whileLocked = '';

test('a part whose port for operators is taken says so, and leaves nothing open', async () => {
  const before = process.getActiveResourcesInfo().filter((kind) => kind.endsWith('SocketWrap')).length;
  const taken = Number(new URL(second.api.healthUrl!).port);
  const config: typeof world.config = {
    ...world.config,
    health: { ...world.config.health, apiPort: taken, workerPort: taken },
  };
  await expect(startServer(config, { logger: pino({ level: 'silent' }) })).rejects.toThrow('EADDRINUSE');
  const workflows = { workflowBundle: await workflowBundle() };
  await expect(startWorker(config, { workflows })).rejects.toThrow('EADDRINUSE');
  await until('their connections are closed', () => {
    const now = process.getActiveResourcesInfo().filter((kind) => kind.endsWith('SocketWrap')).length;
    return now <= before;
  });
});

test('an agent’s queue, its oldest request of the state and its silence are told while a lock holds it', async () => {
  const state = await world.caller('state', ['resyncBatch', 'stateRequest']);
  await world.emptyState();
  const running = await send(state, 'north', { ...full, scenario: 'STATE_REQUEST' });
  await until('it sends', async () => {
    return (await state.ask<Run>('GET', `/resyncs/${running}`)).body.status === 'running';
  });
  const unlock = await world.lockDistrict('north');
  try {
    const waiting = await send(state, 'north', { objects: ['School'], scenario: 'STATE_REQUEST' });
    const agent = { district: world.ids.north, school_year: '2027' };
    await until('it is told', async () => {
      whileLocked = await textOf(world.healthUrls.api);
      return valueOf(whileLocked, 'resync_agent_oldest_state_request_seconds', agent) > 0;
    });
    expect(valueOf(whileLocked, 'resync_agent_queue_length', agent)).toBe(1);
    expect(valueOf(whileLocked, 'resync_runs_open', { status: 'running' })).toBe(1);
    expect(whileLocked).toMatch(
      new RegExp(`^resync_agent_running_quiet_seconds{district="${agent.district}"`, 'm'),
    );
    await unlock();
    for (const run of [running, waiting]) await endOf(state, run);
  } finally {
    await unlock();
  }
});

test('failed attempts are counted by class, and no metric names a record', async () => {
  const north = await world.caller('north', ['resyncBatch']);
  await world.emptyState();
  const run = await send(north, 'north');
  await until('it sends', async () => {
    return (await north.ask<Run>('GET', `/resyncs/${run}`)).body.status === 'running';
  });
  // Away after it was planned: the attempts that meet it fail.
  await world.sql('state', 'RENAME TABLE Roster TO RosterAway');
  try {
    await endOf(north, run);
  } finally {
    await world.sql('state', 'RENAME TABLE RosterAway TO Roster');
  }
  const { api, worker } = world.healthUrls;
  const urls = [api, worker, second.api.healthUrl, second.worker.healthUrl];
  const texts = [...(await Promise.all(urls.map(textOf))), whileLocked];
  const failed = texts.reduce((sum, text) => sum + valueOf(text, 'resync_activity_failures_total'), 0);
  expect(failed).toBeGreaterThan(0);
  const ours = texts.flatMap((text) => text.split('\n').filter((line) => line.startsWith('resync_')));
  const labels = new Set(
    ours.flatMap((line) => [...line.matchAll(/[{,]([a-z_]+)="/g)].map(([, name]) => name)),
  );
  expect([...labels].sort()).toEqual(
    [
      ...['activity', 'class', 'color', 'database', 'direction', 'district', 'failed', 'kind', 'le'],
      ...['method', 'outcome', 'retried', 'route', 'school_year', 'side', 'state', 'status', 'task_queue'],
    ].sort(),
  );
  const persons = await world.sql('north', 'SELECT * FROM PersonIdentity LIMIT 20');
  const values = new Set(
    persons.flatMap((person) => Object.values(person)).filter((value) => typeof value === 'string'),
  );
  for (const value of values)
    if (value.length > 4) expect(texts.some((text) => text.includes(value)) ? value : null).toBeNull();
});

test('an administrator of the state reads what the doctor finds, without hosts, accounts and passwords', async () => {
  const administrator = await world.caller('state', ['administration']);
  const { status, body } = await administrator.ask<{ items: Found[] }>('GET', '/doctor');
  expect([status, body.items.map(({ level }) => level)]).toEqual([200, expect.not.arrayContaining(['fail'])]);
  const checks = body.items.map(({ check }) => check);
  for (const id of Object.values(world.ids)) expect(checks).toContain(`district ${id}`);
  for (const check of ['state', 'state rights', 'control', 'Temporal']) expect(checks).toContain(check);
  const { stateDatabaseUrl, temporal } = world.config;
  const { host, password, database } = parseAddress(stateDatabaseUrl);
  for (const secret of [host, password, database, temporal.address])
    expect(JSON.stringify(body)).not.toContain(secret);
  const one = await administrator.ask<{ items: Found[] }>('GET', `/doctor?district=${world.ids.south}`);
  expect(one.body.items.map(({ check }) => check)).not.toContain(`district ${world.ids.north}`);
});

/** A full run of north that can't go on, because its district is locked. */
async function heldRun(who: Caller): Promise<{ resyncId: string; unlock: () => Promise<void> }> {
  await world.emptyState();
  const resyncId = await send(who, 'north');
  await until('it sends', async () => {
    return (await who.ask<Run>('GET', `/resyncs/${resyncId}`)).body.status === 'running';
  });
  return { resyncId, unlock: await world.lockDistrict('north') };
}

test('a run and its agent that were terminated in Temporal Web are closed as lost, and the next run is green', async () => {
  const north = await world.caller('north', ['resyncBatch']);
  const { resyncId, unlock } = await heldRun(north);
  try {
    for (const id of [agentWorkflowId(world.ids.north, schoolYear), resyncWorkflowId(resyncId)])
      await world.temporal.workflow.getHandle(id).terminate('by an operator');
    // An API that starts makes a pass at once; the others do every half minute.
    const starting = await startServer(world.config, { logger: pino({ level: 'silent' }) });
    expect(await endOf(north, resyncId)).toMatchObject({ status: 'lost', color: 'red' });
    await starting.stop();
  } finally {
    await unlock();
  }
  expect(await endOf(north, await send(north, 'north'))).toMatchObject({
    status: 'finished',
    color: 'green',
  });
});

test('a run that a restored control database no longer knows ends in Temporal, and the next run is green', async () => {
  const north = await world.caller('north', ['resyncBatch']);
  const { resyncId, unlock } = await heldRun(north);
  // A page that waits for the district may have locked rows of its books, until it goes on.
  const forgetting = inTransaction(world.control, async (transaction) => {
    for (const table of ['resync', 'DISBatchHistory', 'rangeLedger', 'resyncRange', 'districtLease'])
      await transaction.raw(`DELETE FROM ${table} WHERE resyncID = ?`, [resyncId]);
  });
  await Promise.race([forgetting, sleep(2_000)]).finally(unlock);
  await forgetting;
  const workflow = world.temporal.workflow.getHandle(resyncWorkflowId(resyncId));
  const statusOf = async () => (await workflow.describe()).status.name;
  await until('its workflow has ended', statusOf, (status) => status !== 'RUNNING', 120_000);
  expect(await endOf(north, await send(north, 'north'))).toMatchObject({
    status: 'finished',
    color: 'green',
  });
});

test('a worker with another catalog leaves a run or a verification untouched and says so, until one with its catalog comes or it is cancelled', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'resync-catalog-'));
  const catalogFile = join(folder, 'catalog.yaml');
  const [first, ...others] = builtinCatalog.objects;
  writeFileSync(
    catalogFile,
    catalogToYaml({ ...builtinCatalog, objects: [{ ...first!, label: 'Otherwise' }, ...others] }),
  );
  const config = { ...world.config, catalogFile };
  const api = await startServer(config, { logger: pino({ level: 'silent' }) });
  let own: RunningWorker | null = null;
  // Fewer of the others: each task that they take first costs a second.
  await second.worker.stop();
  try {
    await world.emptyState();
    const rights = ['resyncBatch', 'agents', 'verificationSummary'] as const;
    const south = await world.caller('south', rights, { url: api.url });
    const hashOf = async (url: string): Promise<string> => {
      const caller = await world.caller('south', [], { url });
      return (await caller.ask<{ catalog: { hash: string } }>('GET', '/about')).body.catalog.hash;
    };
    const [theirs, ours] = [await hashOf(world.url), await hashOf(api.url)];
    expect(theirs).not.toBe(ours);
    const few = { objects: ['School'] };
    const run = await send(south, 'south', few);
    const shown = async (id: string) => (await south.ask<Run & Catalogs>('GET', `/resyncs/${id}`)).body;
    const left = (id: string): Promise<Run & Catalogs> =>
      until(
        'it was left',
        () => shown(id),
        (one) => one.otherCatalog !== null,
      );
    const { catalogHash, otherCatalog } = await left(run);
    expect([catalogHash, otherCatalog!.workerHash]).toEqual([ours, theirs]);
    expect(otherCatalog!.text).toMatch(
      new RegExp(`${run}.*${ours.slice(0, 12)}.*${theirs.slice(0, 12)}.*same catalog.*cancel the resync`),
    );
    const agents = await south.ask<{ items: { resyncs: (Catalogs & { resyncId: string })[] }[] }>(
      'GET',
      '/agents',
    );
    expect(agents.body.items[0]!.resyncs).toMatchObject([{ resyncId: run, otherCatalog }]);
    await until('an operator is told', async () => {
      return valueOf(await textOf(world.healthUrls.api), 'resync_runs_other_catalog') === 1;
    });
    expect(await world.control('DISBatchHistory').where({ resyncID: run })).toEqual([]);
    expect(await world.control('districtLease').where({ resyncID: run })).toEqual([]);
    // A verification of its own is guarded alike, and is no run.
    const verify = async () => {
      const asked = { district: world.ids.south, objects: ['School'], checkDependencies: false };
      const answer = await south.ask<Compared>('POST', '/verifications', asked);
      expect(answer.status).toBe(202);
      return answer.body.verificationId;
    };
    const compared = async (id: string) => (await south.ask<Compared>('GET', `/verifications/${id}`)).body;
    const isIn = (id: string, status: string) =>
      until(
        `${id} is ${status}`,
        () => compared(id),
        (one) => one.status === status,
      );
    const verification = await verify();
    const waiting = await isIn(verification, 'waiting');
    expect(waiting.message).toMatch(
      new RegExp(`${verification}.*${ours.slice(0, 12)}.*${theirs.slice(0, 12)}.*cancel the verification`),
    );
    expect(waiting.objectResults).toEqual([]);
    await south.ask('POST', `/verifications/${verification}/cancel`);
    await isIn(verification, 'cancelled');
    const another = await verify();
    await isIn(another, 'waiting');

    own = await startWorker(config, { workflows: { workflowBundle: await workflowBundle() } });
    expect(await endOf(south, run)).toMatchObject({
      ...{ status: 'finished', color: 'green', catalogHash: ours, otherCatalog: null },
    });
    await isIn(another, 'finished');
    await own.stop();
    own = null;
    // What follows its end is any worker's: a finished run keeps nobody waiting.
    await world.temporal.workflow.getHandle(resyncWorkflowId(run)).result();
    expect((await shown(run)).otherCatalog).toBeNull();

    const hopeless = await send(south, 'south', few);
    await left(hopeless);
    const cancel = await south.ask('POST', `/resyncs/${hopeless}/cancel`);
    expect(cancel.status).toBe(200);
    expect(await endOf(south, hopeless)).toMatchObject({ status: 'cancelled', otherCatalog: null });
  } finally {
    await own?.stop();
    await api.stop();
    rmSync(folder, { recursive: true });
    second = {
      ...second,
      worker: await startWorker(world.config, { workflows: { workflowBundle: await workflowBundle() } }),
    };
  }
});

interface Retention {
  readonly items: readonly { readonly kind: string; readonly keptDays: number | null }[];
  readonly nextPassAt: string | null;
  readonly passes: readonly {
    readonly status: string;
    readonly removed: Readonly<Record<string, number>>;
  }[];
}

test('Temporal starts a pass each day that removes what was kept long enough, and the state is told what it removed', async () => {
  const north = await world.caller('north', ['resyncBatch']);
  const administrator = await world.caller('state', ['administration']);
  const runs = [];
  for (let more = 3; more > 0; more -= 1) {
    runs.push(await send(north, 'north', { objects: ['School'], checkDependencies: false }));
    await endOf(north, runs.at(-1)!);
  }
  const old = world.control.raw('UTC_TIMESTAMP(3) - INTERVAL 3000 DAY');
  const earlier = { startedAt: old, endedAt: old };
  for (const table of ['resync', 'DISBatchHistory'])
    await world.control(table).where({ resyncID: runs[0] }).update(earlier);
  const shown = async () => (await administrator.ask<Retention>('GET', '/retention')).body;
  const { items, nextPassAt } = await shown();
  expect(items).toContainEqual({ kind: 'errors', keptDays: 400 });
  expect(nextPassAt).toMatch(/T02:30:00/);
  const { taskQueue } = world.config.temporal;
  await world.temporal.schedule.getHandle(`retention:${taskQueue}`).trigger();
  const { passes } = await until('it has ended', shown, ({ passes: [last] }) => last?.status === 'finished');
  const { removed } = passes[0]!;
  expect(removed).toMatchObject({ audit: 0, syncEvents: 0 });
  expect(removed['runs']! + removed['ledger']!).toBeGreaterThanOrEqual(3);
  const gone = await north.ask<{ detail: string }>('GET', `/resyncs/${runs[0]}`);
  expect([gone.status, gone.body.detail]).toEqual([410, expect.stringContaining('was removed on')]);
  for (const run of runs.slice(1)) expect((await north.ask('GET', `/resyncs/${run}`)).status).toBe(200);
  expect(await endOf(north, await send(north, 'north', { objects: ['School'] }))).toMatchObject({
    ...{ status: 'finished', color: 'green' },
  });
});

test('the alarms are ones that promtool accepts, and each comes in its situation only', () => {
  expect(promtool(monitoring, 'check', 'config', 'prometheus.yml')).toContain('SUCCESS');
  expect(promtool(monitoring, 'test', 'rules', 'resync.rules.test.yml')).toContain('SUCCESS');
  const rules = readFileSync(join(monitoring, 'resync.rules.yml'), 'utf8');
  const runbook = readFileSync(join(__dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
  const anchors = [...runbook.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, anchor] of rules.matchAll(/operations\.md#([\w-]+)/g)) expect(anchors).toContain(anchor);
});

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly health: string }[] }[];
}

interface Expressions {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

test('a real Prometheus scrapes both parts, evaluates every alarm and every panel of the dashboard', async () => {
  const hostOf = (url: string | null): string => new URL(url ?? '').host;
  const prometheus = await startPrometheus({
    targets: {
      'resync-api': [hostOf(world.healthUrls.api), hostOf(second.api.healthUrl)],
      'resync-worker': [hostOf(world.healthUrls.worker), hostOf(second.worker.healthUrl)],
    },
    rules: join(monitoring, 'resync.rules.yml'),
  });
  try {
    const results = async (expr: string): Promise<number> => {
      const path = `query?query=${encodeURIComponent(expr)}`;
      return (await prometheus.ask<{ result: unknown[] }>(path)).result.length;
    };
    const up = () => results('up == 1').catch(() => 0);
    await until('both parts are scraped', up, (count) => count === 4);
    const { groups } = await prometheus.ask<Rules>('rules');
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(10);
    await until('every alarm was evaluated', async () => {
      const again = await prometheus.ask<Rules>('rules');
      return again.groups.flatMap((group) => group.rules).every(({ health }) => health === 'ok');
    });
    const { panels } = JSON.parse(
      readFileSync(join(monitoring, 'grafana-dashboard.json'), 'utf8'),
    ) as Expressions;
    const told = [await textOf(world.healthUrls.api), await textOf(world.healthUrls.worker)].join('\n');
    const names = [...told.matchAll(/^# HELP (\w+)/gm)].map(([, name]) => name);
    const wanted = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    expect(wanted.length).toBeGreaterThan(20);
    // What Temporal’s SDK tells is there where a process has its Runtime: not in this one.
    const used = new Set(
      [...wanted, readFileSync(join(monitoring, 'resync.rules.yml'), 'utf8')].flatMap(
        (text) => text.match(/\b(?:resync|process|nodejs)_[a-z0-9_]+/g) ?? [],
      ),
    );
    expect([...used].filter((name) => !names.includes(name.replace(/_bucket$/, '')))).toEqual([]);
    for (const expr of wanted) await results(expr);
  } finally {
    await prometheus.stop();
  }
});
