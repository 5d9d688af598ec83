import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import { type AlertRow, type ToldAlert, type Reader, audienceOf, toAlert } from '../alerts/read';
import { NotFoundError } from '../../control/control-error';
import { selectRows, toIso } from '../../control/database';
import { pageByTime, type Page, type TimePageFilter } from '../../control/page';
import { readNoticeOwners } from './owner-store';

export type DeliveryStatus = 'collected' | 'pending' | 'delivered' | 'failed' | 'dropped';

/** One notice on its way to one endpoint or mailbox. */
export interface Delivery {
  readonly deliveryId: number;
  readonly messageId: string;
  readonly channel: 'webhook' | 'email';
  /** webhookID, or the principal whose preference has the address. */
  readonly target: string;
  readonly principalId: string;
  readonly status: DeliveryStatus;
  readonly alert: ToldAlert;
  /** A day's alerts that are told with it, itself among them; `null`: it is told by itself. */
  readonly digest: readonly ToldAlert[] | null;
  /** `null`: it may not be told any more (disabled, withdrawn, its district taken away). */
  readonly reader: Reader | null;
}

/** A delivery as the endpoint's owner sees it. */
export interface DeliveryView {
  readonly messageId: string;
  readonly alertId: number;
  readonly name: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly lastAnswer: string | null;
  readonly lastTriedAt: string | null;
  readonly deliveredAt: string | null;
  readonly createdAt: string;
}

interface DeliveryRow extends AlertRow {
  readonly noticeDeliveryID: number;
  readonly messageID: string;
  readonly principalID: string;
  readonly channel: Delivery['channel'];
  readonly target: string;
  readonly status: DeliveryStatus;
  readonly partOf: number | null;
  readonly attempts: number;
  readonly lastAnswer: string | null;
  readonly lastTriedAt: string | null;
  readonly deliveredAt: string | null;
  readonly createdAt: string;
}

const select = `
  SELECT d.*, a.category, a.name, a.text, a.districtID, a.resyncID, a.postedAt, a.dueAt, a.closedAt
    FROM noticeDelivery d JOIN processAlert a ON a.processAlertID = d.processAlertID`;

/**
 * Ids of deliveries not yet made, in order. @param after the last id of the page before; 0: the
 * first page
 */
export async function pendingDeliveries(
  control: Knex,
  { alertIds, after, limit }: { alertIds: readonly number[]; after: number; limit: number },
): Promise<number[]> {
  if (alertIds.length === 0) return [];
  const rows = await selectRows<{ noticeDeliveryID: number }>(
    control,
    `SELECT noticeDeliveryID FROM noticeDelivery
      WHERE processAlertID IN (${alertIds.map(() => '?').join(', ')}) AND status = 'pending' AND partOf IS NULL
        AND noticeDeliveryID > ?
      ORDER BY noticeDeliveryID LIMIT ?`,
    [...alertIds, after, limit],
  );
  return rows.map(({ noticeDeliveryID }) => noticeDeliveryID);
}

/** A delivery with its alert, and whether its owner may be told of it now. @throws NotFoundError */
export async function loadDelivery(control: Knex, deliveryId: number): Promise<Delivery> {
  const [row] = await selectRows<DeliveryRow>(control, `${select} WHERE d.noticeDeliveryID = ?`, [
    deliveryId,
  ]);
  if (!row) throw NotFoundError.of('delivery');
  const [owner] = await readNoticeOwners(control, [row.principalID]);
  return {
    deliveryId,
    messageId: row.messageID,
    channel: row.channel,
    target: row.target,
    principalId: row.principalID,
    status: row.status,
    alert: toAlert(row),
    ...(row.partOf === null
      ? { digest: null, reader: owner && (await isFor(control, owner, row.processAlertID)) ? owner : null }
      : await digestFor(control, row.partOf, owner ?? null)),
  };
}

/** What of a digest its owner may be told now; nothing: it isn't sent. */
async function digestFor(
  control: Knex,
  partOf: number,
  owner: Reader | null,
): Promise<Pick<Delivery, 'digest' | 'reader'>> {
  const rows = await selectRows<DeliveryRow>(
    control,
    `${select} WHERE d.partOf = ? ORDER BY d.noticeDeliveryID`,
    [partOf],
  );
  const told: ToldAlert[] = [];
  for (const row of owner === null ? [] : rows)
    if (await isFor(control, owner!, row.processAlertID)) told.push(toAlert(row));
  return { digest: told, reader: told.length === 0 ? null : owner };
}

/**
 * Notes one attempt; `status` stays as it is unless it is given. @param answer a status or a word,
 * no text of others
 */
export async function noteAttempt(
  control: Knex,
  { deliveryId, answer, status }: { deliveryId: number; answer: string; status?: 'delivered' | 'failed' },
): Promise<void> {
  await control('noticeDelivery')
    .where({ noticeDeliveryID: deliveryId })
    .orWhere({ partOf: deliveryId })
    .update({
      attempts: control.raw('attempts + 1'),
      lastAnswer: clip(answer, 120),
      lastTriedAt: now(control),
      ...(status ? { status } : {}),
      ...(status === 'delivered' ? { deliveredAt: now(control) } : {}),
    });
}

/** Ends a delivery that isn't tried any more. @returns false when it had ended before */
export async function endDelivery(
  control: Knex,
  { deliveryId, status }: { deliveryId: number; status: 'failed' | 'dropped' },
): Promise<boolean> {
  const ended = await control('noticeDelivery')
    .where({ noticeDeliveryID: deliveryId, status: 'pending' })
    .update({ status });
  if (ended > 0)
    await control('noticeDelivery').where({ partOf: deliveryId, status: 'collected' }).update({ status });
  return ended > 0;
}

/** Deliveries to one endpoint, the newest first. @throws CursorError */
export async function listDeliveries(
  control: Knex,
  { webhookId, ...filter }: TimePageFilter & { readonly webhookId: string },
): Promise<Page<DeliveryView>> {
  const query = control('noticeDelivery as d')
    .join('processAlert as a', 'a.processAlertID', 'd.processAlertID')
    .select('d.*', 'a.name')
    .where({ 'd.channel': 'webhook', 'd.target': webhookId });
  const columns = { id: 'd.noticeDeliveryID', idIs: 'number' } as const;
  const { items, ...rest } = await pageByTime<DeliveryRow>(control, query, columns, filter);
  return { items: items.map(toView), ...rest };
}

async function isFor(control: Knex, reader: Reader, alertId: number): Promise<boolean> {
  const audience = audienceOf(reader);
  const rows = await selectRows(
    control,
    `SELECT 1 FROM processAlert a WHERE a.processAlertID = ? AND ${audience.sql}`,
    [alertId, ...audience.values],
  );
  return rows.length > 0;
}

function toView(row: DeliveryRow): DeliveryView {
  return {
    messageId: row.messageID,
    alertId: row.processAlertID,
    name: row.name,
    status: row.status,
    attempts: row.attempts,
    lastAnswer: row.lastAnswer,
    lastTriedAt: toIso(row.lastTriedAt),
    deliveredAt: toIso(row.deliveredAt),
    createdAt: toIso(row.createdAt),
  };
}
