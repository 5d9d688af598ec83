import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OwnProcess } from '../../bench/own-process';
import { runOne } from '../../faults/run-one';
import { drawSchedule } from '../../faults/schedule';
import { type Servers, startServers } from '../../faults/world/servers';
import { SmallDisk } from '../../faults/world/small-disk';
import { testServers } from '../support/test-servers';

jest.setTimeout(600_000);

/** The quick ones: after others the service waits for 20 or 30 seconds before it tries again. */
const quick = [
  ...['api-killed-at-accept', 'state-killed', 'district-killed', 'temporal-killed'],
  ...['connection-cut', 'connections-killed', 'idle-closed', 'deadlocks', 'schema-changed'],
  ...['district-writes', 'pause-resume'],
];

const dir = mkdtempSync(join(process.cwd(), '.stack-faults-'));
let servers: Servers;

beforeAll(async () => {
  servers = await startServers(testServers, { dir, disk: SmallDisk.folderOf(dir), say: () => undefined });
});
afterAll(async () => {
  await OwnProcess.stopAll();
  await servers?.stop();
  rmSync(dir, { recursive: true, force: true });
});

it('loses, doubles and miscounts nothing under a storm of faults, and ends green only where all is equal', async () => {
  const schedule = { ...drawSchedule('npm-test/1', quick), removals: true };
  const { struck, findings } = await runOne(schedule, { servers, dir, name: 'storm', built: false });
  expect(findings.lines).toEqual([]);
  // A fault that came too late struck nothing; most have to.
  expect(struck.length).toBeGreaterThanOrEqual(6);
});
