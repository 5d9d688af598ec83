/**
 * One request of the state to a thousand small districts (each a database of its own on one
 * server), by the real worker and API in processes of their own. Prints the time, the size of
 * Temporal's histories, the worker's memory and the most connections each server saw; exits 1 when
 * a district is not done, the state lacks a record, a history is too long, or the worker takes more
 * than 400 MB. npm run bench:request -- [--districts N] [--in-flight N] [--import] [--waves N]
 * [--sources]
 */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { stringify } from 'yaml';
import type { DistrictImport } from '../src/cli/client/answers';
import { ApiClient } from '../src/cli/client/api-client';
import type { StateRequestBoard } from '../src/features/state-requests/read-board';
import { describeCounts, endedRequestStatuses } from '../src/domain/state-request';
import { migrate } from '../src/migrate';
import { freePort } from '../src/stack/ports';
import { startStack, stopStack } from '../src/stack/stack';
import { databaseUrl, type StackInfo } from '../src/stack/stack-info';
import type { OwnProcess } from './own-process';
import { makeSmallDistricts, recordsPerDistrict, type SmallDistrict, smallCatalog } from './small-districts';
import { runToExit } from './run-to-exit';
import { newToken, startProcesses, stopService } from './service';

const { values } = parseArgs({
  options: {
    districts: { type: 'string', default: '1000' },
    'in-flight': { type: 'string', default: '20' },
    /** Registered by one CSV file, instead of standing in the configuration. */
    import: { type: 'boolean', default: false },
    waves: { type: 'string', default: '1' },
    sources: { type: 'boolean', default: false },
  },
});
const built = !values.sources;
const count = Number(values.districts);
const waves = Number(values.waves);
const mostEvents = 5_000;
const mostMb = 400;
const lookEveryMs = 2_000;
const dir = join(__dirname, '..', '.stack-bench-request');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The databases, the catalog and the configuration of the districts. */
async function prepare(info: StackInfo): Promise<{
  env: NodeJS.ProcessEnv;
  url: string;
  controlUrl: string;
  districts: readonly SmallDistrict[];
}> {
  const serverUrl = databaseUrl(info.district, '');
  const stateServer = databaseUrl(info.state, '');
  const stateUrl = databaseUrl(info.state, 'bench_state');
  const controlUrl = databaseUrl(info.state, 'bench_control');
  const connection = await createConnection(stateServer);
  for (const schema of ['bench_state', 'bench_control']) await connection.query(`CREATE DATABASE ${schema}`);
  await connection.end();
  await migrate(controlUrl, 'control');
  say(`Making ${count} districts of ${recordsPerDistrict} records`);
  const districts = await makeSmallDistricts({ count, serverUrl, stateUrl, say });
  const catalogFile = join(dir, 'catalog.yaml');
  writeFileSync(catalogFile, await smallCatalog(districts[0]!.databaseUrl, stateUrl));
  const configFile = join(dir, 'resync.config.yaml');
  const port = await freePort([]);
  const config = {
    stateDatabaseUrl: stateUrl,
    controlDatabaseUrl: controlUrl,
    temporal: { address: info.temporal.address },
    api: { port },
    stateRequests: { districtsInFlight: Number(values['in-flight']) },
    catalogFile,
    ...(values.import ? { registration: { secretKey: randomBytes(32).toString('base64') } } : { districts }),
  };
  writeFileSync(configFile, stringify(config), { mode: 0o600 });
  return { env: { RESYNC_CONFIG: configFile }, url: `http://127.0.0.1:${port}`, controlUrl, districts };
}

