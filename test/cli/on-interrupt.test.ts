import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const script = join(__dirname, 'stops-on-interrupt.ts');

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s that comes again and again from every launcher above lets all of the service stop',
  async (signal) => {
    for (let n = 0; n < 4; n++) {
      const child = spawn(process.execPath, ['--import', 'tsx', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      // Not its exit: what it has said may come after that.
      const ended = once(child, 'close');
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      await once(child.stdout, 'data');
      for (let sent = 0; sent < 2_000; sent++) child.kill(signal);
      const [code, by] = (await ended) as [number | null, string | null];
      expect([code, by, said]).toEqual([0, null, 'ready stopped']);
    }
  },
);

test('SIGUSR2 to the launcher of the command reaches the program, and ends neither', async () => {
  const launcher = pathToFileURL(join(__dirname, '..', '..', 'bin', 'run-child.mjs')).href;
  const program =
    "process.once('SIGUSR2', () => { console.log('heard'); clearTimeout(staying); });" +
    "const staying = setTimeout(() => {}, 5_000); console.log('ready');";
  const launch =
    `const { runChild } = await import(${JSON.stringify(launcher)});` +
    `process.exitCode = await runChild(process.execPath, ['-e', ${JSON.stringify(program)}], { stdio: 'inherit' });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', launch], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child.stdout, 'data');
  child.kill('SIGUSR2');
  expect([await ended, said]).toEqual([[0, null], 'ready\nheard\n']);
});
