/** What was collected for a webhook or a mailbox, told once a day in one message. */
import type { Knex } from 'knex';
import { DateTime } from 'luxon';
import type { NoticeGroup, NoticeRules } from '../../domain/notices';
import { inTransaction, selectRows } from '../../control/database';
import { oneAtATime } from '../../control/under-limit';

/** Alerts of one digest; what is left makes another. */
const mostAlerts = 200;

interface Target {
  readonly channel: 'webhook' | 'email';
  readonly target: string;
}

/**
 * Closes the digests whose time of day has come. Safe to repeat, and for several APIs at once.
 * @returns what is to be delivered, with digests that no workflow seems to work on
 */
export async function closeDigests(control: Knex, now: Date = new Date()): Promise<NoticeGroup[]> {
  const targets = await selectRows<Target>(
    control,
    "SELECT DISTINCT channel, target FROM noticeDelivery WHERE status = 'collected' AND partOf IS NULL",
  );
  for (const target of targets) await closeDigest(control, target, now);
  return openDigests(control);
}

/** The last time of day at which a digest was due, by the clock on the wall. */
export function lastTimeOf({ at, timezone }: NonNullable<NoticeRules['digest']>, now: Date): Date {
  const [hour, minute] = at.split(':').map(Number);
  const today = DateTime.fromJSDate(now, { zone: timezone }).set({
    ...{ hour: hour!, minute: minute!, second: 0, millisecond: 0 },
  });
  return (today.toMillis() <= now.getTime() ? today : today.minus({ days: 1 })).toJSDate();
}

async function closeDigest(control: Knex, { channel, target }: Target, now: Date): Promise<void> {
  await inTransaction(control, async (transaction) => {
    await oneAtATime(transaction, `digests of ${channel} ${target}`);
    const collected = { channel, target, status: 'collected', partOf: null };
    const rules = await rulesOf(transaction, { channel, target });
    if (rules === null) {
      await transaction('noticeDelivery').where(collected).update({ status: 'dropped' });
      return;
    }
    // Who wants each at once by now gets what was collected before.
    const until = rules.digest === null ? now : lastTimeOf(rules.digest, now);
    const ids = await transaction('noticeDelivery')
      .where(collected)
      .where('createdAt', '<=', until)
      .orderBy('noticeDeliveryID')
      .limit(mostAlerts)
      .pluck<number[]>('noticeDeliveryID');
    const first = ids[0];
    if (first === undefined) return;
    await transaction('noticeDelivery').whereIn('noticeDeliveryID', ids).update({ partOf: first });
    await transaction('noticeDelivery').where({ noticeDeliveryID: first }).update({ status: 'pending' });
  });
}

/** `null`: it is there no more, or disabled. */
async function rulesOf(control: Knex, { channel, target }: Target): Promise<NoticeRules | null> {
  const [row] = await selectRows<{ rules: string }>(
    control,
    channel === 'webhook'
      ? 'SELECT rules FROM webhook WHERE webhookID = ? AND disabledAt IS NULL'
      : 'SELECT emailRules AS rules FROM noticePreference WHERE principalID = ?',
    [target],
  );
  return row ? (JSON.parse(row.rules) as NoticeRules) : null;
}

/** Never tried, or not for longer than the longest wait between two attempts. */
async function openDigests(control: Knex): Promise<NoticeGroup[]> {
  const rows = await selectRows<{ id: number }>(
    control,
    `SELECT noticeDeliveryID AS id FROM noticeDelivery
      WHERE status = 'pending' AND partOf = noticeDeliveryID
        AND (attempts = 0 OR lastTriedAt < UTC_TIMESTAMP(3) - INTERVAL 7 HOUR)
      ORDER BY noticeDeliveryID LIMIT 500`,
  );
  return rows.map(({ id }) => ({ group: `digest:${id}`, alertIds: [], digest: id }));
}
