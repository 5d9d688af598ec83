import { firesOnDay, minutesOfDay, type ScheduleTimes } from '../../../domain/schedule';
import { dayAfter, instantOf, wallTime } from '../../../domain/local-day';

const daysAhead = 400;

/**
 * The next times at which a schedule would fire, before it is made. A time that the clocks skip is
 * none, of one that they show twice the first is meant.
 * @param now epoch milliseconds
 * @returns epoch milliseconds
 */
export function firingsAhead(times: ScheduleTimes, timezone: string, now: number, most: number): number[] {
  const minutes = minutesOfDay(times);
  const found: number[] = [];
  let day = wallTime(now, timezone).slice(0, 10);
  for (let days = 0; days < daysAhead && found.length < most; days++, day = dayAfter(day)) {
    const date = new Date(`${day}T00:00:00Z`);
    const on = { month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: date.getUTCDay() };
    if (!firesOnDay(times, on)) continue;
    for (const minute of minutes) {
      const wall = `${day} ${clock(minute)}`;
      const at = instantOf(wall, timezone);
      if (at > now && wallTime(at, timezone).startsWith(wall)) found.push(at);
    }
  }
  return found.slice(0, most);
}

function clock(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
