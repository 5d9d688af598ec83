import type { Weekday } from './blackout';
import type { Initiator, ResyncMode, Scenario } from './resync';
import type { Waves } from './waves';

/** Firings nearer to each other than this would only queue up behind a resync that takes longer. */
export const minIntervalMinutes = 15;

/** When a schedule fires: five cron fields, or times of day on days. */
export type ScheduleTimes =
  | { readonly cron: string }
  | {
      readonly calendar: {
        /** Local times HH:mm. */
        readonly at: readonly string[];
        /** Each absent one: every day, every month. */
        readonly daysOfWeek?: readonly Weekday[] | undefined;
        readonly daysOfMonth?: readonly number[] | undefined;
        /** 1 to 12. */
        readonly months?: readonly number[] | undefined;
      };
    };

/** What becomes of firings while the service was away: none is made up for, one is, or all are. */
export type MissedFirings = 'skip' | 'one' | 'all';

export interface ScheduleTiming {
  readonly times: ScheduleTimes;
  /** IANA name. */
  readonly timezone: string;
  /**
   * A firing is put off by chance up to this, so that all districts don't begin on the same second.
   */
  readonly jitterMinutes: number;
  readonly missed: MissedFirings;
  /** Firings missed longer ago than this are not made up for. */
  readonly catchupWindowMinutes: number;
  /**
   * While the schedule's resync before hasn't ended: no new one, or one more in the agent's queue.
   */
  readonly overlap: 'skip' | 'queue';
}

/**
 * What a firing asks for; district and school year are those of the firing. A verification has
 * neither mode nor scenario.
 */
export interface ScheduledRequest {
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
  readonly mode?: ResyncMode;
  readonly scenario?: Scenario;
}

/**
 * What came of a firing. `skipped`: what the firing before started hadn't ended. `refused`: an
 * alert says why.
 */
export type FiringOutcome = 'started' | 'skipped' | 'refused';

/** What a firing starts: a resync, or a verification, which writes nothing. */
export type ScheduleKind = 'resync' | 'verification';

interface ScheduleHead {
  readonly scheduleId: string;
  readonly name: string;
  /** Whose it is: what the state made is the state's to see into and to stop. */
  readonly initiator: Initiator;
  readonly timing: ScheduleTiming;
  readonly note: string | null;
}

/** A recurring resync or verification of a district. */
export interface ResyncSchedule extends ScheduleHead {
  readonly districtId: string;
  readonly kind: ScheduleKind;
  readonly request: ScheduledRequest;
}

/** A request that the state makes of its districts again and again. */
export interface RequestSchedule extends ScheduleHead {
  readonly districtId: null;
  readonly initiator: 'state';
  readonly kind: 'stateRequest';
  readonly request: RecurringRequest;
}

/** What each firing asks of which districts; the school year is each district's at that time. */
export interface RecurringRequest {
  readonly districts: 'all' | readonly string[];
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
  readonly scenario: Scenario;
  readonly mode: ResyncMode;
  readonly reason: string;
  readonly waves: Waves | null;
  readonly recordsPerSecond: number | null;
  /** From the firing on; no run begins later. `null`: as long as configured. */
  readonly windowHours: number | null;
  /**
   * Districts that its maker saw when it was made; `null`: all. Counts for makers of another
   * issuer, of whom nothing else is known here.
   */
  readonly reach: readonly string[] | null;
}

/**
 * Id of what a firing starts: the same firing, repeated or filled in later, is the same resync or
 * verification.
 * @param scheduledFor ISO 8601, UTC
 * @returns e.g. 20261127-0200-s1f0c9a3e7b
 */
export function scheduledId(scheduleId: string, scheduledFor: string): string {
  const [day, time] = scheduledFor.split('T') as [string, string];
  const clock = time.slice(0, 8).replaceAll(':', '');
  return `${day.replaceAll('-', '')}-${clock}-s${scheduleId}`;
}

const cronFields = [
  { name: 'minute', min: 0, max: 59, words: [] as readonly string[] },
  { name: 'hour', min: 0, max: 23, words: [] },
  { name: 'day of month', min: 1, max: 31, words: [] },
  { name: 'month', min: 1, max: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'day of week', min: 0, max: 7, words: 'sun mon tue wed thu fri sat'.split(' ') },
] as const;

