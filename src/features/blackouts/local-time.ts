/** From a local date and time to instants, where clocks jump too. */
import { IANAZone } from 'luxon';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Milliseconds the zone's clocks are ahead of UTC at an instant (epoch milliseconds). */
function offsetMs(zone: string, instant: number): number {
  return IANAZone.create(zone).offset(instant) * minuteMs;
}

/** What the zone's clocks show at an instant, as if that were UTC (epoch milliseconds). */
export function wallTimeOf(zone: string, instant: number): number {
  return instant + offsetMs(zone, instant);
}

/**
 * The instants at which the zone's clocks show `wallTime`: the first and the last, which differ
 * when clocks were set back. A time that clocks jumped over stands for the instant of the jump.
 * luxon leaves both cases undefined, hence this.
 * @param wallTime date and time on the wall, as if it were UTC (epoch milliseconds)
 */
export function instantsOf(
  zone: string,
  wallTime: number,
): { readonly first: number; readonly last: number } {
  const [before, after] = [offsetMs(zone, wallTime - dayMs), offsetMs(zone, wallTime + dayMs)];
  if (before === after) return { first: wallTime - before, last: wallTime - before };
  const shown = [wallTime - before, wallTime - after].filter(
    (instant) => wallTimeOf(zone, instant) === wallTime,
  );
  if (shown.length > 0) return { first: Math.min(...shown), last: Math.max(...shown) };
  const jump = jumpBetween(zone, wallTime - dayMs, wallTime + dayMs);
  return { first: jump, last: jump };
}

/** The first instant with the offset of `to`, when it changes once between the two. */
function jumpBetween(zone: string, from: number, to: number): number {
  const before = offsetMs(zone, from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}
