import { now } from '../../control/columns';
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { type NoticeEvent, type NoticeRules, tellAll } from '../../domain/notices';
import { ConflictError, NotFoundError } from '../../control/control-error';
import { inTransaction, selectRows, toIso } from '../../control/database';
import { oneAtATime } from '../../control/under-limit';

/** Most endpoints of one principal. */
export const maxWebhooks = 20;

/** An endpoint as its owner sees it: without its secret. */
export interface WebhookView {
  readonly webhookId: string;
  readonly url: string;
  readonly events: readonly NoticeEvent[];
  readonly rules: NoticeRules;
  readonly createdAt: string;
  /** Nothing is posted to it any more. */
  readonly disabledAt: string | null;
  readonly disabledWhy: string | null;
}

/** An endpoint as it is posted to. */
export interface WebhookTarget {
  readonly url: string;
  /** Sealed, the newest first; a former one signs too until its time is over. */
  readonly secrets: readonly string[];
}

interface WebhookRow {
  readonly webhookID: string;
  readonly url: string;
  readonly events: string;
  readonly rules: string;
  readonly createdAt: string;
  readonly disabledAt: string | null;
  readonly disabledWhy: string | null;
}

const columns = 'webhookID, url, events, rules, createdAt, disabledAt, disabledWhy';

/** What a webhook is stored with. */
interface NewWebhook {
  readonly principalId: string;
  readonly url: string;
  readonly events: readonly NoticeEvent[];
  /** Absent: everything, at once. */
  readonly rules?: NoticeRules;
  readonly secret: string;
}

/**
 * Stores an endpoint of a principal.
 * @param secret sealed (src/control/sealed.ts)
 * @throws ConflictError when it has too many
 */
export async function addWebhook(
  control: Knex,
  { principalId, url, events, rules = tellAll, secret }: NewWebhook,
): Promise<WebhookView> {
  const webhookID = `wh-${randomBytes(8).toString('hex')}`;
  await inTransaction(control, async (transaction) => {
    await oneAtATime(transaction, `webhooks of ${principalId}`);
    if ((await listWebhooks(transaction, principalId)).length >= maxWebhooks)
      throw new ConflictError(`There are ${maxWebhooks} webhooks already: delete one first.`);
    await transaction('webhook').insert({
      webhookID,
      principalID: principalId,
      url,
      events: JSON.stringify(events),
      rules: JSON.stringify(rules),
      secret,
    });
  });
  return readWebhook(control, { principalId, webhookId: webhookID });
}

/** The endpoints of a principal, the oldest first. */
export async function listWebhooks(control: Knex, principalId: string): Promise<readonly WebhookView[]> {
  const rows = await selectRows<WebhookRow>(
    control,
    `SELECT ${columns} FROM webhook WHERE principalID = ? ORDER BY createdAt, webhookID`,
    [principalId],
  );
  return rows.map(toView);
}

export interface OwnWebhook {
  readonly principalId: string;
  readonly webhookId: string;
}

/** @throws NotFoundError when the principal has no such endpoint */
export async function readWebhook(
  control: Knex,
  { principalId, webhookId }: OwnWebhook,
): Promise<WebhookView> {
  const [row] = await selectRows<WebhookRow>(
    control,
    `SELECT ${columns} FROM webhook WHERE webhookID = ? AND principalID = ?`,
    [webhookId, principalId],
  );
  if (!row) throw noSuchWebhook();
  return toView(row);
}

/**
 * Changes where an endpoint is and what it is told, and makes it usable again if it was disabled.
 * @param change is given the endpoint as it is; what it throws changes nothing
 * @throws NotFoundError
 */
export async function changeWebhook(
  control: Knex,
  own: OwnWebhook,
  change: (before: WebhookView) => Pick<WebhookView, 'url' | 'events' | 'rules'>,
): Promise<WebhookView> {
  return inTransaction(control, async (transaction) => {
    await oneAtATime(transaction, `webhooks of ${own.principalId}`);
    const { url, events, rules } = change(await readWebhook(transaction, own));
    await transaction('webhook')
      .where({ webhookID: own.webhookId })
      .update({
        ...{ url, events: JSON.stringify(events), rules: JSON.stringify(rules) },
        ...{ disabledAt: null, disabledWhy: null },
      });
    return readWebhook(transaction, own);
  });
}

/** Nothing is posted to it any more; its deliveries stay on record. @throws NotFoundError */
export async function deleteWebhook(control: Knex, { principalId, webhookId }: OwnWebhook): Promise<void> {
  const deleted = await control('webhook').where({ webhookID: webhookId, principalID: principalId }).del();
  if (deleted === 0) throw noSuchWebhook();
}

/**
 * Gives an endpoint another secret and makes it usable again if it was disabled; the former one
 * signs beside it for a day.
 * @throws NotFoundError
 */
export async function rotateSecret(
  control: Knex,
  { principalId, webhookId }: OwnWebhook,
  secret: string,
): Promise<void> {
  const rotated = await control('webhook')
    .where({ webhookID: webhookId, principalID: principalId })
    .update({
      // In MySQL a SET sees what stands left of it: the former secret first.
      previousSecret: control.ref('secret'),
      previousUntil: control.raw('UTC_TIMESTAMP(3) + INTERVAL 1 DAY'),
      disabledAt: null,
      disabledWhy: null,
      secret,
    });
  if (rotated === 0) throw noSuchWebhook();
}

/** `null`: it was deleted or disabled. */
export async function loadWebhookTarget(control: Knex, webhookId: string): Promise<WebhookTarget | null> {
  const [row] = await selectRows<{ url: string; secret: string; previousSecret: string | null }>(
    control,
    `SELECT url, secret, IF(previousUntil > UTC_TIMESTAMP(3), previousSecret, NULL) AS previousSecret
       FROM webhook WHERE webhookID = ? AND disabledAt IS NULL`,
    [webhookId],
  );
  if (!row) return null;
  const { url, secret, previousSecret } = row;
  return { url, secrets: previousSecret === null ? [secret] : [secret, previousSecret] };
}

/** Nothing is posted to it from now on. */
export async function disableWebhook(control: Knex, webhookId: string, why: string): Promise<void> {
  await control('webhook')
    .where({ webhookID: webhookId, disabledAt: null })
    .update({ disabledAt: now(control), disabledWhy: why });
}

function noSuchWebhook(): NotFoundError {
  return NotFoundError.of('webhook');
}

function toView(row: WebhookRow): WebhookView {
  return {
    webhookId: row.webhookID,
    url: row.url,
    events: JSON.parse(row.events) as NoticeEvent[],
    rules: JSON.parse(row.rules) as NoticeRules,
    createdAt: toIso(row.createdAt),
    disabledAt: toIso(row.disabledAt),
    disabledWhy: row.disabledWhy,
  };
}