async function main(): Promise<boolean> {
  await stopStack(dir, say);
  rmSync(dir, { recursive: true, force: true });
  const { info } = await startStack({ dir, ports: 'any', progress: say });
  const { env, url, controlUrl, districts } = await prepare(info);
  const { worker, server } = await startProcesses(dir, { env, url, built });
  const client = new ApiClient({ url, token: await newToken(controlUrl) });
  const imported = values.import ? await importAll(client, districts) : null;
  const afterImport = worker.memory().peakMb;
  const board = await runRequest(client, [worker, server]);
  const { peakMb } = worker.memory();
  const histories = await readHistories(info.temporal.address, board.stateRequestId);
  const atState = await countRecords(databaseUrl(info.state, 'bench_state'));
  const seconds = (Date.parse(board.endedAt!) - Date.parse(board.requestedAt)) / 1000;

  const lines = [
    `| one request to ${count} districts, ${values['in-flight']} in flight${waves > 1 ? `, ${waves} waves` : ''} | |`,
    '|---|---|',
    ...(imported === null
      ? []
      : [
          `| import of ${count} districts, each tested | ${imported.toFixed(0)} s, worker ${afterImport} MB |`,
        ]),
    `| districts | ${describeCounts(board.counts)} |`,
    `| time | ${seconds.toFixed(0)} s, ${(count / seconds).toFixed(1)} districts a second |`,
    `| records at the state | ${atState} of ${count * recordsPerDistrict} |`,
    ...histories.map(
      ({ what, runs, events, bytes }) =>
        `| history of ${what} | ${events} events, ${Math.round(bytes / 1024)} kB, the longest of ${runs} |`,
    ),
    `| worker's peak memory | ${peakMb} MB |`,
    `| most connections | district ${await mostConnections(info.district)}, state ${await mostConnections(info.state)} |`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const longest = Math.max(...histories.map(({ events }) => events));
  if (longest > mostEvents) say(`A history has ${longest} events, more than ${mostEvents}.`);
  if (peakMb > mostMb) say(`The worker took ${peakMb} MB, more than ${mostMb}.`);
  return (
    board.counts.done === count &&
    atState === count * recordsPerDistrict &&
    longest <= mostEvents &&
    peakMb <= mostMb
  );
}

/** @returns how many seconds it took */
async function importAll(client: ApiClient, districts: readonly SmallDistrict[]): Promise<number> {
  const from = performance.now();
  const rows = districts.map(({ id, number, name, schoolYear, databaseUrl: at }) =>
    [id, number, name, schoolYear, at].join(','),
  );
  const csv = ['id,number,name,schoolYear,databaseUrl', ...rows].join('\n');
  const { importId } = await client.post<{ importId: string }>('/district-imports', { csv });
  const done = await client.waitFor<DistrictImport>(`/district-imports/${importId}`, {
    goesOn: null,
    ended: ({ status }) => status !== 'accepted',
    line: ({ counts }) => `  ${counts.registered} of ${counts.lines} registered`,
  });
  if (done.counts.registered !== count)
    throw new Error(`${done.counts.registered} of ${count} were registered.`);
  return (performance.now() - from) / 1000;
}

async function runRequest(client: ApiClient, watched: readonly OwnProcess[]): Promise<StateRequestBoard> {
  const { stateRequestId } = await client.post<{ stateRequestId: string }>('/state-requests', {
    districts: 'all',
    objects: 'all',
    reason: 'The bench.',
    ...(waves > 1 && { waves: { size: Math.ceil(count / waves) } }),
  });
  let told = '';
  for (;;) {
    for (const one of watched) one.assertLives();
    const board = await client.get<StateRequestBoard>(`/state-requests/${stateRequestId}`);
    const line = `  ${board.percent} %: ${describeCounts(board.counts)} Ends ${board.forecastEnd?.slice(11, 19) ?? '?'}`;
    if (line !== told) say(line);
    told = line;
    if (endedRequestStatuses.includes(board.status)) return board;
    await sleep(lookEveryMs);
  }
}

interface Histories {
  readonly what: string;
  readonly runs: number;
  readonly events: number;
  readonly bytes: number;
}

/** The longest history of each kind of workflow, every run of it counted apart. */
async function readHistories(address: string, stateRequestId: string): Promise<Histories[]> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  try {
    const kinds = {
      'the request': `WorkflowId = 'state-request:${stateRequestId}'`,
      'an agent': "WorkflowType = 'districtAgent' AND ExecutionStatus = 'Completed'",
      'a resync': "WorkflowType = 'batchResync'",
    };
    const histories: Histories[] = [];
    // Agents rest for half a minute before they end; only then visibility knows how long they were.
    await sleep(45_000);
    for (const [what, query] of Object.entries(kinds)) {
      let [runs, events, bytes] = [0, 0, 0];
      for await (const { historyLength, historySize } of client.workflow.list({ query })) {
        runs += 1;
        events = Math.max(events, historyLength);
        bytes = Math.max(bytes, historySize ?? 0);
      }
      histories.push({ what, runs, events, bytes });
    }
    return histories;
  } finally {
    await connection.close();
  }
}

async function countRecords(stateUrl: string): Promise<number> {
  return ask(
    stateUrl,
    `SELECT (SELECT COUNT(*) FROM school) + (SELECT COUNT(*) FROM student) + (SELECT COUNT(*) FROM course)
            + (SELECT COUNT(*) FROM enrollment) AS value`,
  );
}

function mostConnections(server: StackInfo['district']): Promise<number> {
  return ask(
    databaseUrl(server, ''),
    `SELECT VARIABLE_VALUE AS value FROM information_schema.GLOBAL_STATUS
      WHERE VARIABLE_NAME = 'MAX_USED_CONNECTIONS'`,
  );
}

async function ask(url: string, sql: string): Promise<number> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<(RowDataPacket & { value: string | number })[]>(sql);
    return Number(rows[0]!.value);
  } finally {
    await connection.end();
  }
}

runToExit(main, { stop: () => stopService(dir, say), say });
