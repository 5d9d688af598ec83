import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { findApi } from '../../src/cli/client/api-client';
import { createProgram } from '../../src/cli/program';
import { resync } from '../support/command-line';

/** Old verbs with the noun and verb that took their place. */
const replaced = [
  ['runs', 'run list'],
  ['show', 'run show'],
  ['wait', 'run wait'],
  ['pause', 'run pause'],
  ['resume', 'run resume'],
  ['cancel', 'run cancel'],
  ['removals', 'run removals'],
  ['approve', 'run approve'],
  ['reject', 'run reject'],
  ['retry', 'run retry'],
  ['causes', 'run causes'],
  ['accept', 'run accept'],
  ['select', 'record send'],
  ['history', 'record history'],
  ['objects', 'district objects'],
  ['agent', 'district agent'],
  ['compliance', 'scoped-year compliance'],
  ['alerts list', 'alert list'],
  ['rights grant', 'principal rights grant'],
  ['certify', 'certification start'],
  ['certifications', 'certification list'],
  ['send', 'run start'],
  ['verify', 'verification start'],
  ['blackout add', 'blackout create'],
  ['blackout remove', 'blackout delete'],
] as const;

/** Usage without the command's name: arguments and options. */
async function takes(words: string): Promise<string> {
  const { code, stdout } = await resync(...words.split(' '), '--help');
  expect([words, code]).toEqual([words, 0]);
  return stdout.slice(stdout.indexOf('\n'));
}

test.each(replaced)('%s goes on working, with the arguments and options of %s', async (old, now) => {
  expect(await takes(old)).toBe(await takes(now));
});

test.each([[[]], [['help']], [['--help']]])(
  'help fits a screen, and groups the commands (%j)',
  async (argv) => {
    const { code, stdout } = await resync(...argv);
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => /^[A-Z].*:$/.test(line))).toEqual([
      ...[
        'Everyday:',
        'Resyncs, comparisons, requests:',
        'Districts and people:',
        'Service and local stack:',
      ],
    ]);
    const everyday = ['send', 'watch', 'errors', 'plan', 'verify', 'up', 'down', 'status', 'doctor', 'serve'];
    for (const verb of everyday) expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
    for (const [old] of replaced.slice(0, 17)) expect(stdout).not.toMatch(new RegExp(`^  ${old} `, 'm'));
  },
);

test('help of a command shows its options, also of one that is loaded late', async () => {
  expect((await resync('help', 'send')).stdout).toContain('--idempotency-key');
  expect((await resync('help', 'doctor')).stdout).toContain('--config');
});

test.each([
  [['statsu'], 'status'],
  [['srve'], 'serve'],
  [['run', 'lst'], 'list'],
  [['send', '--al'], '--all'],
])('%j: the near one is suggested', async (argv, near) => {
  const { code, stderr } = await resync(...argv);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`Did you mean ${near}?`)]);
});

test('no two commands of the program have a name in common, and each says what it does', async () => {
  const program = await createProgram('all');
  const names = program.commands.map((command) => command.name());
  expect(new Set(names).size).toBe(names.length);
  for (const command of program.commands) expect([command.name(), command.description()]).not.toContain('');
});

const main = join(__dirname, '..', '..', 'src', 'cli', 'main.ts');

test('where nobody reads what a command says of itself it ends with its code; a full disk is told', async () => {
  const full = openSync('/dev/full', 'w');
  const started = [
    spawn(process.execPath, ['--import', 'tsx', main, 'run', 'list', '--limit', 'x']),
    spawn(process.execPath, ['--import', 'tsx', main, 'help', '--markdown'], {
      stdio: ['ignore', full, 'pipe'],
    }),
  ] as const;
  started[0].stderr.destroy();
  let told = '';
  started[1].stderr?.setEncoding('utf8').on('data', (text: string) => (told += text));
  const ended = await Promise.all(started.map((child) => once(child, 'close') as Promise<[number]>));
  closeSync(full);
  expect(ended.map(([code]) => code)).toEqual([2, 8]);
  expect(told).toBe('The output could not be written: ENOSPC.\n');
});

test('an address of the API that is none is a mistake of who gave it', () => {
  for (const api of ['', 'nonsense', 'ftp://127.0.0.1', '//127.0.0.1', '127.0.0.1:8080'])
    expect(() => findApi({ api, dir: __dirname, env: {} })).toThrow('no URL');
  expect(findApi({ api: 'http://127.0.0.1:8080/api/v1/', dir: __dirname, env: {} }).url).toBe(
    'http://127.0.0.1:8080',
  );
});

test('a reader that has seen enough, as head does, gets no trace', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'help', '--markdown'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, stderr]).toEqual([0, '']);
});
