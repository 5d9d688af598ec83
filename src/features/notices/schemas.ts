import { z } from 'zod';
import { noticeEvents, tellAll } from '../../domain/notices';
import { pageQuery, setOf, time, timeOrder, version } from '../../http/schemas';
import { timezone } from '../blackouts/schemas';

const events = setOf(z.array(z.enum(noticeEvents)).min(1).max(noticeEvents.length)).meta({
  description: 'what to be told of',
  example: ['completion', 'incompletion'],
});
const eventNames = z.array(z.enum(noticeEvents));

const digest = z
  .strictObject({
    at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a local time as HH:mm, 00:00 to 23:59'),
    timezone,
  })
  .nullable()
  .meta({ description: 'once a day at this time, all together; null: each at once' });
const rules = z
  .strictObject({
    digest: digest.default(null),
    leastRecords: z.int().min(0).max(1_000_000_000).default(0).meta({
      description: 'only of so many records on: errors of a resync, or what a verification found to differ',
    }),
    onlyWorse: z
      .boolean()
      .default(false)
      .meta({ description: 'only when there are more of these records than the time before' }),
  })
  .meta({
    id: 'NoticeRules',
    description: 'how much is told and when; alerts about no number of records always are',
  });

export const webhookRequest = z
  .strictObject({
    url: z.string().max(2000).meta({ example: 'https://example.org/resync' }),
    events: events.default([...noticeEvents]),
    rules: rules.default(tellAll),
  })
  .meta({ id: 'WebhookRequest' });

export const webhook = z
  .object({
    webhookId: z.string(),
    url: z.string(),
    events: eventNames,
    rules,
    version,
    createdAt: time,
    disabledAt: time.nullable(),
    disabledWhy: z.string().nullable(),
  })
  .meta({ id: 'Webhook' });
export const webhooks = z.object({ items: z.array(webhook) });

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
    status: z
      .enum(['collected', 'pending', 'delivered', 'failed', 'dropped'])
      .meta({ description: 'collected: it waits for the digest of the day' }),
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
      .strictObject({ address: z.email().max(254), events, rules: rules.default(tellAll) })
      .nullable()
      .meta({ description: 'null: no e-mail' }),
  })
  .meta({ id: 'NoticePreferencesRequest' });

export const noticePreferences = z
  .object({ email: z.object({ address: z.string(), events: eventNames, rules }).nullable() })
  .meta({ id: 'NoticePreferences' });

export const webhookParams = z.object({ id: z.string().max(32) });
export const deliveryQuery = z.strictObject({ ...pageQuery, ...timeOrder });
