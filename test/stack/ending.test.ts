import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/stack/ports';
import { pidsWithArgument } from '../../src/stack/processes';
import { runningServers, stopStack } from '../../src/stack/stack';

jest.setTimeout(120_000);

const root = join(__dirname, '..', '..');
let dir: string;
beforeAll(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'resync-ending-')));
});
afterAll(async () => {
  await stopStack(dir);
  rmSync(dir, { recursive: true, force: true });
});

test.each([
  ['Ctrl-C, which every program of the terminal gets,', (npm: number) => process.kill(-npm, 'SIGINT')],
  ['TERM to npm alone', (npm: number) => process.kill(npm, 'SIGTERM')],
])('%s ends npm start with its worker, API and servers, in their order', async (_, end) => {
  const port = await freePort([]);
  const npm = spawn('npm', ['start', '--', '--dir', dir], {
    cwd: root,
    detached: true,
    env: { ...process.env, RESYNC_API_PORT: String(port) },
  });
  let said = '';
  for (const stream of [npm.stdout, npm.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!said.includes('Ctrl-C stops it.')) {
    expect({ ended: npm.exitCode, said }).toMatchObject({ ended: null });
    await sleep(100);
  }
  end(npm.pid!);
  while (pidsWithArgument(dir).length > 0) await sleep(100);
  expect(said).toContain('Stopping: records under way are committed first.');
  expect(said).not.toContain('exiting');
  expect(runningServers(dir)).toEqual({ district: null, state: null, temporal: null });
});
