import { z } from 'zod';
import { alertLinkKinds } from '../../domain/alert-categories';
import { period } from '../../http/period';
import { count, pageQuery, setOf, time, timeOrder, wholeNumber } from '../../http/schemas';

export const alert = z
  .object({
    alertId: z.int(),
    category: z.string().meta({ description: 'the Process column', example: 'Vertical Interoperability' }),
    name: z.string().meta({ example: 'State Resync Requested' }),
    text: z.string(),
    districtId: z.string().nullable(),
    resyncId: z.string().nullable(),
    link: z
      .object({ kind: z.enum(alertLinkKinds), id: z.string() })
      .nullable()
      .meta({ description: 'where what it tells of is shown; year: the id is the district’s' }),
    postedAt: time,
    dueAt: time.nullable(),
    closedAt: time.nullable().meta({ description: 'since then nothing is left to do about it' }),
    read: z.boolean(),
  })
  .meta({ id: 'Alert' });

export const alertQuery = z.strictObject({
  ...pageQuery,
  ...timeOrder,
  ...period,
  unread: z.enum(['true', 'false']).optional(),
  district: z.string().max(64).optional(),
  category: z.string().max(64).optional(),
  q: z.string().trim().min(1).max(100).optional().meta({ description: 'in its name or text' }),
});

/** Up to so many are counted. */
export const mostUnread = 1_000;
export const unreadAlerts = z
  .object({ unread: count.max(mostUnread), capped: z.boolean() })
  .meta({ id: 'UnreadAlerts' });
export const deletedAlerts = z.object({ deleted: z.array(z.int()) });
export const changedAlerts = z.object({ ids: z.array(z.int()) }).meta({ id: 'ChangedAlerts' });

export const alertParams = z.object({ id: wholeNumber(z.int().positive()).nonoptional() });
export const alertIds = z
  .strictObject({ ids: setOf(z.array(z.int().positive()).min(1).max(500)) })
  .meta({ id: 'AlertIds' });
