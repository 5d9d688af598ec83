/**
 * How long every list takes when a state has used the service for a year: by the API as built,
 * over a control database of 100,000 runs and 10,000,000 errors of 1,000 districts. Exits 1 when
 * one takes longer than its bound, or when 200 callers at once get a 5xx. npm run bench:lists --
 * [--districts N] [--runs N] [--errors N] [--sources]; with --watchers N,N instead what so many
 * people cost who only look at pages.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { stringify } from 'yaml';
import { migrate } from '../src/migrate';
import { freePort } from '../src/stack/ports';
import { startStack } from '../src/stack/stack';
import { databaseUrl, type StackInfo } from '../src/stack/stack-info';
import { busiest, fillYear, schoolYear, worst } from './busy-year';
import { OwnProcess } from './own-process';
import { median } from './results';
import { runToExit } from './run-to-exit';
import { newToken, startServer, stopService } from './service';
import { watch } from './watchers';

const { values } = parseArgs({
  options: {
    districts: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '100000' },
    errors: { type: 'string', default: '10000000' },
    sources: { type: 'boolean', default: false },
    watchers: { type: 'string' },
  },
});
const size = {
  districts: Number(values.districts),
  runs: Number(values.runs),
  errors: Number(values.errors),
};
const dir = join(__dirname, '..', '.stack-bench-lists');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const listMs = 300;
const complianceMs = 1_000;
const rounds = 5;
const callersAtOnce = 200;

const districts = `/districts/${busiest}`;
const run = `/resyncs/${worst.resyncId}`;
const routes: readonly (readonly [string, number])[] = [
  ['/districts', listMs],
  ['/districts?standing=true&limit=100&sort=color', listMs],
  [`${districts}/objects`, listMs],
  [`${districts}/resyncs`, listMs],
  [`${districts}/resyncs?limit=500`, listMs],
  [`${districts}/resyncs?schoolYear=${schoolYear}`, listMs],
  [`${districts}/scoped-year`, listMs],
  [`${districts}/blackouts`, listMs],
  [`${districts}/schedules`, listMs],
  [`${districts}/field-settings`, listMs],
  [`${districts}/sync-events`, listMs],
  [`${districts}/identity-conflicts`, listMs],
  [`${districts}/errors`, listMs],
  [`${districts}/errors?object=${worst.object}&school=7`, listMs],
  [`${districts}/errors?sort=object&limit=500`, listMs],
  // What nothing is like, or hardly anything.
  [`${districts}/errors?code=NO_SUCH_CODE`, listMs],
  [`${districts}/errors?field=noSuchField`, listMs],
  [`${districts}/errors?school=9999`, listMs],
  [`${districts}/errors?run=${worst.resyncId}`, listMs],
  [run, listMs],
  [`${run}/errors`, listMs],
  [`${run}/errors?outcome=blocked&limit=500`, listMs],
  [`${run}/errors?object=${worst.object}`, listMs],
  [`${run}/causes`, listMs],
  [`${run}/removals`, listMs],
  ['/alerts', listMs],
  ['/audit', listMs],
  ['/principals', listMs],
  ['/state-requests', listMs],
  ['/verifications', listMs],
  ['/certifications', listMs],
  ['/webhooks', listMs],
  [`/compliance?schoolYear=${schoolYear}`, complianceMs],
];

async function prepare(
  info: StackInfo,
): Promise<{ env: NodeJS.ProcessEnv; url: string; controlUrl: string }> {
  const controlUrl = databaseUrl(info.state, 'bench_control');
  const connection = await createConnection(databaseUrl(info.state, ''));
  await connection.query('CREATE DATABASE bench_control');
  await connection.query('CREATE DATABASE bench_state');
  await connection.end();
  await migrate(controlUrl, 'control');
  await fillYear(controlUrl, size, say);
  const port = await freePort([]);
  const configFile = join(dir, 'resync.config.yaml');
  const config = {
    stateDatabaseUrl: databaseUrl(info.state, 'bench_state'),
    controlDatabaseUrl: controlUrl,
    temporal: { address: info.temporal.address },
    api: { port },
    districts: Array.from({ length: size.districts }, (_, number) => ({
      ...{ id: `d-${number}`, number: number + 1, name: `District ${number}`, schoolYear },
      databaseUrl: databaseUrl(info.district, `district_${number}`),
    })),
  };
  writeFileSync(configFile, stringify(config), { mode: 0o600 });
  return { env: { RESYNC_CONFIG: configFile }, url: `http://127.0.0.1:${port}`, controlUrl };
}

async function main(): Promise<boolean> {
  await stopService(dir, say);
  rmSync(dir, { recursive: true, force: true });
  const { info } = await startStack({ dir, ports: 'any', bufferPoolMb: 1024, progress: say });
  const { env, url, controlUrl } = await prepare(info);
  const server = await startServer(dir, { env, url, built: !values.sources });
  if (values.watchers !== undefined) {
    const watched = { url, controlUrl, serverPid: server.pid, database: `${dir}/state` };
    process.stdout.write('| people | API | control database | statements a second |\n|---|---|---|---|\n');
    for (const people of values.watchers.split(',').map(Number))
      process.stdout.write(`${await watch(people, watched)}\n`);
    server.assertLives();
    return true;
  }
  const headers = { authorization: `Bearer ${await newToken(controlUrl)}` };
  const get = async (path: string): Promise<{ ms: number; status: number }> => {
    const start = performance.now();
    const answer = await fetch(`${url}/api/v1${path}`, { headers });
    await answer.text();
    return { ms: performance.now() - start, status: answer.status };
  };
  let kept = true;
  process.stdout.write('| list | ms | bound |\n|---|---|---|\n');
  for (const [path, bound] of routes) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { ms, status } = await get(path);
      if (status !== 200) say(`${path} answered ${status}.`);
      kept &&= status === 200;
      times.push(ms);
    }
    const ms = median(times);
    kept &&= ms <= bound;
    process.stdout.write(`| \`${path}\` | ${ms.toFixed(0)}${ms > bound ? ' **missed**' : ''} | ${bound} |\n`);
  }
  const answers = await Promise.all(
    Array.from({ length: callersAtOnce }, (_, n) => get(routes[n % routes.length]![0])),
  );
  const failed = answers.filter(({ status }) => status >= 500).length;
  const limited = answers.filter(({ status }) => status === 429).length;
  process.stdout.write(
    `\n${callersAtOnce} at once: ${failed} times 5xx, ${limited} times 429, the slowest ${Math.max(...answers.map(({ ms }) => ms)).toFixed(0)} ms.\n`,
  );
  server.assertLives();
  return kept && failed === 0;
}

runToExit(main, { stop: () => OwnProcess.stopAll().then(() => stopService(dir, say)), say });
