import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { parseServerKinds } from '../../src/stack/server-kind';
import { runningServers, startStack, stopStack } from '../../src/stack/stack';
import type { DatabaseServerInfo } from '../../src/stack/stack-info';
import { testStack } from '../support/stack';

jest.setTimeout(300_000);

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'resync-servers-')));
});
afterEach(async () => {
  await stopStack(dir);
  rmSync(dir, { recursive: true, force: true });
});

async function ask(server: DatabaseServerInfo, sql: string): Promise<unknown[]> {
  const { host, port, user, password } = server;
  const connection = await createConnection({ host, port, user, password });
  try {
    const [rows] = await connection.query(sql);
    if (!Array.isArray(rows)) return [];
    return (rows as RowDataPacket[]).flatMap((row) => Object.values(row) as unknown[]);
  } finally {
    await connection.end();
  }
}

test('a stack runs on real MySQL and on MariaDB 11.8, one kind at a time, and remembers which', async () => {
  const given = { temporalAddress: (await testStack()).temporal.address };
  const options = { dir, given, ports: 'any', bufferPoolMb: 32, durable: false } as const;
  const { info } = await startStack({ ...options, servers: { district: 'mysql', state: 'mariadb-11.8' } });
  const [mysql] = await ask(info.district, 'SELECT CONCAT(@@version, " ", @@version_comment)');
  expect(mysql).toMatch(/^\d+\.\d+\.\d+\b/);
  expect(mysql).not.toMatch(/mariadb/i);
  expect(await ask(info.state, 'SELECT @@version')).toEqual([expect.stringMatching(/^11\.8\.\d+-MariaDB/)]);
  await ask(info.district, 'CREATE DATABASE kept');
  const pids = runningServers(dir);

  const again = await startStack(options);
  expect(again.info).toEqual(info);
  expect(runningServers(dir)).toEqual(pids);

  const other = await startStack({ ...options, servers: { district: 'mariadb', state: 'mariadb-11.8' } });
  expect(await ask(other.info.district, 'SELECT @@version')).toEqual([expect.stringContaining('MariaDB')]);
  expect(await ask(other.info.district, "SHOW DATABASES LIKE 'kept'")).toEqual([]);
  expect(runningServers(dir)).toMatchObject({ state: pids.state });
  expect(await stopStack(dir)).toBe(2);

  const back = await startStack({ ...options, servers: { district: 'mysql', state: 'mariadb-11.8' } });
  expect(await ask(back.info.district, "SHOW DATABASES LIKE 'kept'")).toEqual(['kept']);
});

const resync = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number; stderr: string }> =>
  promisify(execFile)(process.execPath, [join(__dirname, '..', '..', 'bin', 'resync.mjs'), ...args], {
    env: { ...process.env, XDG_CACHE_HOME: join(dir, 'cache'), ...env },
  }).then(
    ({ stderr }) => ({ code: 0, stderr }),
    (error: { code: number; stderr: string }) => error,
  );

test('a server that can’t be fetched is one clear sentence and exit code 8, and leaves nothing half', async () => {
  const up = ['up', '--server', 'mysql', '--dir', join(dir, 'stack')];
  const offline = await resync(up, { http_proxy: 'http://127.0.0.1:9' });
  expect(offline).toMatchObject({ code: 8 });
  expect(offline.stderr).toContain("MySQL can't be had here: Debian's archive could not be read");
  expect(offline.stderr).toContain('DISTRICT_DATABASE_URL, STATE_DATABASE_URL and CONTROL_DATABASE_URL');

  const bare = await resync(up, { PATH: dir });
  expect(bare).toMatchObject({ code: 8 });
  expect(bare.stderr).toContain('apt-get and dpkg-deb');
  expect(bare.stderr).not.toContain('    at ');
  expect(runningServers(join(dir, 'stack'))).toMatchObject({ district: null, state: null });
});

test('servers are named by one kind or by two', async () => {
  expect(parseServerKinds('mysql')).toEqual({ district: 'mysql', state: 'mysql' });
  expect(parseServerKinds('mariadb:mariadb-11.8')).toEqual({ district: 'mariadb', state: 'mariadb-11.8' });
  for (const wrong of ['', 'oracle', 'mysql:', 'mysql:mysql:mysql'])
    expect(() => parseServerKinds(wrong)).toThrow('is no database server of the local stack');
  expect(await resync(['up', '--server', 'oracle'], {})).toMatchObject({ code: 2 });
});
