import { z } from 'zod';
import { pageQuery } from './schemas';

const time = z.string().meta({ format: 'date-time' });

export const alert = z
  .object({
    alertId: z.int(),
    category: z.string().meta({ description: 'the Process column', example: 'Vertical Interoperability' }),
    name: z.string().meta({ example: 'State Resync Requested' }),
    text: z.string(),
    districtId: z.string().nullable(),
    resyncId: z.string().nullable(),
    postedAt: time,
    dueAt: time.nullable(),
    read: z.boolean(),
  })
  .meta({ id: 'Alert' });

const dateOrTime = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'Give a date (2026-11-26, UTC) or a time with its offset (2026-11-26T08:00:00Z).',
});

const day = 86_400_000;

export const alertQuery = z.strictObject({
  ...pageQuery,
  from: dateOrTime
    .transform((text) => new Date(text))
    .optional()
    .meta({ description: 'posted on this day or later, or from this time on' }),
  to: dateOrTime
    .transform((text) => new Date(new Date(text).getTime() + (text.includes('T') ? 0 : day)))
    .optional()
    .meta({ description: 'posted on this day or earlier, or before this time' }),
  unread: z.enum(['true', 'false']).optional(),
  district: z.string().max(64).optional(),
});

export const alertParams = z.object({ id: z.coerce.number().int().positive() });
export const alertIds = z
  .strictObject({ ids: z.array(z.int().positive()).min(1).max(500) })
  .meta({ id: 'AlertIds' });
