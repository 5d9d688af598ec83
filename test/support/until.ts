import { inspect } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';

/** A machine that is slow, or stands still for some seconds, is no fault of what is waited for. */
const patienceMs = 60_000;
const shortestPauseMs = 20;
const longestPauseMs = 200;

/**
 * Waits until what `look` sees holds, and returns that: who looks once more may see another thing.
 * @param what is waited for, as a clause; what was seen last stands beside it when it never came
 * @param holds default: something is seen
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean = Boolean,
  forMs = patienceMs,
): Promise<T> {
  const from = performance.now();
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.2)) {
    const seen = await look();
    if (holds(seen)) return seen;
    // Only after a look: a machine that stood still all the while is asked once more.
    if (performance.now() - from > forMs)
      throw new Error(`Waited ${forMs / 1_000} s in vain until ${what}${lastSeen(seen)}.`);
    await sleep(pauseMs);
  }
}

function lastSeen(seen: unknown): string {
  return seen === false ? '' : `; seen last: ${inspect(seen, { depth: 4, breakLength: Infinity })}`;
}
