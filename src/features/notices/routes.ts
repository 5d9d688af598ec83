import { randomBytes } from 'node:crypto';
import { listDeliveries } from './delivery-store';
import { noteNoticeOwner } from './owner-store';
import { readNoticePreferences, saveNoticePreferences } from './preference-store';
import { encryptSecret } from '../../control/encrypted-secret';
import type { Principal } from '../../domain/principal';
import {
  addWebhook,
  changeWebhook,
  deleteWebhook,
  listWebhooks,
  readWebhook,
  rotateSecret,
  type WebhookView,
} from './webhook-store';
import { checkWebhookUrl, WebhookUrlError } from './webhook-url';
import type { ApiContext } from '../../http/context';
import * as schemas from './schemas';
import { ifVersionHeader, requireVersion, tagVersion, versionOf } from '../../http/if-match';
import { Problem, unusable } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';
import { pageOf } from '../../http/schemas';

/**
 * Webhooks and e-mail of whoever calls: each principal has its own, and is told what its alerts
 * tell it.
 */
export function noticeRoutes(context: ApiContext): RouteSpec[] {
  return [...webhookRoutes(context), ...preferenceRoutes(context)];
}

function webhookRoutes({ config, control }: ApiContext): RouteSpec[] {
  const { secretKey, ...rules } = config.notices;
  const key = secretKey === undefined ? null : Buffer.from(secretKey, 'base64');
  const own = (principal: Principal, webhookId: string) => ({
    principalId: principal.principalId,
    webhookId,
  });
  const common = { right: 'processAlerts', tag: 'Notices' } as const;
  return [
    route({
      ...common,
      operationId: 'createWebhook',
      method: 'post',
      path: '/webhooks',
      summary: 'Register a webhook for your alerts, signed by the Standard Webhooks specification',
      example: { url: 'https://example.org/resync', events: ['completion', 'incompletion'] },
      body: schemas.webhookRequest,
      // Without the URL: what follows the host may be a secret of the receiver's.
      audit: ({ body, answer }) => ({
        events: body.events,
        webhookId: answer?.webhookId,
      }),
      responses: { 201: { description: 'With its secret', schema: schemas.webhookWithSecret } },
      handler: async ({ body, principal }) => {
        const url = checkedUrl(body.url, rules);
        const secret = newSecret();
        await noteNoticeOwner(control, principal);
        const { principalId } = principal;
        const { events, rules: told } = body;
        const stored = await addWebhook(control, {
          principalId,
          url,
          events,
          rules: told,
          secret: encryptSecret(secret, key),
        });
        return { ...webhookView(stored), secret };
      },
    }),
    route({
      ...common,
      operationId: 'listWebhooks',
      method: 'get',
      path: '/webhooks',
      summary: 'Your webhooks, without their secrets',
      responses: { 200: { description: 'Webhooks', schema: schemas.webhooks } },
      handler: async ({ principal }) => ({
        items: (await listWebhooks(control, principal.principalId)).map(webhookView),
      }),
    }),
    route({
      ...common,
      operationId: 'changeWebhook',
      method: 'put',
      path: '/webhooks/{id}',
      summary: 'Change a webhook; its secret stays. One that was disabled is enabled again',
      params: schemas.webhookParams,
      headers: ifVersionHeader,
      example: { url: 'https://example.org/resync', events: ['incompletion'] },
      body: schemas.webhookRequest,
      audit: ({ body }) => ({ events: body.events }),
      responses: { 200: { description: 'The webhook as it is now', schema: schemas.webhook } },
      handler: async ({ params, body, principal, request, response }) => {
        const url = checkedUrl(body.url, rules);
        await noteNoticeOwner(control, principal);
        const { events, rules: told } = body;
        const changed = await changeWebhook(control, own(principal, params.id), (before) => {
          requireVersion(request, webhookView(before).version);
          return { url, events, rules: told };
        });
        return tagVersion(response, webhookView(changed));
      },
    }),
    route({
      ...common,
      operationId: 'deleteWebhook',
      method: 'delete',
      path: '/webhooks/{id}',
      summary: 'Delete a webhook',
      params: schemas.webhookParams,
      responses: { 204: { description: 'Deleted' } },
      handler: ({ params, principal }) => deleteWebhook(control, own(principal, params.id)),
    }),
    route({
      ...common,
      operationId: 'rotateWebhookSecret',
      method: 'post',
      path: '/webhooks/{id}/secret',
      summary: 'Rotate the secret; both sign for one day. A webhook that was disabled is enabled again',
      params: schemas.webhookParams,
      responses: { 200: { description: 'With the new secret', schema: schemas.webhookWithSecret } },
      handler: async ({ params, principal }) => {
        const secret = newSecret();
        await noteNoticeOwner(control, principal);
        await rotateSecret(control, own(principal, params.id), encryptSecret(secret, key));
        return { ...webhookView(await readWebhook(control, own(principal, params.id))), secret };
      },
    }),
    route({
      ...common,
      operationId: 'listDeliveries',
      method: 'get',
      path: '/webhooks/{id}/deliveries',
      summary: 'Deliveries of a webhook and their results, newest first',
      params: schemas.webhookParams,
      query: schemas.deliveryQuery,
      responses: { 200: { description: 'A page of deliveries', schema: pageOf(schemas.delivery) } },
      handler: async ({ params, query, principal }) => {
        await readWebhook(control, own(principal, params.id));
        return listDeliveries(control, { webhookId: params.id, ...query });
      },
    }),
  ];
}

function webhookView({ url, events, rules, ...rest }: WebhookView) {
  const settings = { url, events, rules };
  return { ...rest, ...settings, version: versionOf(settings) };
}

function preferenceRoutes({ config, control }: ApiContext): RouteSpec[] {
  const common = { right: 'processAlerts', path: '/notice-preferences', tag: 'Notices' } as const;
  const responses = { 200: { description: 'The preferences', schema: schemas.noticePreferences } };
  return [
    route({
      ...common,
      operationId: 'showNoticePreferences',
      method: 'get',
      summary: 'Your e-mail preferences',
      responses,
      handler: ({ principal }) => readNoticePreferences(control, principal.principalId),
    }),
    route({
      ...common,
      operationId: 'setNoticePreferences',
      method: 'put',
      summary: 'Change your e-mail preferences',
      example: { email: null },
      body: schemas.noticePreferencesRequest,
      audit: ({ body }) => ({ emailEvents: body.email?.events ?? [] }),
      responses,
      handler: async ({ body, principal }) => {
        if (body.email && !config.notices.smtp)
          throw new Problem(409, 'This service sends no e-mail: notices.smtp is not configured.');
        await noteNoticeOwner(control, principal);
        await saveNoticePreferences(control, principal.principalId, body);
        return body;
      },
    }),
  ];
}

/** As Standard Webhooks wants it: 24 to 64 random bytes. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function checkedUrl(text: string, rules: Parameters<typeof checkWebhookUrl>[1]): string {
  try {
    return checkWebhookUrl(text, rules).href;
  } catch (error) {
    if (!(error instanceof WebhookUrlError)) throw error;
    throw unusable(error.message, { pointer: '#/url' });
  }
}
