import { now } from '../../control/columns';
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { inBatches } from '../../domain/batches';
import {
  type Badness,
  isTold,
  type NoticeEvent,
  type NoticeGroup,
  noticeKindOf,
  type NoticeRules,
} from '../../domain/notices';
import { type Reader, audienceOf } from '../alerts/read';
import { selectRows } from '../../control/database';
import { readBadness } from './badness';
import { readNoticeOwners } from './owner-store';

/** Alerts taken up in one pass, the oldest first. */
const maxAlerts = 500;
const rowsAtOnce = 500;

interface AlertRow {
  readonly processAlertID: number;
  readonly districtID: string | null;
  readonly principalID: string | null;
  readonly alertKey: string;
  readonly name: string;
  readonly resyncID: string | null;
  readonly linkID: string | null;
  readonly due: number;
}

const columns =
  'a.processAlertID, a.districtID, a.principalID, a.alertKey, a.name, a.resyncID, a.linkID, a.dueAt IS NOT NULL AS due';

interface Subscription {
  readonly principalID: string;
  readonly channel: 'webhook' | 'email';
  readonly target: string;
  readonly events: readonly NoticeEvent[];
  readonly rules: NoticeRules;
}

/**
 * Lists the deliveries of alerts that have none listed yet: one for every webhook and e-mail
 * preference that asks for its event and whose owner the alert reaches. Safe to repeat and to run
 * twice at once: an alert and a target make one delivery, with one message id for good.
 * @param scope the alerts of one resync's end, or all posted at least so many seconds ago
 * @returns the groups that have something to deliver
 */
export async function listNotices(
  control: Knex,
  scope: { readonly resyncId: string } | { readonly olderThanSeconds: number },
): Promise<NoticeGroup[]> {
  const alerts = await unnoticed(control, scope);
  if (alerts.length === 0) return [];
  const subscriptions = await allSubscriptions(control);
  const owners = await readNoticeOwners(control, [
    ...new Set(subscriptions.map(({ principalID }) => principalID)),
  ]);
  const rows: object[] = [];
  const wanted = new Set<number>();
  const badness = new Map<number, Badness | null>();
  const badnessOf = async (alert: AlertRow): Promise<Badness | null> => {
    const known = badness.get(alert.processAlertID);
    if (known !== undefined) return known;
    const read = await readBadness(control, alert);
    badness.set(alert.processAlertID, read);
    return read;
  };
  for (const owner of owners) {
    const possible = alerts.filter((alert) => mayConcern(alert, owner));
    const reached = possible.length > 0 ? await alertsFor(control, owner, possible) : [];
    for (const alert of reached) {
      const kind = noticeKindOf({ name: alert.name, due: alert.due !== 0 });
      for (const subscription of subscriptions) {
        if (subscription.principalID !== owner.principalId || !kind) continue;
        if (!subscription.events.includes(kind.event)) continue;
        const { rules } = subscription;
        const isPicky = rules.onlyWorse || rules.leastRecords > 0;
        if (isPicky && !isTold(rules, await badnessOf(alert))) continue;
        // What is collected waits for its time of day.
        if (rules.digest === null) wanted.add(alert.processAlertID);
        rows.push(rowOf(alert, subscription));
      }
    }
  }
  for (const batch of inBatches(rows, rowsAtOnce)) {
    await control('noticeDelivery')
      .insert(batch)
      .onConflict(['processAlertID', 'channel', 'target'])
      .merge(['processAlertID']);
  }
  await control('processAlert')
    .whereIn(
      'processAlertID',
      alerts.map(({ processAlertID }) => processAlertID),
    )
    .update({ noticedAt: now(control) });
  return groupsOf(alerts.filter(({ processAlertID }) => wanted.has(processAlertID)));
}

/**
 * Listed deliveries that no workflow seems to work on: never tried for a minute, or not for longer
 * than the longest wait between two attempts. To be given to one (again), which is harmless to
 * repeat.
 */
export async function forgottenNotices(control: Knex): Promise<NoticeGroup[]> {
  const alerts = await selectRows<AlertRow>(
    control,
    `SELECT DISTINCT ${columns}
       FROM noticeDelivery d JOIN processAlert a ON a.processAlertID = d.processAlertID
      WHERE d.status = 'pending' AND d.partOf IS NULL
        AND ((d.attempts = 0 AND d.createdAt < UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE)
          OR (d.attempts > 0 AND d.lastTriedAt < UTC_TIMESTAMP(3) - INTERVAL 7 HOUR))
      ORDER BY a.processAlertID LIMIT ?`,
    [maxAlerts],
  );
  return groupsOf(alerts);
}

function unnoticed(
  control: Knex,
  scope: { readonly resyncId: string } | { readonly olderThanSeconds: number },
): Promise<AlertRow[]> {
  const [where, value] =
    'resyncId' in scope
      ? ["resyncID = ? AND alertKey LIKE 'resync-ended:%'", scope.resyncId]
      : ['postedAt <= UTC_TIMESTAMP(3) - INTERVAL ? SECOND', scope.olderThanSeconds];
  return selectRows<AlertRow>(
    control,
    `SELECT ${columns}
       FROM processAlert a WHERE noticedAt IS NULL AND ${where} ORDER BY postedAt, processAlertID LIMIT ?`,
    [value, maxAlerts],
  );
}

async function allSubscriptions(control: Knex): Promise<Subscription[]> {
  const rows = await selectRows<Omit<Subscription, 'events' | 'rules'> & { events: string; rules: string }>(
    control,
    `SELECT principalID, 'webhook' AS channel, webhookID AS target, events, rules FROM webhook
      WHERE disabledAt IS NULL
      UNION ALL
     SELECT principalID, 'email', principalID, emailEvents, emailRules FROM noticePreference`,
  );
  return rows.map((row) => ({
    ...row,
    events: JSON.parse(row.events) as NoticeEvent[],
    rules: JSON.parse(row.rules) as NoticeRules,
  }));
}

/**
 * Spares a query for each person of another district; who is really reached is audienceOf's to say.
 */
function mayConcern(
  { districtID, principalID }: AlertRow,
  { level, districts, principalId }: Reader,
): boolean {
  if (principalID !== null) return principalID === principalId;
  return level === 'state' || (districtID !== null && (districts ?? []).includes(districtID));
}

function alertsFor(control: Knex, owner: Reader, alerts: readonly AlertRow[]): Promise<AlertRow[]> {
  const audience = audienceOf(owner);
  return selectRows<AlertRow>(
    control,
    `SELECT ${columns} FROM processAlert a
      WHERE a.processAlertID IN (${alerts.map(() => '?').join(', ')}) AND ${audience.sql}`,
    [...alerts.map(({ processAlertID }) => processAlertID), ...audience.values],
  );
}

function rowOf({ processAlertID }: AlertRow, { principalID, channel, target, rules }: Subscription): object {
  return {
    messageID: `msg_${randomBytes(12).toString('hex')}`,
    processAlertID,
    principalID,
    channel,
    target,
    status: rules.digest === null ? 'pending' : 'collected',
  };
}

function groupsOf(alerts: readonly AlertRow[]): NoticeGroup[] {
  const groups = new Map<string, number[]>();
  for (const { processAlertID, alertKey, resyncID } of alerts) {
    const group = resyncID !== null && alertKey.startsWith('resync-ended:') ? resyncID : alertKey;
    groups.set(group, [...(groups.get(group) ?? []), processAlertID]);
  }
  return [...groups].map(([group, alertIds]) => ({ group, alertIds }));
}
