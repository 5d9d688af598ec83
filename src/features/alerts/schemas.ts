import { z } from 'zod';
import { period } from '../../http/period';
import { pageQuery, time } from '../../http/schemas';

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
    closedAt: time.nullable().meta({ description: 'since then nothing is left to do about it' }),
    read: z.boolean(),
  })
  .meta({ id: 'Alert' });

export const alertQuery = z.strictObject({
  ...pageQuery,
  ...period,
  unread: z.enum(['true', 'false']).optional(),
  district: z.string().max(64).optional(),
});

export const alertParams = z.object({ id: z.coerce.number().int().positive() });
export const alertIds = z
  .strictObject({ ids: z.array(z.int().positive()).min(1).max(500) })
  .meta({ id: 'AlertIds' });
