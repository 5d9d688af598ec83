/** Blackout windows as the API takes and shows them. */
import { z } from 'zod';
import { weekdays } from '../../domain/blackout';
import { asIanaHasIt, isTimeZone } from '../../domain/time-zone';
import { instantGiven, level, setOf, time, typedText } from '../../http/schemas';

const localTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a local time as HH:mm, 00:00 to 23:59')
  .meta({ example: '07:30' });

/** An IANA time zone this server knows. */
export const timezone = z
  .string()
  .max(64)
  .overwrite(asIanaHasIt)
  .refine(isTimeZone, 'not an IANA time zone, e.g. America/Chicago')
  .meta({ example: 'America/Chicago' });

const weekly = z
  .strictObject({
    kind: z.literal('weekly'),
    days: setOf(z.array(z.enum(weekdays)).min(1).max(7)).meta({ description: 'days on which it begins' }),
    from: localTime,
    to: localTime.meta({ description: 'at or before "from": on the next day' }),
    timezone,
  })
  .meta({ id: 'WeeklyBlackout' });

const weeklyAsked = weekly
  .extend({ timezone: timezone.optional().meta({ description: 'default: the district’s' }) })
  .meta({ id: 'WeeklyBlackoutAsked' });

const dated = z
  .strictObject({ kind: z.literal('dated'), startsAt: instantGiven, endsAt: instantGiven })
  .refine(({ startsAt, endsAt }) => Date.parse(startsAt) < Date.parse(endsAt), {
    path: ['endsAt'],
    error: 'has to be after startsAt',
  })
  .meta({ id: 'DatedBlackout' });

const rule = z.union([weekly, dated]).meta({ id: 'BlackoutRule' });

export const blackoutRequest = z
  .strictObject({
    rule: z.discriminatedUnion('kind', [weeklyAsked, dated]),
    note: typedText(255).optional(),
  })
  .meta({ id: 'BlackoutRequest' });

export const blackout = z
  .object({
    blackoutId: z.string(),
    districtId: z.string(),
    setBy: level.meta({ description: 'a district’s own windows hold no run of the state' }),
    rule,
    note: z.string().nullable(),
    createdBy: z.string(),
    createdAt: time,
  })
  .meta({ id: 'Blackout' });

export const heldWindow = z
  .object({
    startsAt: time,
    endsAt: time,
  })
  .meta({ id: 'HeldWindow' });

export const blackoutList = z.object({
  items: z.array(blackout),
  next: heldWindow.nullable().meta({ description: 'for the district’s own resyncs' }),
});
