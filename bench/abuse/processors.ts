import { readdirSync, readFileSync } from 'node:fs';

/** Parts of the service, told by a process id or by what stands on their command line. */
export type Parts = Readonly<Record<string, number | string>>;

/** Ticks of a second in /proc. */
const ticks = 100;

/** Seconds of a processor that each part has had since its start (Linux; elsewhere nothing). */
export function processorSeconds(parts: Parts): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const pid of processes()) {
    const line = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
    const [name] =
      Object.entries(parts).find(([, mark]) =>
        typeof mark === 'number' ? mark === pid : line.includes(mark),
      ) ?? [];
    if (name === undefined) continue;
    // After the name, which may hold blanks: the 12th and 13th are of the program and the kernel.
    const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)!.split(' ');
    const used = (Number(fields[11]) + Number(fields[12])) / ticks;
    seconds.set(name, (seconds.get(name) ?? 0) + (Number.isNaN(used) ? 0 : used));
  }
  return seconds;
}

/** How much of a processor each part had between two looks, in words. */
export function usedBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  seconds: number,
): string {
  return [...after]
    .map(([name, used]) => `${name} ${(((used - (before.get(name) ?? 0)) / seconds) * 100).toFixed(0)} %`)
    .join(', ');
}

function processes(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Nothing of a process that has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
