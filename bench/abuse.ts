/**
 * Whether one district can be a burden to others: twelve hostile behaviors by its tokens and its
 * database go on, one after the other, while another district and the state work on the same
 * service and worker. Prints how much longer the others' work takes than in the quiet rounds of the
 * same run, and exits 1 when anything takes more than 1.5 times as long. npm run abuse -- [--only
 * name,name] [--rounds N] [--students N] [--sources]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { stringify } from 'yaml';
import { Proxy } from '../faults/world/proxy';
import { openControl } from '../src/control/database';
import { openStatuses } from '../src/domain/resync';
import { createToken } from '../src/features/access/token-store';
import { migrate } from '../src/migrate';
import { generateDistrict } from '../src/sample/generate';
import { freePort } from '../src/stack/ports';
import { startStack } from '../src/stack/stack';
import { databaseUrl, type StackInfo } from '../src/stack/stack-info';
import { type Abuser, type Address, ask } from './abuse/address';
import { type Behavior, behaviors } from './abuse/behaviors';
import { type Others, works } from './abuse/others';
import { processorSeconds, usedBetween } from './abuse/processors';
import { OwnProcess } from './own-process';
import { median } from './results';
import { runToExit } from './run-to-exit';
import { startProcesses, stopService } from './service';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    students: { type: 'string', default: '100' },
    sources: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const most = 1.5;
const schoolYear = 2027;
/**
 * From the beginning of a round to that of the next, as one district's people work: a verification
 * in ten seconds is all that a district may have for long, whoever misbehaves.
 */
const roundMs = 12_000;
/** How long a behavior has gone on before the others begin. */
const beforeMs = 3_000;
const dir = join(__dirname, '..', '.stack-bench-abuse');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Stands before the database of the district that misbehaves. */
let open: Proxy | null = null;

/** East misbehaves; north works; of west the state asks. */
const districts = ['east', 'north', 'west'] as const;
type DistrictId = (typeof districts)[number];

interface World {
  readonly env: NodeJS.ProcessEnv;
  readonly url: string;
  readonly controlUrl: string;
  readonly eastUrl: string;
  readonly east: Proxy;
}

async function prepare(info: StackInfo): Promise<World> {
  const controlUrl = databaseUrl(info.state, 'bench_control');
  const stateUrl = databaseUrl(info.state, 'bench_state');
  await create(databaseUrl(info.state, ''), ['bench_control', 'bench_state']);
  await create(databaseUrl(info.district, ''), districts);
  await migrate(controlUrl, 'control');
  await migrate(stateUrl, 'state');
  for (const [seed, id] of districts.entries()) {
    const districtUrl = databaseUrl(info.district, id);
    await migrate(districtUrl, 'district');
    const students = Number(values.students);
    const { records } = await generateDistrict({
      districtUrl,
      students,
      seed: seed + 1,
      defects: true,
      schoolYear,
    });
    say(`${id} has ${records} records`);
  }
  const east = await Proxy.start(info.district);
  const port = await freePort([]);
  const config = {
    stateDatabaseUrl: stateUrl,
    controlDatabaseUrl: controlUrl,
    temporal: { address: info.temporal.address },
    api: { port },
    notices: { allowPrivateAddresses: true, allowPlainHttp: true },
    districts: districts.map((id, index) => ({
      ...{ id, number: index + 1, name: id, schoolYear },
      databaseUrl: databaseUrl(id === 'east' ? { ...info.district, port: east.port } : info.district, id),
    })),
  };
  const configFile = join(dir, 'resync.config.yaml');
  writeFileSync(configFile, stringify(config), { mode: 0o600 });
  const eastUrl = databaseUrl(info.district, 'east');
  return { env: { RESYNC_CONFIG: configFile }, url: `http://127.0.0.1:${port}`, controlUrl, eastUrl, east };
}

async function create(url: string, schemas: readonly string[]): Promise<void> {
  const connection = await createConnection(url);
  for (const schema of schemas) await connection.query(`CREATE DATABASE ${schema}`);
  await connection.end();
}

/** Tokens of one principal of the district, or of the state. */
async function tokensOf(controlUrl: string, where: DistrictId | 'state', count: number): Promise<string[]> {
  const control = openControl(controlUrl);
  const level = where === 'state' ? 'state' : 'district';
  try {
    const reach = where === 'state' ? null : [where];
    const first = await createToken(control, { name: where, level, districts: reach });
    const tokens = [first.token];
    while (tokens.length < count)
      tokens.push((await createToken(control, { name: where, principalId: first.principalId })).token);
    return tokens;
  } finally {
    await control.destroy();
  }
}

