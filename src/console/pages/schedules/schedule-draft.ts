import { type Weekday, weekdays } from '../../../domain/blackout';
import type { Scenario } from '../../../domain/resync';
import type { MissedFirings, ScheduleKind, ScheduleTimes } from '../../../domain/schedule';
import type { District, Schedule } from '../../api/answers';
import { zoneOfDistrict } from './zone-of-district';

/** When something fires, as a window holds it. */
export interface TimesDraft {
  readonly how: 'days' | 'cron';
  /** Times of day, separated by commas. */
  readonly at: string;
  readonly days: readonly Weekday[];
  readonly cron: string;
}

/** Every night at two. */
export const everyNight: TimesDraft = { how: 'days', at: '02:00', days: weekdays, cron: '0 2 * * *' };

/** A schedule as its window holds it. */
export interface Draft extends TimesDraft {
  readonly name: string;
  readonly kind: ScheduleKind;
  readonly timezone: string;
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
  /** Empty: the server's own default, of a schedule of the state. */
  readonly scenario: Scenario | '';
  readonly missed: MissedFirings;
  readonly note: string;
}

/** What the window begins with: a nightly resync, or the schedule as it is. */
export function draftOf(district: District, schedule: Schedule | null): Draft {
  const { timing = null, request = null } = schedule ?? {};
  return {
    ...(timing === null ? everyNight : timesDraftOf(timing.times)),
    name: schedule?.name ?? '',
    kind: schedule?.kind ?? 'resync',
    timezone: timing?.timezone ?? zoneOfDistrict(district),
    objects: request?.objects ?? 'all',
    checkDependencies: request?.checkDependencies ?? true,
    scenario: request?.scenario ?? (schedule === null ? 'OTHER' : ''),
    missed: timing?.missed ?? 'one',
    note: schedule?.note ?? '',
  };
}

/** When something fires, as the window shows it. */
export function timesDraftOf(times: ScheduleTimes): TimesDraft {
  if (!('calendar' in times) || !isPlain(times.calendar))
    return { ...everyNight, how: 'cron', cron: cronOf(times) };
  const { at, daysOfWeek = weekdays } = times.calendar;
  return { ...everyNight, at: at.join(', '), days: daysOfWeek };
}

type Days = Extract<ScheduleTimes, { calendar: unknown }>['calendar'];

/** Times on days of the week, and nothing else. */
function isPlain({ daysOfMonth, months }: Days): boolean {
  return daysOfMonth === undefined && months === undefined;
}

/** The same as a cron text, of one time of day. */
function cronOf(times: ScheduleTimes): string {
  if ('cron' in times) return times.cron;
  const { at, daysOfMonth, daysOfWeek, months } = times.calendar;
  const [hour, minute] = (at[0] ?? '02:00').split(':').map(Number);
  const list = (values: readonly (string | number)[] | undefined) => values?.join(',') ?? '*';
  return `${minute} ${hour} ${list(daysOfMonth)} ${list(months)} ${list(daysOfWeek)}`;
}

const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/;

/** When it is to fire; `null`: it doesn't say so yet. */
export function timesOf({ how, at, days, cron }: TimesDraft): ScheduleTimes | null {
  if (how === 'cron') return { cron: cron.trim() };
  const times = at
    .split(',')
    .map((time) => time.trim().padStart('00:00'.length, '0'))
    .filter((time) => time !== '00000');
  if (times.length === 0 || days.length === 0 || !times.every((time) => timeOfDay.test(time))) return null;
  return { calendar: { at: times, ...(days.length < weekdays.length && { daysOfWeek: days }) } };
}
