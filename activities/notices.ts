import { zoneOf } from '../src/config';
import { alertCategories } from '../src/domain/alert-categories';
import { ApplicationFailure } from '@temporalio/common';
import type { Knex } from 'knex';
import {
  type Delivery,
  endDelivery,
  loadDelivery,
  noteAttempt,
  pendingDeliveries,
} from '../src/features/notices/delivery-store';
import { readNoticePreferences } from '../src/features/notices/preference-store';
import type { ToldAlert } from '../src/features/alerts/read';
import { postAlert } from '../src/features/alerts/post';
import { readResync, type ResyncView } from '../src/features/resyncs/read';
import { decryptSecret, EncryptedSecretError } from '../src/control/encrypted-secret';
import { disableWebhook, loadWebhookTarget } from '../src/features/notices/webhook-store';
import { digestBody, webhookBody } from '../src/features/notices/webhook-body';
import { PostsUnderWay } from '../src/features/notices/posts-under-way';
import { postWebhook } from '../src/features/notices/post-webhook';
import { mailOfAlert, mailOfDigest, sendMail } from '../src/features/notices/send-mail';
import type { ActivityDependencies } from './dependencies';
import { shortActivity } from './activity';
import type { DeliveryPage } from './contracts';

/** The longest wait a receiver may ask for with Retry-After. */
const maxRetryAfterSeconds = 6 * 3600;
const deliveriesAtOnce = 500;

/**
 * Activities that send notices out. Their inputs are ids: addresses, secrets and texts stay in the
 * control database.
 */
export function noticeActivities({ config, control }: ActivityDependencies) {
  const { secretKey, smtp, ...rules } = config.notices;
  const keys = secretKey === undefined ? [] : [Buffer.from(secretKey, 'base64')];
  const underWay = new PostsUnderWay();

  const post = async (delivery: Delivery): Promise<void> => {
    const { deliveryId, messageId, target } = delivery;
    const webhook = await loadWebhookTarget(control, target);
    if (!webhook) return void (await endDelivery(control, { deliveryId, status: 'dropped' }));
    const secrets = webhook.secrets.map((secret) => decrypted(secret, keys));
    const body = await bodyOf(control, delivery);
    const answer = await postWebhook({ url: webhook.url, messageId, body, secrets }, rules);
    const done = answer.status !== null && answer.status >= 200 && answer.status < 300;
    const gone = answer.status === 410;
    await noteAttempt(control, {
      deliveryId,
      answer: answer.word,
      ...(done ? { status: 'delivered' } : gone ? { status: 'failed' } : {}),
    });
    if (gone) {
      await disableWebhook(control, target, 'It answered 410 Gone.');
      await tellOwner(control, delivery, 'it answered 410 Gone and was disabled');
    }
    if (!done && !gone) throw notDelivered(answer.word, answer.retryAfter);
  };

  const mail = async (delivery: Delivery): Promise<void> => {
    const { deliveryId, messageId, target } = delivery;
    const { email } = await readNoticePreferences(control, target);
    if (!email || !smtp) return void (await endDelivery(control, { deliveryId, status: 'dropped' }));
    const { alert, digest } = delivery;
    const zoneOfAlert = ({ districtId }: ToldAlert): string =>
      zoneOf(config.districts.find(({ id }) => id === districtId) ?? config);
    const told = digest ? mailOfDigest(digest, zoneOfAlert) : mailOfAlert(alert, zoneOfAlert(alert));
    const answer = await sendMail(smtp, { ...told, to: email.address, messageId });
    await noteAttempt(control, {
      deliveryId,
      answer: answer.word,
      ...(answer.outcome === 'sent' ? { status: 'delivered' } : {}),
      ...(answer.outcome === 'refused' ? { status: 'failed' } : {}),
    });
    if (answer.outcome === 'refused') await tellOwner(control, delivery, `it was refused (${answer.word})`);
    if (answer.outcome === 'later') throw notDelivered(answer.word, null);
  };

  return {
    /** Deliveries of these alerts that are still to be made, a page of their ids. */
    listDeliveries: shortActivity(({ alertIds, after }: DeliveryPage): Promise<number[]> =>
      pendingDeliveries(control, { alertIds, after, limit: deliveriesAtOnce }),
    ),

    /**
     * One attempt to deliver; fails with NoticeNotDelivered when another one may do, and when the
     * owner has too many under way: that is no attempt. One that is made stays made.
     */
    deliverNotice: shortActivity(async ({ deliveryId }: { deliveryId: number }): Promise<void> => {
      const delivery = await loadDelivery(control, deliveryId);
      if (delivery.status !== 'pending') return;
      if (!delivery.reader) return void (await endDelivery(control, { deliveryId, status: 'dropped' }));
      if (delivery.channel === 'email') return mail(delivery);
      if (!(await underWay.add(delivery.reader, () => post(delivery))))
        throw notDelivered("its owner's other endpoints have not answered yet", null);
    }),

    /** After the last attempt: the delivery has failed, and an alert says so to its owner. */
    giveUpNotice: shortActivity(async ({ deliveryId }: { deliveryId: number }): Promise<void> => {
      const delivery = await loadDelivery(control, deliveryId);
      if (delivery.status === 'delivered' || delivery.status === 'dropped') return;
      await endDelivery(control, { deliveryId, status: 'failed' });
      await tellOwner(control, delivery, 'it could not be delivered in three days');
    }),
  };
}

async function bodyOf(control: Knex, delivery: Delivery): Promise<string> {
  const { digest, alert, reader } = delivery;
  if (digest === null) return webhookBody(alert, await visibleRun(control, delivery));
  const alerts = [];
  for (const one of digest)
    alerts.push({ alert: one, resync: await visibleRun(control, { alert: one, reader }) });
  return digestBody(alerts);
}

/**
 * The run of a notice with its counts; `null` where there is none, or its inside is the state's to
 * see.
 */
async function visibleRun(
  control: Knex,
  { alert, reader }: Pick<Delivery, 'alert' | 'reader'>,
): Promise<ResyncView | null> {
  if (alert.resyncId === null) return null;
  const run = await readResync(control, alert.resyncId);
  return reader?.level === 'state' || run.initiator === 'district' ? run : null;
}

/** Once for each delivery, and to nobody else. */
async function tellOwner(
  control: Knex,
  { deliveryId, channel, target, principalId, alert }: Delivery,
  why: string,
): Promise<void> {
  await postAlert(control, {
    alertKey: `notice-failed:${deliveryId}`,
    category: alertCategories.notices,
    name: 'Notice Not Delivered',
    text:
      channel === 'webhook'
        ? `The notice "${alert.name}" of ${alert.postedAt} did not reach your webhook ${target}: ${why}.`
        : `The notice "${alert.name}" of ${alert.postedAt} did not reach your e-mail address: ${why}.`,
    districtId: null,
    principalId,
    right: 'processAlerts',
  });
}

function notDelivered(word: string, retryAfter: number | null): ApplicationFailure {
  return ApplicationFailure.create({
    message: `The notice was not delivered: ${word}.`,
    type: 'NoticeNotDelivered',
    ...(retryAfter === null
      ? {}
      : { nextRetryDelay: Math.max(1, Math.min(retryAfter, maxRetryAfterSeconds)) * 1000 }),
  });
}

function decrypted(secret: string, keys: readonly Buffer[]): string {
  try {
    return decryptSecret(secret, keys, 'notices.secretKey');
  } catch (error) {
    if (!(error instanceof EncryptedSecretError)) throw error;
    throw ApplicationFailure.create({ message: error.message, type: 'OperatorNeeded' });
  }
}