/** The process that misbehaves. */
function misbehave(behavior: Behavior, abuser: Abuser): { end(): Promise<string> } {
  const loader = join(__dirname, '..', 'node_modules', 'tsx', 'dist', 'loader.mjs');
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', loader, join(__dirname, 'abuse', 'abuser.ts')],
    {
      env: { ...process.env, ABUSE: JSON.stringify({ behavior: behavior.name, abuser }) },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let told = '';
  child.stdout!.on('data', (text: Buffer) => (told += String(text)));
  return {
    end: async () => {
      if (child.exitCode !== null) throw new Error(`"${behavior.name}" ended by itself.`);
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
      return told.trim();
    },
  };
}

/** Ends what the district has left behind, and waits until its agent rests. */
async function settle(state: Address): Promise<void> {
  for (;;) {
    const { body } = await ask<{ items: { resyncId: string; status: string }[] }>(
      state,
      'GET',
      '/districts/east/resyncs?limit=500',
    );
    const open = body.items.filter(({ status }) => (openStatuses as readonly string[]).includes(status));
    if (open.length === 0) break;
    for (const { resyncId } of open) await ask(state, 'POST', `/resyncs/${resyncId}/cancel`);
    await sleep(500);
  }
  const { body } = await ask<{ items: { verificationId: string; status: string }[] }>(
    state,
    'GET',
    '/verifications?district=east&limit=500',
  );
  for (const { verificationId, status } of body.items)
    if (!['finished', 'failed', 'cancelled'].includes(status))
      await ask(state, 'POST', `/verifications/${verificationId}/cancel`);
}

type Times = Map<string, number[]>;

let nextRoundAt = 0;

async function round(times: Times, others: Others, slow: boolean): Promise<void> {
  await sleep(Math.max(0, nextRoundAt - performance.now()));
  nextRoundAt = performance.now() + roundMs;
  for (const { name, ofAbuser, once: work } of works) {
    if (ofAbuser && slow) continue;
    const from = performance.now();
    await work(others);
    times.set(name, [...(times.get(name) ?? []), (performance.now() - from) / 1000]);
  }
}

/** A port that takes connections and what comes on them, and says nothing. */
async function silence(): Promise<string> {
  const server = createServer((socket) => void socket.on('error', () => socket.destroy()).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function main(): Promise<boolean> {
  await stopService(dir, say);
  rmSync(dir, { recursive: true, force: true });
  const { info } = await startStack({ dir, ports: 'any', progress: say });
  const { env, url, controlUrl, eastUrl, east } = await prepare(info);
  open = east;
  const { worker, server } = await startProcesses(dir, { env, url, built: !values.sources });
  const [state, ending] = await tokensOf(controlUrl, 'state', 2);
  const others: Others = {
    neighbor: { url, token: (await tokensOf(controlUrl, 'north', 1))[0]! },
    state: { url, token: state! },
    ...{ neighborDistrict: 'north', askedDistrict: 'west', abusersDistrict: 'east' },
  };
  const clerk = { url, token: ending! };
  const tokens = await tokensOf(controlUrl, 'east', 5);
  const abuser: Abuser = {
    ...{ url, tokens, district: 'east', databaseUrl: eastUrl, silentUrl: await silence() },
    endedRun: await firstRuns(clerk),
  };
  await round(new Map(), others, false);

  const parts = {
    ...{ worker: worker.pid, api: server.pid },
    ...{
      'district’s database': `${dir}/district`,
      'state’s database': `${dir}/state`,
      temporal: `${dir}/temporal`,
    },
    ...{ others: process.pid, abuser: '/abuse/abuser.ts' },
  };
  /** Does it, and says how much of a processor each part had meanwhile. */
  const watched = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const [before, from] = [processorSeconds(parts), performance.now()];
    try {
      await work();
    } finally {
      const seconds = (performance.now() - from) / 1000;
      say(`${what}, ${seconds.toFixed(1)} s: ${usedBetween(before, processorSeconds(parts), seconds)}`);
    }
  };
  const quiet: Times = new Map();
  const chosen = values.only?.split(',');
  const shown: { name: string; times: Times }[] = [];
  for (const behavior of behaviors.filter(({ name }) => chosen?.includes(name) ?? true)) {
    await watched('quiet', () => round(quiet, others, false));
    if (behavior.slowDatabase) east.delay(300);
    const abusing = misbehave(behavior, abuser);
    const times: Times = new Map();
    await sleep(beforeMs);
    let failed = '';
    try {
      for (let n = 0; n < rounds; n += 1)
        await watched(behavior.name, () => round(times, others, behavior.slowDatabase ?? false));
    } catch (error) {
      failed = error instanceof Error ? error.message : String(error);
    }
    say(`${behavior.name}: ${await abusing.end()} ${failed}`);
    if (failed) times.clear();
    shown.push({ name: behavior.name, times });
    print(quiet, shown.slice(-1));
    east.delay(0);
    for (const one of [worker, server]) one.assertLives();
    await settle(clerk);
  }
  await round(quiet, others, false);
  return print(quiet, shown);
}

/** One full run of every district. @returns that of the district that will misbehave */
async function firstRuns(state: Address): Promise<string> {
  const runs: string[] = [];
  for (const id of districts) {
    const { body } = await ask<{ resyncId: string }>(state, 'POST', `/districts/${id}/resyncs`, {
      ...{ objects: 'all', scenario: 'GO_LIVE' },
    });
    for (;;) {
      const { body: run } = await ask<{ status: string }>(state, 'GET', `/resyncs/${body.resyncId}`);
      if (['finished', 'failed'].includes(run.status)) break;
      await sleep(100);
    }
    runs.push(body.resyncId);
  }
  return runs[0]!;
}

function print(quiet: Times, shown: readonly { readonly name: string; readonly times: Times }[]): boolean {
  let kept = true;
  const cell = (name: string, times: Times): string => {
    const some = times.get(name);
    if (times.size === 0) kept = false;
    if (some === undefined) return times.size === 0 ? '**failed**' : '';
    const ratio = median(some) / median(quiet.get(name)!);
    kept &&= ratio <= most;
    return ratio > most ? `**${ratio.toFixed(2)}**` : ratio.toFixed(2);
  };
  const lines = [
    `| while one district … | ${works.map(({ name }) => name).join(' | ')} |`,
    `|---|${works.map(() => '---').join('|')}|`,
    `| is quiet, seconds | ${works.map(({ name }) => median(quiet.get(name)!).toFixed(2)).join(' | ')} |`,
    ...shown.map(
      ({ name, times }) => `| ${name} | ${works.map((work) => cell(work.name, times)).join(' | ')} |`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return kept;
}

const stop = async (): Promise<void> => {
  await OwnProcess.stopAll();
  await stopService(dir, say);
};
// The proxy's connections would keep the process alive.
runToExit(main, { stop: () => stop().finally(() => open?.stop()), say });
