import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type Connection } from 'mysql2/promise';
import { withTemporal } from '../../src/temporal/connect';
import { missingSearchAttributes } from '../../src/temporal/search-attributes';
import { runningServers, startStack, stopStack, type Stack } from '../../src/stack/stack';
import type { DatabaseServerInfo } from '../../src/stack/stack-info';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'resync-stack-')));
});
afterEach(async () => {
  await stopStack(dir);
  rmSync(dir, { recursive: true, force: true });
});

const start = (): Promise<Stack> => startStack({ dir, ports: 'any', bufferPoolMb: 32 });
const nothing = { district: null, state: null, temporal: null };

const onServer = async <T>(
  { host, port, user, password }: DatabaseServerInfo,
  work: (connection: Connection) => Promise<T>,
): Promise<T> => {
  const connection = await createConnection({ host, port, user, password });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
};

test('a stack that runs is reused, a stopped one leaves nothing running and keeps its data', async () => {
  const first = await start();
  const pids = runningServers(dir);
  expect(Object.values(pids).every((pid) => pid !== null)).toBe(true);
  const again = await start();
  expect(runningServers(dir)).toEqual(pids);
  expect(again.info).toEqual(first.info);
  await onServer(first.info.district, async (connection) => {
    await connection.query('CREATE DATABASE kept');
    await connection.query('CREATE TABLE kept.record (recordID INT PRIMARY KEY)');
    await connection.query('INSERT INTO kept.record VALUES (7)');
  });
  await first.stop();
  expect(runningServers(dir)).toEqual(nothing);
  const later = await start();
  expect(later.info).toEqual(first.info);
  const rows = await onServer(later.info.district, (c) => c.query('SELECT recordID FROM kept.record'));
  expect(rows[0]).toEqual([{ recordID: 7 }]);
  const missing = await withTemporal(later.info.temporal, (c) => missingSearchAttributes(c, 'default'));
  expect(missing).toEqual([]);
});

test('each server that is killed starts again on its port with its data, the others stay up', async () => {
  const stack = await start();
  const before: Record<'district' | 'state' | 'temporal', number | null> = { ...runningServers(dir) };
  for (const name of ['district', 'state', 'temporal'] as const) {
    await stack[name].kill();
    expect(runningServers(dir)).toEqual({ ...before, [name]: null });
    await stack[name].start();
    expect(stack[name].pid).not.toBeNull();
    expect(stack[name].pid).not.toBe(before[name]);
    await stack[name].kill();
    await stack[name].start();
    before[name] = stack[name].pid;
  }
  expect((await start()).info).toEqual(stack.info);
});

test('a start that is killed at any moment is completed by the next one, and down stops what it left', async () => {
  for (const killAfterMs of [1_200, 2_500, 4_000, 5_500]) {
    const starter = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'start-stack.ts'), dir], {
      stdio: 'ignore',
    });
    await sleep(killAfterMs);
    starter.kill('SIGKILL');
    if (starter.exitCode === null && starter.signalCode === null) await once(starter, 'exit');
    if (killAfterMs === 2_500) {
      await stopStack(dir);
      expect(runningServers(dir)).toEqual(nothing);
    }
  }
  const stack = await start();
  const rows = await onServer(stack.info.state, (c) => c.query('SELECT COUNT(*) > 0 AS whole FROM mysql.db'));
  expect(rows).toBeDefined();
  expect(readdirSync(dir).filter((name) => /making|broken/.test(name))).toEqual([]);
});

test('a half-made data directory is set aside and made anew, never taken for a whole one', async () => {
  mkdirSync(join(dir, 'district', 'mysql'), { recursive: true });
  writeFileSync(join(dir, 'district', 'ibdata1'), 'half');
  mkdirSync(join(dir, 'state.making-4711', 'mysql'), { recursive: true });
  const stack = await start();
  const rows = await onServer(stack.info.district, (c) => c.query('SELECT 1 AS answers'));
  expect(rows[0]).toEqual([{ answers: 1 }]);
  const names = readdirSync(dir);
  expect(names.filter((name) => name.startsWith('district.broken-'))).toHaveLength(1);
  expect(names).not.toContain('state.making-4711');
});

test('a stale pid file, or one that names a stranger, is neither reported as running nor killed', async () => {
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  try {
    for (const name of ['district', 'state']) writeFileSync(join(dir, `${name}.pid`), `${stranger.pid}\n`);
    // Its holder has ended and the pid is a stranger's: the start time does not agree.
    writeFileSync(join(dir, 'lock'), `${stranger.pid} 1 0.5`);
    expect(runningServers(dir)).toEqual(nothing);
    expect(await stopStack(dir)).toBe(0);
    expect(stranger.exitCode).toBeNull();
    expect(stranger.signalCode).toBeNull();
    await start();
    expect(Object.values(runningServers(dir))).not.toContain(stranger.pid);
    expect(stranger.signalCode).toBeNull();
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('a port that someone took meanwhile is left to them and another one is used', async () => {
  const first = await start();
  await first.stop();
  const squatters: Server[] = [];
  const temporalPort = Number(first.info.temporal.address.split(':')[1]);
  try {
    for (const port of [first.info.district.port, temporalPort]) {
      const squatter = createServer();
      squatter.listen(port, '127.0.0.1');
      await once(squatter, 'listening');
      squatters.push(squatter);
    }
    const { info } = await start();
    expect(info.district.port).not.toBe(first.info.district.port);
    expect(info.temporal.address).not.toBe(first.info.temporal.address);
    expect(info.state.port).toBe(first.info.state.port);
    await onServer(info.district, (connection) => connection.query('SELECT 1'));
  } finally {
    for (const squatter of squatters) squatter.close();
  }
});

test('two starts at the same time make one stack', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  expect(two.info).toEqual(one.info);
  expect(two.district.pid).toBe(one.district.pid);
});
