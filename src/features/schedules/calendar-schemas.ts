/** What is to come in a district, by the clock. */
import { z } from 'zod';
import { instantGiven, level, time } from '../../http/schemas';

/** Longest period of one answer: blackout windows are laid out this far. */
export const mostDays = 14;
const instant = instantGiven.transform((text) => new Date(text));

export const calendarQuery = z.strictObject({
  from: instant.optional().meta({ description: 'default: now' }),
  to: instant.optional().meta({ description: `default: a week later; at most ${mostDays} days` }),
});

export const calendar = z
  .object({
    from: time,
    to: time,
    firings: z.array(
      z.object({
        scheduleId: z.string(),
        name: z.string(),
        kind: z.enum(['resync', 'verification']),
        initiator: level,
        at: time,
        heldUntil: time.nullable().meta({ description: 'end of the blackout window that it waits for' }),
      }),
    ),
    windows: z.array(
      z.object({
        blackoutId: z.string(),
        setBy: level,
        note: z.string().nullable(),
        startsAt: time,
        endsAt: time,
      }),
    ),
  })
  .meta({ id: 'DistrictCalendar', description: 'by time' });
