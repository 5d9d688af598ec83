/**
 * What the API answers with, as pages see it: the output of the schemas that the API publishes and
 * holds its answers to, as types only. zod stays out of the browser.
 */
import type { z } from 'zod';
import type * as about from '../../features/about/schemas';
import type * as access from '../../features/access/schemas';
import type * as alerts from '../../features/alerts/schemas';
import type * as blackouts from '../../features/blackouts/schemas';
import type * as certifications from '../../features/certifications/schemas';
import type * as districtActions from '../../features/district-actions/schemas';
import type * as agentLogs from '../../features/districts/agent-log-schemas';
import type * as districts from '../../features/districts/list-schemas';
import type * as doctor from '../../features/doctor/schemas';
import type * as settings from '../../features/field-ownership/settings-schemas';
import type * as identities from '../../features/identity-conflicts/schemas';
import type * as notices from '../../features/notices/schemas';
import type * as comparisons from '../../features/outcomes/comparison-schemas';
import type * as outcomes from '../../features/outcomes/schemas';
import type * as records from '../../features/record-history/schemas';
import type * as registered from '../../features/registrations/schemas';
import type * as recurring from '../../features/recurring-requests/schemas';
import type * as removals from '../../features/removals/schemas';
import type * as logs from '../../features/resyncs/log-schemas';
import type * as plans from '../../features/resyncs/plan-schemas';
import type * as resyncs from '../../features/resyncs/schemas';
import type * as calendars from '../../features/schedules/calendar-schemas';
import type * as schedules from '../../features/schedules/schemas';
import type * as selective from '../../features/selective-sync/schemas';
import type * as stateRequests from '../../features/state-requests/schemas';
import type * as verifications from '../../features/verifications/schemas';
import type * as yearEnd from '../../features/year-end/schemas';
import type * as problems from '../../http/problem-schema';
import type { Shown } from './paths';

type Answer<Schema extends z.ZodType> = Shown<z.output<Schema>>;

/** A list that comes whole. */
export interface Items<Item> {
  readonly items: readonly Item[];
}
/** A page of a list. */
export interface PageOf<Item> extends Items<Item> {
  readonly nextCursor: string | null;
  /** With the first page, where it is counted. */
  readonly total?: number | undefined;
  readonly totalCapped?: boolean | undefined;
}

/** A problem document. */
export type ProblemBody = Answer<typeof problems.problemSchema>;
export type About = Answer<typeof about.about>;
export type Findings = Answer<typeof doctor.findings>;
export type Finding = Findings['items'][number];

export type Session = Answer<typeof access.session>;
export type Person = Answer<typeof access.principal>;
export type Token = Answer<typeof access.token>;
export type AuditEvent = Answer<typeof access.auditEvent>;

/** What a page has to know of a district to show it. */
export type District = Answer<typeof resyncs.district>;
export type DistrictsPage = Answer<typeof districts.districtsPage>;
export type ListedDistrict = DistrictsPage['items'][number];
export type BusyAgents = Answer<typeof districts.busyAgents>;
export type BusyAgent = BusyAgents['items'][number];
/** What an agent did for one of its resyncs. */
export type AgentLogEntry = Answer<typeof agentLogs.agentLog>['items'][number];
export type OpenRun = BusyAgent['resyncs'][number];

export type Registration = Answer<typeof registered.registration>;
export type DistrictImport = Answer<typeof registered.districtImport>;

export type ObjectsTable = Answer<typeof districts.objectsTable>;
export type TableObject = Answer<typeof resyncs.tableObject>;
export type LastRun = NonNullable<TableObject['last']>;
export type Plan = Answer<typeof plans.plan>;
export type Resync = Answer<typeof resyncs.resync>;
export type ResyncHead = Answer<typeof resyncs.resyncHead>;
/** Something that happened to a run. */
export type RunLogEntry = Answer<typeof logs.runLog>['items'][number];
export type ObjectResult = NonNullable<Resync['objectResults']>[number];

export type Cause = Answer<typeof resyncs.cause>;
export type RecordError = Answer<typeof resyncs.recordError>;
export type DistrictErrors = Answer<typeof outcomes.districtErrors>;
export type LoggedError = DistrictErrors['items'][number];
export type ResyncChanges = Answer<typeof comparisons.resyncChanges>;
export type ObjectChange = ResyncChanges['items'][number];
export type HistoryMatrix = Answer<typeof comparisons.historyMatrix>;
export type Cell = NonNullable<HistoryMatrix['items'][number]['cells'][number]>;
export type ObjectRuns = Answer<typeof comparisons.objectRuns>;
export type ObjectRun = ObjectRuns['items'][number];
/** What one resync did with a record. */
export type RecordRun = Answer<typeof records.recordRun>;

export type Removals = Answer<typeof removals.removals>;
/** What a resync found extra of one object, and what was decided. */
export type RemovalObject = Answer<typeof removals.removalObject>;
/** A record that is only at the state. */
export type Removal = Answer<typeof removals.removal>;
export type Approvals = Answer<typeof removals.approvals>;

export type SelectiveObjects = Answer<typeof selective.selectiveObjects>;
export type SelectiveObject = SelectiveObjects['items'][number];
export type SelectivePreview = Answer<typeof selective.selectivePreview>;

export type VerificationHead = Answer<typeof verifications.verificationHead>;
export type Verification = Answer<typeof verifications.verification>;
export type VerifiedObject = Verification['objectResults'][number];

export type Alert = Answer<typeof alerts.alert>;
export type AlertLink = NonNullable<Alert['link']>;
export type Unread = Answer<typeof alerts.unreadAlerts>;

/** What one is told by e-mail. */
export type NoticePreferences = Answer<typeof notices.noticePreferences>;
/** An address that one's alerts are posted to. */
export type Webhook = Answer<typeof notices.webhook>;
export type WebhookWithSecret = Answer<typeof notices.webhookWithSecret>;

export type Schedule = Answer<typeof schedules.schedule>;
/** A night on which the clocks skip a time of the schedule, or show it twice. */
export type ClockChange = Schedule['clockChanges'][number];
export type Blackout = Answer<typeof blackouts.blackout>;
/** What is to come in a district, by the clock. */
export type Calendar = Answer<typeof calendars.calendar>;

export type FieldSettings = Answer<typeof settings.fieldSettings>;
/** A field of an object, and whose it is. */
export type ShownField = FieldSettings['items'][number]['fields'][number];

/** The scoped year of a district, and both of its turns. */
export type ScopedYear = Answer<typeof yearEnd.scopedYear>;
/** A full resync that decides about a turn of the year. */
export type YearRun = Answer<typeof yearEnd.yearRun>;
export type Compliance = Answer<typeof yearEnd.compliance>;
export type ComplianceRow = Compliance['items'][number];

export type RequestHead = Answer<typeof stateRequests.stateRequestHead>;
export type RecurringRequest = Answer<typeof recurring.recurringRequest>;
export type Board = Answer<typeof stateRequests.board>;
export type BoardDistrict = Answer<typeof stateRequests.boardDistrict>;
export type RequestPlan = Answer<typeof stateRequests.stateRequestPlan>;
export type DistrictActionPreview = Answer<typeof districtActions.preview>;
export type DistrictActionOutcome = Answer<typeof districtActions.districtAction>;

export type IdentityConflict = Answer<typeof identities.identityConflict>;

export type WithManifest = Answer<typeof certifications.certificationWithManifest>;
export type Drift = Answer<typeof certifications.drift>;
