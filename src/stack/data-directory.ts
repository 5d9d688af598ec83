/** A data directory that is either whole or not there. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { runLogged, type Progress } from './commands';
import { logTail } from './log-tail';
import { endProcesses } from './processes';
import type { ServerPrograms } from './server-kind';
import { StackError } from './stack-error';

/** Written last; a directory without it was not made to the end. */
const marker = 'resync-complete';

/**
 * Makes the data directory unless a whole one is there. It is made beside its place and renamed, so
 * that being killed half-way leaves nothing that looks whole; what an earlier, killed attempt left
 * is cleared. A directory without our marker is moved aside, never deleted: it may be someone's.
 * @throws StackError with the end of the log when it can't be made
 */
export async function ensureDataDirectory(
  dataDir: string,
  {
    programs,
    options = [],
    logFile,
    progress,
  }: { programs: ServerPrograms; options?: readonly string[]; logFile: string; progress: Progress },
): Promise<void> {
  if (existsSync(join(dataDir, marker))) return;
  await clearHalfMade(dataDir);
  if (existsSync(dataDir)) {
    const aside = `${dataDir}.broken-${Date.now()}`;
    renameSync(dataDir, aside);
    progress(`${dataDir} was not a whole data directory: moved to ${aside}, making a new one.`);
  }
  const half = `${dataDir}.making-${process.pid}`;
  mkdirSync(half, { recursive: true, mode: 0o700 });
  const { command, args, input } = programs.initialize(
    { data: half, temporary: temporaryFolder(dataDir) },
    options,
  );
  const made = await runLogged(command, args, {
    logFile,
    label: `Making ${basename(dataDir)}'s data directory`,
    progress,
    ...(input === undefined ? {} : { input }),
  });
  if (!made) throw new StackError(`${dataDir} could not be made:\n${logTail(logFile)}`);
  writeFileSync(join(half, marker), new Date().toISOString());
  renameSync(half, dataDir);
}

/**
 * A folder for the server's temporary files, its own: a server that starts removes the leftovers of
 * dead ones from its temporary folder, and in a shared one takes those of a living server for such.
 */
export function temporaryFolder(dataDir: string): string {
  const folder = `${dataDir}-tmp`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** The servers refuse to run as root unless told so by name. */
export function asUser(): string[] {
  return process.getuid?.() === 0 ? [`--user=${userInfo().username}`] : [];
}

async function clearHalfMade(dataDir: string): Promise<void> {
  const parent = dirname(dataDir);
  const prefix = `${basename(dataDir)}.making-`;
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    const half = join(parent, name);
    // A program that makes one outlives a starter killed by SIGKILL and would go on writing.
    await endProcesses(`--datadir=${half}`, { graceMs: 0 });
    rmSync(half, { recursive: true, force: true });
  }
}
