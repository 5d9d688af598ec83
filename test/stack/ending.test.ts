import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pidsWithArgument } from '../../src/stack/processes';
import { runningServers, stopStack } from '../../src/stack/stack';
import { until } from '../support/until';

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
  const npm = spawn('npm', ['start', '--', '--dir', dir], {
    cwd: root,
    detached: true,
    env: { ...process.env, RESYNC_API_PORT: '0' },
  });
  let said = '';
  for (const stream of [npm.stdout, npm.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until(
    'it runs',
    () => {
      expect({ ended: npm.exitCode, said }).toMatchObject({ ended: null });
      return said;
    },
    (text) => text.includes('Ctrl-C stops it.'),
    120_000,
  );
  end(npm.pid!);
  await until(
    'all have ended',
    () => pidsWithArgument(dir),
    ({ length }) => length === 0,
    120_000,
  );
  await until(
    'it says so',
    () => said,
    (text) => text.includes('Stopping: records under way are committed first.'),
  );
  expect(said).not.toContain('exiting');
  expect(runningServers(dir)).toEqual({ district: null, state: null, temporal: null });
});
