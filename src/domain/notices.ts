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
  | 'verification.incomplete'
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
  'Scheduled Verification Incomplete': { event: 'drift', type: 'verification.incomplete' },
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

/** How much a webhook or a mailbox is told of what it asked for, and when. */
export interface NoticeRules {
  /** Once a day at this local time, all together; `null`: each at once. */
  readonly digest: { readonly at: string; readonly timezone: string } | null;
  /** Only of so many records on: errors of a resync, or what a verification found to differ. */
  readonly leastRecords: number;
  /** Only when there are more of them than the time before. */
  readonly onlyWorse: boolean;
}

/** Everything, at once. */
export const tellAll: NoticeRules = { digest: null, leastRecords: 0, onlyWorse: false };

/** How many records an alert is about, now and the time before. */
export interface Badness {
  readonly records: number;
  readonly before: number;
}

/** @param badness `null`: it is about no number of records, and is always told */
export function isTold({ leastRecords, onlyWorse }: NoticeRules, badness: Badness | null): boolean {
  if (badness === null) return true;
  return badness.records >= leastRecords && (!onlyWorse || badness.records > badness.before);
}

/** Alerts whose notices wait to be delivered, as one workflow takes them. */
export interface NoticeGroup {
  /**
   * The resync whose end the alerts tell of, otherwise the key of the one alert: part of the
   * workflow's id.
   */
  readonly group: string;
  readonly alertIds: readonly number[];
  /** The one delivery of a day's alerts together. Absent: those of each alert. */
  readonly digest?: number;
}
