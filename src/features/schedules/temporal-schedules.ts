/** Schedules as Temporal keeps them: it fires them, the control database says what they are. */
import { createHash } from 'node:crypto';
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  type ScheduleOptions,
  type ScheduleHandle,
  ScheduleNotFoundError,
  type ScheduleSpec,
} from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import type { Weekday } from '../../domain/blackout';
import type { ScheduleTiming } from '../../domain/schedule';
import { attributeKeys } from '../../domain/search-attributes';
import { isShownAgain } from './clock-changes';
import { scheduleIdAtTemporal } from '../../temporal/start-workflows';
import type { AnySchedule } from './store';

const minuteMs = 60_000;
/** Without making up for anything: a firing may be this late, because servers are. */
const punctualMs = minuteMs;
/** Next firings shown. */
const shownRuns = 10;

/** How a schedule stands at Temporal. */
export interface Standing {
  readonly paused: boolean;
  readonly note: string | null;
  readonly nextRuns: readonly Date[];
}

function handleOf(client: Client, schedule: AnySchedule): ScheduleHandle {
  return client.schedule.getHandle(scheduleIdAtTemporal(schedule));
}

/**
 * Has it fire as it is, whether or not it did so before.
 * @param pausedWhy not before somebody resumes it; `null`: as Temporal has it
 * @throws the SDK's errors
 */
export async function createAtTemporal(
  client: Client,
  taskQueue: string,
  schedule: AnySchedule,
  pausedWhy: string | null,
): Promise<void> {
  const paused = pausedWhy === null ? {} : { paused: true, note: pausedWhy };
  const { districtId, scheduleId, initiator, kind, timing } = schedule;
  const options = {
    scheduleId: scheduleIdAtTemporal(schedule),
    spec: specOf(timing),
    action: {
      type: 'startWorkflow',
      workflowType: 'scheduledResync',
      workflowId: `scheduled:${districtId ?? 'state'}:${scheduleId}`,
      taskQueue,
      args: [{ scheduleId, made: fingerprintOf(schedule) }],
      staticSummary:
        kind === 'stateRequest' ? 'A recurring request of the state' : `Scheduled ${kind} of ${districtId}`,
    },
    policies: {
      // A firing's workflow ends once the run is with its agent, so this decides about missed
      // firings only, which come all at once: the first, or one after the other. Overlap is decided
      // by the control database, when a firing comes.
      overlap: timing.missed === 'all' ? 'BUFFER_ALL' : 'SKIP',
      catchupWindow: timing.missed === 'skip' ? punctualMs : timing.catchupWindowMinutes * minuteMs,
    },
    state: paused,
    typedSearchAttributes: [
      ...(districtId === null ? [] : [{ key: attributeKeys.district, value: districtId }]),
      { key: attributeKeys.initiator, value: initiator },
    ],
  } satisfies ScheduleOptions;
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // It was changed, or an earlier call had made it and its answer was lost, or Temporal was
    // restored. Paused stays paused. One that is as it should be is left: an update drops firings
    // that are still to be made up for.
    const handle = handleOf(client, schedule);
    const now = await handle.describe();
    if (isMade(now, schedule) && (pausedWhy === null || now.state.paused)) return;
    const { spec, action, policies } = options;
    await handle.update(({ state }) => ({
      ...{ spec, action, policies },
      state: { ...state, ...paused },
    }));
  }
}

/**
 * Of when it fires: Temporal has it with the action, because its own form of a spec can't be
 * compared.
 */
function fingerprintOf({ timing }: AnySchedule): string {
  return createHash('sha256').update(JSON.stringify(timing)).digest('hex').slice(0, 16);
}

function isMade({ action }: ScheduleDescription, schedule: AnySchedule): boolean {
  const [input] = (action.args ?? []) as { readonly made?: string }[];
  return input?.made === fingerprintOf(schedule);
}

/** Ids of all schedules that Temporal has, of whatever service. */
export async function idsAtTemporal(client: Client): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { scheduleId } of client.schedule.list({ pageSize: 1_000 })) ids.add(scheduleId);
  return ids;
}

/** `null`: Temporal doesn't have it. */
export async function standingOf(client: Client, schedule: AnySchedule): Promise<Standing | null> {
  const found = await orNull(() => handleOf(client, schedule).describe());
  if (!found) return null;
  const { state, info } = found;
  return {
    paused: state.paused,
    note: state.note ?? null,
    nextRuns: state.paused
      ? []
      : info.nextActionTimes.filter((at) => !isShownAgain(schedule.timing, at)).slice(0, shownRuns),
  };
}

/** What is done to a schedule; `false`: Temporal doesn't have it. */
export const acts = {
  pause: (client: Client, schedule: AnySchedule, note: string) =>
    done(() => handleOf(client, schedule).pause(note)),
  resume: (client: Client, schedule: AnySchedule, note: string) =>
    done(() => handleOf(client, schedule).unpause(note)),
  trigger: (client: Client, schedule: AnySchedule) =>
    done(() => handleOf(client, schedule).trigger('ALLOW_ALL')),
  delete: (client: Client, schedule: AnySchedule) => done(() => handleOf(client, schedule).delete()),
} as const;

interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** Fires for every time of the period, one after the other. `false`: Temporal doesn't have it. */
export function backfill(client: Client, schedule: AnySchedule, { from, to }: Period): Promise<boolean> {
  const handle = handleOf(client, schedule);
  return done(() => handle.backfill({ start: from, end: to, overlap: 'BUFFER_ALL' }));
}

/** Times of a period at which the schedule fires. `null`: Temporal doesn't have it. */
export function timesBetween(
  client: Client,
  schedule: AnySchedule,
  { from, to }: Period,
): Promise<Date[] | null> {
  return orNull(async () => {
    // Tells a schedule that isn't there as ScheduleNotFoundError, which the plain call below
    // doesn't.
    await handleOf(client, schedule).describe();
    const { startTime } = await client.schedule.workflowService.listScheduleMatchingTimes({
      namespace: client.options.namespace,
      scheduleId: scheduleIdAtTemporal(schedule),
      startTime: msToTs(from.getTime()),
      endTime: msToTs(to.getTime()),
    });
    return startTime.map((at) => new Date(tsToMs(at)));
  });
}

function specOf({ times, timezone, jitterMinutes }: ScheduleTiming): ScheduleSpec {
  const common = { timezone, ...(jitterMinutes > 0 ? { jitter: jitterMinutes * minuteMs } : {}) };
  if ('cron' in times) return { ...common, cronExpressions: [times.cron.trim()] };
  const { at, daysOfWeek, daysOfMonth, months } = times.calendar;
  return {
    ...common,
    calendars: at.map((time) => ({
      hour: Number(time.slice(0, 2)),
      minute: Number(time.slice(3)),
      ...(daysOfWeek ? { dayOfWeek: daysOfWeek.map((day) => dayNames[day]) } : {}),
      ...(daysOfMonth ? { dayOfMonth: [...daysOfMonth] } : {}),
      ...(months ? { month: months.map((month) => monthNames[month - 1]!) } : {}),
    })),
  };
}

const dayNames = {
  sun: 'SUNDAY',
  mon: 'MONDAY',
  tue: 'TUESDAY',
  wed: 'WEDNESDAY',
  thu: 'THURSDAY',
  fri: 'FRIDAY',
  sat: 'SATURDAY',
} as const satisfies Record<Weekday, string>;
const monthNames = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;

async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

async function done(work: () => Promise<void>): Promise<boolean> {
  return (await orNull(async () => (await work(), true))) ?? false;
}
