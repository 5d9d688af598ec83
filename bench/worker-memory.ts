/**
 * Measures the memory of a worker: the real program in a process of its own, under Temporal, moving
 * a district whose largest table has a million records, with the default lanes, ranges and pages.
 * Exits 1 above 400 MB or when a resync is not finished. npm run bench:memory -- [--students N]
 * [--records N] [--sources] (--sources: the sources instead of what `npm run build` made)
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ApiClient } from '../src/cli/client/api-client';
import type { Resync } from '../src/cli/client/answers';
import { sendResync } from '../src/cli/client/watch-run';
import { loadConfig } from '../src/config';
import { openControl } from '../src/control/database';
import { createToken } from '../src/features/access/token-store';
import { endedStatuses } from '../src/domain/resync';
import { writeLocalConfig, localDatabaseUrls } from '../src/stack/local-config';
import { freePort } from '../src/stack/ports';
import { emptyDatabases } from '../src/stack/prepare-databases';
import { startStack, stopStack } from '../src/stack/stack';
import { largestObject, makeLargeDistrict } from './large-district';
import { OwnProcess } from './own-process';
import { runToExit } from './run-to-exit';

const { values } = parseArgs({
  options: {
    students: { type: 'string', default: '20000' },
    records: { type: 'string', default: '1000000' },
    sources: { type: 'boolean', default: false },
  },
});
const built = !values.sources;
const records = Number(values.records);
const students = Number(values.students);
const mostMegabytes = 400;
const sampleEveryMs = 500;
const dir = join(__dirname, '..', '.bench-memory');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function stopAll(): Promise<void> {
  await OwnProcess.stopAll();
  await stopStack(dir, say);
}

async function main(): Promise<boolean> {
  const { info } = await startStack({ dir, ports: 'any', bufferPoolMb: 512, progress: say });
  const urls = localDatabaseUrls(info);
  await emptyDatabases(urls);
  const configFile = await writeLocalConfig(dir, info);
  const district = loadConfig({ file: configFile, env: {} }).districts[0]!;
  say(`Generating a district of ${students} students, ${records} records of ${largestObject}`);
  const { schoolYear } = district;
  const largest = await makeLargeDistrict({ districtUrl: urls.district, schoolYear, students, records });

  const port = await freePort([]);
  const env = { RESYNC_CONFIG: configFile, RESYNC_API_PORT: String(port) };
  const logs = join(dir, 'logs');
  mkdirSync(logs, { recursive: true });
  const worker = OwnProcess.start('worker', { built, env, logFile: join(logs, 'worker.log') });
  const workerLog = (): string => readFileSync(join(logs, 'worker.log'), 'utf8');
  while (!workerLog().includes('Worker state changed')) {
    worker.assertLives();
    await sleep(200);
  }
  const server = OwnProcess.start('api', { built, env, logFile: join(logs, 'server.log') });
  const url = `http://127.0.0.1:${port}`;
  await answers(server, url);
  const client = new ApiClient({ url, token: await token(urls.control) });
  const lines = ['| worker, one process | peak MB | MB afterwards | records |', '|---|---|---|---|'];
  const start = worker.memory();
  lines.push(`| start | ${start.peakMb} | ${start.nowMb} | |`);
  let most = start.peakMb;
  let good = true;
  for (const [index, what] of ['into an empty state', 'again, all equal'].entries()) {
    worker.resetPeak();
    const resync = await runResync(client, district.id, [worker, server]);
    const { peakMb, nowMb } = worker.memory();
    most = Math.max(most, peakMb);
    const { inserted = 0, unchanged = 0 } =
      resync.objectResults?.find(({ object }) => object === largestObject)?.counts ?? {};
    const { errors = 0, processed = 0 } = resync.totals ?? {};
    const moved = index === 0 ? inserted : unchanged;
    if (resync.status !== 'finished' || errors > 0 || moved !== largest) {
      say(
        `Full resync ${what}: ${resync.status}, ${errors} errors, ${moved} of ${largest} ${largestObject}.`,
      );
      good = false;
    }
    lines.push(`| full resync ${what} | ${peakMb} | ${nowMb} | ${processed} |`);
  }
  const kept = most <= mostMegabytes;
  lines.push('', `Most: ${most} MB (bound ${mostMegabytes} MB: ${kept ? 'kept' : 'MISSED'})`);
  process.stdout.write(`${lines.join('\n')}\n`);
  return good && kept;
}

async function answers(server: OwnProcess, url: string): Promise<void> {
  for (;;) {
    server.assertLives();
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    if (ready?.ok) return;
    await sleep(200);
  }
}

async function token(controlUrl: string): Promise<string> {
  const control = openControl(controlUrl);
  try {
    return (await createToken(control, { name: 'bench', level: 'state', expiresInDays: 1 })).token;
  } finally {
    await control.destroy();
  }
}

async function runResync(
  client: ApiClient,
  district: string,
  watched: readonly OwnProcess[],
): Promise<Resync> {
  const { resyncId } = await sendResync(client, {
    district,
    request: { objects: 'all', scenario: 'GO_LIVE' },
  });
  for (;;) {
    for (const one of watched) one.assertLives();
    const resync = await client.get<Resync>(`/resyncs/${resyncId}`);
    if (resync.status === 'ended' || endedStatuses.includes(resync.status)) return resync;
    await sleep(sampleEveryMs);
  }
}

runToExit(main, { stop: stopAll, say });
