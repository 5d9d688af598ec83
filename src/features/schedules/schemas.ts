/** Schedules as the API takes and shows them. */
import { z } from 'zod';
import { weekdays } from '../../domain/blackout';
import { scenarios } from '../../domain/resync';
import {
  cronProblem,
  minIntervalMinutes,
  neverFires,
  type ScheduleTimes,
  shortestIntervalMinutes,
} from '../../domain/schedule';
import { timezone } from '../blackouts/schemas';
import {
  districtParams,
  instantGiven,
  level,
  mode,
  objectsAsked,
  setOf,
  time,
  typedName,
  typedText,
  version,
} from '../../http/schemas';

const minutesOfADay = 24 * 60;

const calendar = z
  .strictObject({
    at: setOf(
      z
        .array(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a local time as HH:mm, 00:00 to 23:59'))
        .min(1)
        .max(24),
    ).meta({ example: ['02:00'] }),
    daysOfWeek: setOf(z.array(z.enum(weekdays)).min(1).max(7)).optional(),
    daysOfMonth: setOf(z.array(z.int().min(1).max(31)).min(1).max(31)).optional(),
    months: setOf(z.array(z.int().min(1).max(12)).min(1).max(12)).optional(),
  })
  .meta({ id: 'ScheduleCalendar', description: 'times of day, on every day that fits all that is given' });

const cron = z.string().max(200).meta({
  example: '0 2 * * mon-fri',
  description: 'minute, hour, day of month, month, day of week',
});
const missed = z.enum(['skip', 'one', 'all']);
const overlap = z.enum(['skip', 'queue']);
const kind = z.enum(['resync', 'verification']);

/** When something fires, and what becomes of firings that can't be. */
export const timingGiven = z.object({
  cron: cron.optional(),
  calendar: calendar.optional(),
  timezone: timezone.optional().meta({
    description: 'of the times; default: the district’s, of a recurring request the state’s',
  }),
  jitterMinutes: z.int().min(0).max(120).default(0),
  missed: missed.default('one').meta({
    description:
      'firings missed while the service was away: none is made up, one is, or all within catchupWindowMinutes',
  }),
  catchupWindowMinutes: z
    .int()
    .min(1)
    .max(30 * minutesOfADay)
    .default(minutesOfADay),
  overlap: overlap.optional().meta({
    description:
      'while its previous run hasn’t ended: skip (default), or queue one more (default with missed: all)',
  }),
});
export type TimingGiven = z.output<typeof timingGiven>;

export const scheduleRequest = z
  .strictObject({
    name: typedName(80),
    kind: kind.default('resync').meta({ description: 'what a firing starts' }),
    ...timingGiven.shape,
    objects: objectsAsked,
    checkDependencies: z.boolean().default(true),
    mode: mode.optional().meta({ description: 'of resyncs; default: compare' }),
    scenario: z
      .enum(scenarios)
      .optional()
      .meta({ description: 'of resyncs; default: OTHER, of a schedule of the state STATE_REQUEST' }),
    note: typedText(255).optional(),
  })
  .superRefine((body, context) => {
    const issue = issueOf(context);
    if (body.kind === 'verification') {
      for (const field of ['mode', 'scenario'] as const)
        if (body[field] !== undefined) issue(field, 'is for resyncs only: a verification writes nothing');
    }
    checkTiming(body, issue);
  })
  .meta({ id: 'ScheduleRequest' });

type Issue = (field: string, message: string) => void;

/** What refuses a field of a body. */
export function issueOf(context: z.RefinementCtx): Issue {
  return (field, message) => context.addIssue({ code: 'custom', path: [field], message });
}

/** Refuses times at which nothing can fire, or too often. */
export function checkTiming(body: TimingGiven, issue: Issue): void {
  const times = timesOf(body);
  if (times === null) return issue('cron', 'give either cron or calendar');
  const field = 'cron' in times ? 'cron' : 'calendar';
  const problem = 'cron' in times ? cronProblem(times.cron) : null;
  if (problem !== null) return issue(field, problem);
  if (neverFires(times)) return issue(field, 'never fires: no month has such a day');
  const interval = shortestIntervalMinutes(times);
  if (interval < minIntervalMinutes)
    issue(field, `fires every ${interval} minutes; at least ${minIntervalMinutes} have to be between two`);
  if (body.jitterMinutes >= interval)
    issue('jitterMinutes', `has to be under the ${interval} minutes between two`);
  if (body.missed === 'all' && body.overlap === 'skip')
    issue('missed', '"all" needs overlap "queue": the others would be skipped while the first runs');
}

/** The one of cron and calendar that was given; `null`: both or neither. */
export function timesOf({
  cron: text,
  calendar: days,
}: {
  cron?: string | undefined;
  calendar?: z.output<typeof calendar> | undefined;
}): ScheduleTimes | null {
  if (text !== undefined && days === undefined) return { cron: text };
  if (days !== undefined && text === undefined) return { calendar: days };
  return null;
}

/** When a schedule fires, as it is shown. */
export const timingShown = z.object({
  times: z.union([z.object({ cron }), z.object({ calendar })]),
  timezone: z.string(),
  jitterMinutes: z.int(),
  missed,
  catchupWindowMinutes: z.int(),
  overlap,
});

/** Nights on which a local time is skipped, or comes twice. */
export const clockChanges = z
  .array(z.object({ date: z.iso.date(), time: z.string(), effect: z.enum(['skipped', 'twice']) }))
  .meta({
    description:
      'nights of the next year on which the clocks skip the local time, so that it does not fire, or show it twice, so that it fires at the first',
  });

export const schedule = z
  .object({
    scheduleId: z.string(),
    districtId: z.string(),
    initiator: level.meta({ description: 'whose it is' }),
    kind,
    name: z.string(),
    createdBy: z
      .string()
      .meta({ description: 'who made it, or changed it since: it fires with their rights' }),
    createdAt: time,
    version,
    timing: timingShown
      .nullable()
      .meta({ description: 'null: the state made it, and its details are hidden from the district' }),
    request: z
      .object({
        objects: objectsAsked,
        checkDependencies: z.boolean(),
        mode: mode.optional(),
        scenario: z.enum(scenarios).optional(),
      })
      .nullable(),
    note: z.string().nullable(),
    paused: z.boolean().nullable().meta({ description: 'null: Temporal doesn’t have it, see problem' }),
    pauseNote: z.string().nullable(),
    nextRuns: z.array(
      z.object({
        at: time,
        heldUntil: time.nullable().meta({ description: 'end of the blackout window that the run waits for' }),
      }),
    ),
    clockChanges,
    lastRuns: z.array(
      z.object({
        scheduledFor: time,
        outcome: z.enum(['started', 'skipped', 'refused']),
        resyncId: z.string().nullable(),
        verificationId: z.string().nullable(),
        message: z.string().nullable(),
      }),
    ),
    problem: z.string().nullable(),
  })
  .meta({ id: 'Schedule' });

/** What whoever fires by hand is told beside it. */
export const replayed = z.boolean().meta({
  description:
    'true: somebody had it fired within the last ten seconds, and that firing is this one; it did not fire again',
});
export const triggered = schedule.extend({ replayed }).meta({ id: 'TriggeredSchedule' });
export const scheduleParams = districtParams.extend({ id: z.string().max(32) });
export const pauseRequest = z.strictObject({ note: typedText(255).optional() });
export const backfillRequest = z
  .strictObject({ from: instantGiven, to: instantGiven })
  .meta({ id: 'BackfillRequest' });
export const backfilled = schedule
  .extend({ filledIn: z.array(time).meta({ description: 'firings that are made up' }) })
  .meta({ id: 'BackfilledSchedule' });

export const scheduleList = z.object({ items: z.array(schedule) });