/**
 * What is wrong with a cron text, in words; `null`: nothing. Five fields of numbers, ranges, steps
 * and lists; months and days also by name. Day of month together with day of week is refused: cron
 * means "either", Temporal "both".
 */
export function cronProblem(cron: string): string | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== cronFields.length)
    return 'five fields: minute, hour, day of month, month, day of week';
  const wrong = cronFields.find((field, index) => valuesOf(fields[index]!, field) === null);
  if (wrong)
    return `the ${wrong.name} is from ${wrong.min} to ${wrong.max}, as *, n, n-m, a list, or with /step`;
  if (fields[2] !== '*' && fields[4] !== '*') return 'give a day of month or a day of week, not both';
  return null;
}

/**
 * Shortest time between two firings on one day or over midnight, in minutes, taking every day as
 * one that fires.
 */
export function shortestIntervalMinutes(times: ScheduleTimes): number {
  const minutes = minutesOfDay(times);
  const gaps = minutes.map((minute, index) => (minutes[index + 1] ?? minutes[0]! + 24 * 60) - minute);
  return Math.min(...gaps);
}

/**
 * Does it fire on such a day?
 * @param date `weekday` 0 is Sunday
 */
export function firesOnDay(
  times: ScheduleTimes,
  { month, day, weekday }: { readonly month: number; readonly day: number; readonly weekday: number },
): boolean {
  if ('calendar' in times) {
    const { daysOfWeek, daysOfMonth, months } = times.calendar;
    const named = cronFields[4].words[weekday] as Weekday;
    return (
      (daysOfWeek?.includes(named) ?? true) &&
      (daysOfMonth?.includes(day) ?? true) &&
      (months?.includes(month) ?? true)
    );
  }
  const fields = times.cron.trim().split(/\s+/);
  const has = (index: 2 | 3 | 4, value: number): boolean =>
    valuesOf(fields[index]!, cronFields[index])?.includes(value) ?? false;
  return has(2, day) && has(3, month) && (has(4, weekday) || (weekday === 0 && has(4, 7)));
}

/** Is there no such day in any year, as the 30th of February? */
export function neverFires(times: ScheduleTimes): boolean {
  const weekdays = [0, 1, 2, 3, 4, 5, 6];
  return longestMonths.every((days, index) =>
    Array.from({ length: days }, (_, at) => at + 1).every(
      (day) => !weekdays.some((weekday) => firesOnDay(times, { month: index + 1, day, weekday })),
    ),
  );
}

/** Days of each month, in a leap year. */
const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Its times of day, ascending, in minutes since midnight. */
export function minutesOfDay(times: ScheduleTimes): number[] {
  if ('calendar' in times) {
    const minutes = times.calendar.at.map((at) => Number(at.slice(0, 2)) * 60 + Number(at.slice(3)));
    return [...new Set(minutes)].sort((a, b) => a - b);
  }
  const [minute, hour] = times.cron.trim().split(/\s+/) as [string, string];
  const hours = valuesOf(hour, cronFields[1]) ?? [];
  const minutes = valuesOf(minute, cronFields[0]) ?? [];
  return hours.flatMap((h) => minutes.map((m) => h * 60 + m)).sort((a, b) => a - b);
}

/** The values a cron field stands for, ascending; `null`: it isn't one. */
function valuesOf(
  text: string,
  { min, max, words }: { min: number; max: number; words: readonly string[] },
): number[] | null {
  const values = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const match = /^(?:(\*)|([a-z]{3}|\d{1,2})(?:-([a-z]{3}|\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (!match) return null;
    const [, all, first, last, step] = match;
    const number = (word: string) => (words.includes(word) ? words.indexOf(word) + min : Number(word));
    const from = all ? min : number(first!);
    const to = all ? max : last !== undefined ? number(last) : step !== undefined ? max : from;
    const by = step === undefined ? 1 : Number(step);
    if (!(from >= min && to <= max && from <= to && by >= 1)) return null;
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}
