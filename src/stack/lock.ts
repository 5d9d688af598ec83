/** One starter or stopper of a stack directory at a time, across processes. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processIdentity } from './processes';
import { StackError } from './stack-error';

/** A build of the Temporal binary by a slow machine fits in it. */
const waitMs = 15 * 60_000;

/**
 * Runs `work` while holding `<dir>/lock`. A lock whose holder has died (also when its pid belongs
 * to another process by now) is taken over.
 * @throws StackError when a living process holds it for longer than 15 minutes
 */
export async function withStackLock<T>(dir: string, work: () => Promise<T>): Promise<T> {
  const file = join(dir, 'lock');
  const mine = `${process.pid} ${processIdentity(process.pid)} ${Math.random()}`;
  const deadline = Date.now() + waitMs;
  while (!take(file, mine)) {
    if (Date.now() > deadline) {
      throw new StackError(`Another process is still working on ${dir}: ${file} names its pid.`);
    }
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    if (read(file) === mine) rmSync(file, { force: true });
  }
}

function take(file: string, mine: string): boolean {
  try {
    writeFileSync(file, mine, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = read(file);
  if (holder === null) return false;
  const [pid, identity] = holder.split(' ');
  if (processIdentity(Number(pid)) === identity) return false;
  // Rename, then look: of two that saw the same dead holder only one moves that file away.
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return false;
  }
  if (read(aside) === holder) rmSync(aside, { force: true });
  else renameSync(aside, file);
  return false;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
