import { DateTime } from 'luxon';
import {
  firesOnDay,
  minutesOfDay,
  type ScheduleTiming,
  shortestIntervalMinutes,
} from '../../domain/schedule';

/** What the clocks do to a firing when they change: there is no such time, or it comes twice. */
export interface ClockChange {
  /** Local date, YYYY-MM-DD. */
  readonly date: string;
  /** Local time, HH:mm. */
  readonly time: string;
  readonly effect: 'skipped' | 'twice';
}

/** Both changes of a year, and some days. */
const daysAhead = 370;
const minutesOfHour = 60;

type Timed = Pick<ScheduleTiming, 'times' | 'timezone'>;

/** Firings of the next year that the time zone's clock changes affect, the next first. */
export function clockChangesOf({ times, timezone }: Timed, from: Date): ClockChange[] {
  if (!firesOncePerNight({ times, timezone })) return [];
  const today = DateTime.fromJSDate(from, { zone: timezone }).startOf('day');
  const days = Array.from({ length: daysAhead }, (_, n) => today.plus({ days: n }));
  return days
    .filter((day) => day.offset !== day.plus({ days: 1 }).offset)
    .filter(({ month, day, weekday }) => firesOnDay(times, { month, day, weekday: weekday % 7 }))
    .flatMap((day) => minutesOfDay(times).flatMap((minute) => changeAt(day, minute) ?? []));
}

/**
 * Whether a time of a schedule is the second of two that the clocks show alike: it has fired by
 * then. One that fires every hour means each of them; any other time somebody chose by hand.
 */
export function isSecondOfTwo({ times, timezone }: Timed, at: Date): boolean {
  const local = DateTime.fromJSDate(at, { zone: timezone });
  return isTimeOf(times, local) && isShownAgain({ times, timezone }, at);
}

/** As isSecondOfTwo, of a time that chance may have moved. */
export function isShownAgain({ times, timezone }: Timed, at: Date): boolean {
  if (!firesOncePerNight({ times, timezone })) return false;
  const local = DateTime.fromJSDate(at, { zone: timezone });
  return local.getPossibleOffsets().some((other) => other.toMillis() < local.toMillis());
}

function isTimeOf(
  times: ScheduleTiming['times'],
  { month, day, weekday, hour, minute, second }: DateTime,
): boolean {
  const isMinute = second === 0 && minutesOfDay(times).includes(hour * minutesOfHour + minute);
  return isMinute && firesOnDay(times, { month, day, weekday: weekday % 7 });
}

function firesOncePerNight({ times }: Timed): boolean {
  return shortestIntervalMinutes(times) > minutesOfHour;
}

function changeAt(day: DateTime, minuteOfDay: number): ClockChange | null {
  const [hour, minute] = [Math.floor(minuteOfDay / minutesOfHour), minuteOfDay % minutesOfHour];
  const at = day.set({ hour, minute });
  const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
  const date = day.toISODate()!;
  if (at.hour !== hour || at.minute !== minute) return { date, time, effect: 'skipped' };
  return at.getPossibleOffsets().length > 1 ? { date, time, effect: 'twice' } : null;
}
