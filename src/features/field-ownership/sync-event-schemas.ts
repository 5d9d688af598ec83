/** Sync events as the API takes and shows them. */
import { z } from 'zod';
import { maxAnnouncedKeys } from '../../domain/sync-event';
import { count, setOf, time } from '../../http/schemas';

const key = z.array(z.string().min(1).max(255)).min(1).max(16);

export const syncEventRequest = z
  .strictObject({
    object: z.string().min(1).max(64),
    keys: setOf(z.array(key).min(1).max(maxAnnouncedKeys))
      .optional()
      .meta({ description: 'match keys of records whose values changed; absent: all that differ' }),
  })
  .meta({ id: 'SyncEventRequest' });

export const syncEvent = z
  .object({
    syncEventId: z.string(),
    districtId: z.string(),
    object: z.string(),
    keys: count.nullable().meta({ description: 'records that were named; null: all that differ' }),
    resyncId: z.string().nullable().meta({ description: 'the resync after which it came' }),
    requestedBy: z.string(),
    status: z.enum(['accepted', 'running', 'finished', 'failed']),
    assigned: count.meta({ description: 'records given their value at the state before it was carried' }),
    carried: count.meta({ description: 'records of the district that have the state’s values now' }),
    unchanged: count,
    failed: count,
    message: z.string().nullable(),
    requestedAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
  })
  .meta({ id: 'SyncEvent' });

export const syncEventDetail = syncEvent
  .extend({
    errors: z
      .array(
        z.object({
          key: z.array(z.string()),
          guid: z.string().nullable(),
          code: z.string().meta({ example: 'IDENTITY_CHANGED' }),
          field: z.string().nullable(),
          message: z.string(),
        }),
      )
      .meta({ description: 'the first 500 of the failed records' }),
  })
  .meta({ id: 'SyncEventDetail' });
