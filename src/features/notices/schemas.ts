import { z } from 'zod';
import { noticeEvents } from '../../domain/notices';
import { pageQuery, time, timeOrder } from '../../http/schemas';

const events = z
  .array(z.enum(noticeEvents))
  .min(1)
  .max(noticeEvents.length)
  .transform((names) => [...new Set(names)])
  .meta({ description: 'what to be told of', example: ['completion', 'incompletion'] });
const eventNames = z.array(z.enum(noticeEvents));

export const webhookRequest = z
  .strictObject({
    url: z.string().max(2000).meta({ example: 'https://example.org/resync' }),
    events: events.default([...noticeEvents]),
  })
  .meta({ id: 'WebhookRequest' });

export const webhook = z
  .object({
    webhookId: z.string(),
    url: z.string(),
    events: eventNames,
    createdAt: time,
    disabledAt: time.nullable(),
    disabledWhy: z.string().nullable(),
  })
  .meta({ id: 'Webhook' });

export const webhookWithSecret = webhook
  .extend({
    secret: z.string().meta({
      description: 'signs what is posted (Standard Webhooks); shown this once',
      example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    }),
  })
  .meta({ id: 'WebhookWithSecret' });

export const delivery = z
  .object({
    messageId: z.string().meta({ description: 'webhook-id: the same over all attempts' }),
    alertId: z.int(),
    name: z.string(),
    status: z.enum(['pending', 'delivered', 'failed', 'dropped']),
    attempts: z.int(),
    lastAnswer: z.string().nullable().meta({ description: 'HTTP status, or why there was none' }),
    lastTriedAt: time.nullable(),
    deliveredAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Delivery' });

export const noticePreferencesRequest = z
  .strictObject({
    email: z
      .strictObject({ address: z.email().max(254), events })
      .nullable()
      .meta({ description: 'null: no e-mail' }),
  })
  .meta({ id: 'NoticePreferencesRequest' });

export const noticePreferences = z
  .object({ email: z.object({ address: z.string(), events: eventNames }).nullable() })
  .meta({ id: 'NoticePreferences' });

export const webhookParams = z.object({ id: z.string().max(32) });
export const deliveryQuery = z.strictObject({ ...pageQuery, ...timeOrder });
