/** A database server of a test's own, of any kind and with any settings. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDataDirectory } from '../../src/stack/data-directory';
import { DatabaseServer } from '../../src/stack/database-server';
import { withStackLock } from '../../src/stack/lock';
import { endProcesses } from '../../src/stack/processes';
import type { ServerKind } from '../../src/stack/server-kind';
import { ensurePrograms } from '../../src/stack/server-programs';
import type { DatabaseServerInfo } from '../../src/stack/stack-info';
import { testStackDir } from './stack';

const password = 'private-only';
const folder = join(testStackDir, 'private');
const progress = (): void => {};

export interface PrivateServer {
  readonly info: DatabaseServerInfo;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts a server that nobody else uses, small and without waiting for the disk. Its data directory
 * is a copy of one that is made once, but for settings that must be known when it is made.
 */
export async function startPrivateServer(
  kind: ServerKind,
  settings: readonly string[] = [],
): Promise<PrivateServer> {
  mkdirSync(folder, { recursive: true });
  const dir = realpathSync(mkdtempSync(join(folder, `${kind}-`)));
  const server = new DatabaseServer({
    ...{ name: 'district', kind, dir, password, wantedPorts: [], bufferPoolMb: 32, durable: false, progress },
    settings: [...small[kind === 'mysql' ? 'mysql' : 'mariadb'], ...settings],
  });
  const stop = async (): Promise<void> => {
    await server.kill();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    if (!settings.some((setting) => setting.startsWith('--lower-case-table-names')))
      cpSync(await templateOf(kind), server.dataDir, { recursive: true });
    await server.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { info: server.info, stop };
}

const small = {
  mariadb: ['--innodb-log-file-size=8M'],
  mysql: ['--innodb-redo-log-capacity=8M', '--innodb-log-buffer-size=1M'],
} as const;

/** An empty data directory of this kind. */
async function templateOf(kind: ServerKind): Promise<string> {
  const templates = join(testStackDir, 'templates');
  mkdirSync(templates, { recursive: true });
  const path = join(realpathSync(templates), kind);
  await withStackLock(templates, async () => {
    const logs = join(testStackDir, 'logs');
    mkdirSync(logs, { recursive: true });
    const programs = await ensurePrograms(kind, { logs, progress });
    await ensureDataDirectory(path, { programs, logFile: join(logs, `template-${kind}.log`), progress });
  });
  return path;
}

/** Ends what a test that was cut off left running. */
export async function endPrivateServers(): Promise<void> {
  if (!existsSync(folder)) return;
  const real = realpathSync(folder);
  for (const name of readdirSync(real)) {
    for (const data of readdirSync(join(real, name)))
      await endProcesses(`--datadir=${join(real, name, data)}`, { graceMs: 0 });
    rmSync(join(real, name), { recursive: true, force: true });
  }
}
