/** Finds programs and runs them to their end, with their output in a log file. */
import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** Tells the person at the terminal what is going on, a line at a time. */
export type Progress = (line: string) => void;

/** Servers live in sbin, which is not on everyone's PATH; Homebrew's keg-only formulas neither. */
const extraFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin', '/usr/libexec'];

/**
 * Full path of the first of `names` that is executable, on PATH or where servers usually are; null
 * if none is.
 */
export function findProgram(names: readonly string[], folders: readonly string[] = []): string | null {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    for (const folder of [...path, ...extraFolders, ...folders]) {
      const candidate = join(folder, name);
      if (isExecutable(candidate)) return candidate;
    }
  }
  return null;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end; says every few seconds that it is still at it.
 * @returns whether it ended with code 0 within the time
 */
export function runLogged(
  command: string,
  args: readonly string[],
  options: {
    readonly logFile: string;
    readonly label: string;
    readonly progress: Progress;
    readonly env?: NodeJS.ProcessEnv;
    readonly timeoutMs?: number;
    readonly cwd?: string;
    /** What it reads from its standard input. */
    readonly input?: string;
  },
): Promise<boolean> {
  const log = openSync(options.logFile, 'a');
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  const ticking = setInterval(() => options.progress(`${options.label} … ${seconds()} s`), 5_000);
  return new Promise<boolean>((resolve) => {
    const child = spawn(command, args, {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', log, log],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    });
    child.once('error', () => resolve(false));
    // A program that ends early leaves the rest unread; its code says so.
    child.stdin?.on('error', () => undefined).end(options.input);
    child.once('close', (code) => resolve(code === 0));
  }).finally(() => {
    clearInterval(ticking);
    closeSync(log);
  });
}
