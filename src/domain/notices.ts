/** Which alerts are sent out, by web and mail, and under which names. */

/** What a person or a system can ask to be told of. */
export const noticeEvents = [
  'completion',
  'incompletion',
  'stateRequest',
  'mandatoryDue',
  'approval',
  'doubt',
  'identity',
  'drift',
  'schedule',
  'syncEvent',
  'certification',
] as const;
export type NoticeEvent = (typeof noticeEvents)[number];

/** `type` of a webhook's payload. */
export type NoticeType =
  | 'resync.finished'
  | 'resync.incomplete'
  | 'resync.ended'
  | 'state_request.posted'
  | 'state_request.ended'
  | 'mandatory_resync.due'
  | 'removals.await_approval'
  | 'object.doubtful'
  | 'identity.conflict'
  | 'verification.drift'
  | 'schedule.refused'
  | 'sync_event.incomplete'
  | 'certification.failed';

/** One kind of notice: who asked for `event` gets it as `type`. */
export interface NoticeKind {
  readonly event: NoticeEvent;
  readonly type: NoticeType;
}

const byName: Readonly<Record<string, NoticeKind>> = {
  'Resync Completed': { event: 'completion', type: 'resync.finished' },
  'Resync Incomplete': { event: 'incompletion', type: 'resync.incomplete' },
  // What a district may know of a state's run: neither the name nor the type tells how it went.
  'State Resync Ended': { event: 'completion', type: 'resync.ended' },
  'State Resync Requested': { event: 'stateRequest', type: 'state_request.posted' },
  'Removals Await Approval': { event: 'approval', type: 'removals.await_approval' },
  'State Resync Request Ended': { event: 'completion', type: 'state_request.ended' },
  'Records Missing at the District': { event: 'doubt', type: 'object.doubtful' },
  'Mass Update Held': { event: 'doubt', type: 'object.doubtful' },
  'Records Held by Another District': { event: 'identity', type: 'identity.conflict' },
  'Drift Found': { event: 'drift', type: 'verification.drift' },
  'Scheduled Resync Refused': { event: 'schedule', type: 'schedule.refused' },
  'Recurring Request Refused': { event: 'schedule', type: 'schedule.refused' },
  'Scheduled Verification Refused': { event: 'schedule', type: 'schedule.refused' },
  'Sync Event Incomplete': { event: 'syncEvent', type: 'sync_event.incomplete' },
  'Certification Failed': { event: 'certification', type: 'certification.failed' },
};

/**
 * The notice an alert makes; `null`: it stays an alert. One with a due date is about something
 * mandatory.
 */
export function noticeKindOf(alert: { readonly name: string; readonly due: boolean }): NoticeKind | null {
  const known = byName[alert.name];
  if (known) return known;
  return alert.due ? { event: 'mandatoryDue', type: 'mandatory_resync.due' } : null;
}

/** Alerts whose notices wait to be delivered, as one workflow takes them. */
export interface NoticeGroup {
  /**
   * The resync whose end the alerts tell of, otherwise the key of the one alert: part of the
   * workflow's id.
   */
  readonly group: string;
  readonly alertIds: readonly number[];
}
