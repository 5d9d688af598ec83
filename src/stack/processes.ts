/**
 * Finds, identifies and ends operating-system processes, without ever trusting a recorded pid
 * alone.
 */
import { execFileSync, spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Pids of the processes that have exactly this argument. A server is recognized by the data
 * directory in its arguments: a pid file may be stale, or its pid may belong to a stranger by now.
 */
export function pidsWithArgument(argument: string): number[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => linuxArguments(pid).includes(argument));
  }
  return execFileSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => `${line} `.includes(` ${argument} `))
    .map((line) => Number.parseInt(line, 10));
}

/**
 * What follows `prefix` in the process's arguments (its port, say), null when it has no such
 * argument.
 */
export function argumentAfter(pid: number, prefix: string): string | null {
  const args =
    process.platform === 'linux'
      ? linuxArguments(pid)
      : execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).split(' ');
  return (
    args
      .find((arg) => arg.startsWith(prefix))
      ?.slice(prefix.length)
      .trim() ?? null
  );
}

function linuxArguments(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // Ended between the listing and the reading.
    return [];
  }
}

/**
 * What tells this process from a later one with the same pid (its start time), or null when it does
 * not live.
 */
export function processIdentity(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command name, in brackets, may contain spaces: the numbered fields start after the last
      // bracket.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? null : (fields[19] ?? null);
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

export interface Launched {
  readonly pid: number;
  /** The code or signal it ended with, null while it lives. */
  ended(): string | null;
}

/**
 * Starts a server in a process group of its own, so that it outlives its starter and the starter's
 * Ctrl-C.
 */
export function launchDetached(
  command: string,
  args: readonly string[],
  { cwd, logFile }: { cwd: string; logFile: string },
): Launched {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let ended: string | null = null;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended = signal ?? `exit code ${code}`));
  child.unref();
  return { pid: child.pid ?? 0, ended: () => ended };
}

/**
 * Asks every process with this argument to end (SIGTERM) and ends it by force when it has not after
 * `graceMs`.
 * @returns how many there were
 */
export async function endProcesses(argument: string, { graceMs }: { graceMs: number }): Promise<number> {
  const pids = pidsWithArgument(argument);
  for (const pid of pids) signal(pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  let forced = graceMs === 0;
  if (forced) for (const pid of pids) signal(pid, 'SIGKILL');
  while (pidsWithArgument(argument).length > 0) {
    if (!forced && Date.now() > deadline) {
      forced = true;
      for (const pid of pidsWithArgument(argument)) signal(pid, 'SIGKILL');
    }
    await sleep(25);
  }
  return pids.length;
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // ESRCH: it ended by itself meanwhile, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
