import { z } from 'zod';

const dateOrTime = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'Give a date (2026-11-26, UTC) or a time with its offset (2026-11-26T08:00:00Z).',
});

const dayMs = 86_400_000;

/**
 * The query parameters from and to of a list by time, as Dates: `to` is the first moment after the
 * period.
 */
export const period = {
  from: dateOrTime
    .transform((text) => new Date(text))
    .optional()
    .meta({ description: 'on this day or later, or from this time on' }),
  to: dateOrTime
    .transform((text) => new Date(new Date(text).getTime() + (text.includes('T') ? 0 : dayMs)))
    .optional()
    .meta({ description: 'on this day or earlier, or before this time' }),
};
