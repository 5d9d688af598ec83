import type { ToldAlert } from '../alerts/read';
import type { ResyncView } from '../resyncs/read';
import { noticeKindOf } from '../../domain/notices';

/**
 * The body of a webhook: the same text however often it is made, because what it is about has
 * ended. Counts and ids only, no record; of a state's run a district gets that it has ended and
 * nothing else.
 * @param resync the run whose end the alert is about, with all its counts; `null`: the alert tells
 * of something else, or the receiver may not see into the run
 */
export function webhookBody(alert: ToldAlert, resync: ResyncView | null): string {
  return JSON.stringify(noticeOf(alert, resync));
}

/** The body of a digest: what each of its alerts would have been posted as, the oldest first. */
export function digestBody(
  alerts: readonly { readonly alert: ToldAlert; readonly resync: ResyncView | null }[],
): string {
  const notices = alerts.map(({ alert, resync }) => noticeOf(alert, resync));
  const timestamp = notices.at(-1)?.timestamp;
  return JSON.stringify({ type: 'alerts.digest', timestamp, data: { notices } });
}

interface PostedNotice {
  readonly type: string;
  readonly timestamp: string;
  readonly data: object;
}

function noticeOf(alert: ToldAlert, resync: ResyncView | null): PostedNotice {
  const type = noticeKindOf({ name: alert.name, due: alert.dueAt !== null })?.type ?? 'alert.posted';
  return { type, timestamp: alert.postedAt, data: dataOf(type, alert, resync) };
}

function dataOf(type: string, alert: ToldAlert, resync: ResyncView | null): object {
  const { alertId, category, name, text, districtId, resyncId, dueAt } = alert;
  if (!type.startsWith('resync.')) return { alertId, category, name, text, districtId, resyncId, dueAt };
  if (resync === null || type === 'resync.ended') return { resyncId, status: 'ended' };
  return {
    resyncId,
    districtId: resync.districtId,
    schoolYear: resync.schoolYear,
    scenario: resync.scenario,
    initiator: resync.initiator,
    status: resync.status,
    color: resync.color,
    colorWithoutExclusions: resync.colorWithoutExclusions,
    totals: resync.totals,
    message: resync.message,
    requestedAt: resync.requestedAt,
    startedAt: resync.startedAt,
    endedAt: resync.endedAt,
  };
}
