/** Several jest runs may share .stack-test: only the last one to leave stops it. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '../../src/stack/processes';

const folder = (dir: string): string => join(dir, 'users');
const entry = (pid: number): string => `${pid}-${processIdentity(pid)?.replace(/\W/g, '') ?? 'ended'}`;

/** Says that this process uses the stack. */
export function joinStack(dir: string): void {
  mkdirSync(folder(dir), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder(dir), entry(process.pid)), '');
}

/**
 * Takes this process and all that have ended off the list. @returns whether nobody uses the stack
 * any more
 */
export function leaveStack(dir: string): boolean {
  mkdirSync(folder(dir), { recursive: true, mode: 0o700 });
  const mine = entry(process.pid);
  const others = readdirSync(folder(dir)).filter((name) => {
    const pid = Number.parseInt(name, 10);
    const lives = name !== mine && entry(pid) === name;
    if (!lives) rmSync(join(folder(dir), name), { force: true });
    return lives;
  });
  return others.length === 0;
}
