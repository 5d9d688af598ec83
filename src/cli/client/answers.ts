/**
 * The API's answers as the command line sees them: the output of the schemas that the API
 * publishes, as types only.
 */
import type { z } from 'zod';
import type * as access from '../../features/access/schemas';
import type * as alerts from '../../features/alerts/schemas';
import type * as blackouts from '../../features/blackouts/schemas';
import type * as certifications from '../../features/certifications/schemas';
import type * as districts from '../../features/districts/list-schemas';
import type * as districtActions from '../../features/district-actions/schemas';
import type * as settings from '../../features/field-ownership/settings-schemas';
import type * as syncEvents from '../../features/field-ownership/sync-event-schemas';
import type * as identityConflicts from '../../features/identity-conflicts/schemas';
import type * as districtErrors from '../../features/outcomes/schemas';
import type * as recordHistory from '../../features/record-history/schemas';
import type * as recurring from '../../features/recurring-requests/schemas';
import type * as removals from '../../features/removals/schemas';
import type * as registrations from '../../features/registrations/schemas';
import type * as retries from '../../features/resyncs/retry-schemas';
import type * as logs from '../../features/resyncs/log-schemas';
import type * as plans from '../../features/resyncs/plan-schemas';
import type * as resyncs from '../../features/resyncs/schemas';
import type * as schedules from '../../features/schedules/schemas';
import type * as selective from '../../features/selective-sync/schemas';
import type * as stateRequests from '../../features/state-requests/schemas';
import type * as verifications from '../../features/verifications/schemas';
import type * as yearEnd from '../../features/year-end/schemas';

/** Of a state's request a district gets the head only: objects, totals and color are `null`. */
export type Resync = z.output<typeof resyncs.resync>;
export type ResyncHead = z.output<typeof resyncs.resyncHead>;
export type ResyncRequest = z.input<typeof resyncs.resyncRequest>;
export type ObjectOutcome = NonNullable<Resync['objectResults']>[number];
export type Counts = NonNullable<Resync['totals']>;
export type Accepted = z.output<typeof resyncs.accepted>;
export type RecordError = z.output<typeof resyncs.recordError>;
export type DistrictErrors = z.output<typeof districtErrors.districtErrors>;
export type RunLog = z.output<typeof logs.runLog>;
export type Cause = z.output<typeof resyncs.cause>;
export type Plan = z.output<typeof plans.plan>;
export type Agent = z.output<typeof resyncs.agent>;
export type Registration = z.output<typeof registrations.registration>;
export type Registrations = z.output<typeof registrations.registrations>;
export type DistrictImport = z.output<typeof registrations.districtImport>;
export type BusyAgent = z.output<typeof districts.busyAgents>['items'][number];
export type ListedDistrict = z.output<typeof districts.districtsPage>['items'][number];
export type TableObject = z.output<typeof resyncs.tableObject>;
export type RetryAccepted = z.output<typeof retries.retryAccepted>;

export type IdentityConflict = z.output<typeof identityConflicts.identityConflict>;
export type IdentityResolution = z.output<typeof identityConflicts.resolved>;

export type Removals = z.output<typeof removals.removals>;
export type RemovalObject = z.output<typeof removals.removalObject>;
export type Removal = z.output<typeof removals.removal>;
export type RecordRun = z.output<typeof recordHistory.recordRun>;
export type RecordHistory = z.output<typeof recordHistory.recordHistory>;
export type SelectivePreview = z.output<typeof selective.selectivePreview>;

export type Verification = z.output<typeof verifications.verification>;
export type VerificationHead = z.output<typeof verifications.verificationHead>;
export type VerificationAccepted = z.output<typeof verifications.verificationAccepted>;
export type VerificationSample = z.output<typeof verifications.sample>;

export type Certification = z.output<typeof certifications.certification>;
export type CertificationAccepted = z.output<typeof certifications.certificationAccepted>;
export type CertificationWithManifest = z.output<typeof certifications.certificationWithManifest>;
export type CertificationDrift = z.output<typeof certifications.drift>;
export type CertificationDriftWithRows = z.output<typeof certifications.driftWithRows>;

export type RecurringRequest = z.output<typeof recurring.recurringRequest>;
export type TriggeredRequest = z.output<typeof recurring.triggeredRequest>;
export type StateRequestHead = z.output<typeof stateRequests.stateRequestHead>;
export type StateRequestAccepted = z.output<typeof stateRequests.stateRequestAccepted>;
export type StateRequestBoard = z.output<typeof stateRequests.board>;
export type StateRequestPlan = z.output<typeof stateRequests.stateRequestPlan>;
export type BoardDistrict = z.output<typeof stateRequests.boardDistrict>;

export type DistrictActionPreview = z.output<typeof districtActions.preview>;
export type DistrictActionAccepted = z.output<typeof districtActions.accepted>;
export type DistrictActionHead = z.output<typeof districtActions.actionHead>;
export type DistrictActionView = z.output<typeof districtActions.districtAction>;

export type Schedule = z.output<typeof schedules.schedule>;
export type TriggeredSchedule = z.output<typeof schedules.triggered>;
export type BackfilledSchedule = z.output<typeof schedules.backfilled>;
export type Blackout = z.output<typeof blackouts.blackout>;
export type HeldWindow = z.output<typeof blackouts.heldWindow>;

export type FieldSettings = z.output<typeof settings.fieldSettings>;
export type FieldSettingsChanged = z.output<typeof settings.fieldSettingsChanged>;
export type FieldSettingChange = z.output<typeof settings.fieldSettingChange>;
export type SyncEvent = z.output<typeof syncEvents.syncEvent>;
export type SyncEventDetail = z.output<typeof syncEvents.syncEventDetail>;

export type ScopedYear = z.output<typeof yearEnd.scopedYear>;
export type Compliance = z.output<typeof yearEnd.compliance>;
export type YearRun = z.output<typeof yearEnd.yearRun>;
export type Acceptance = z.output<typeof yearEnd.acceptance>;

export type Self = z.output<typeof access.self>;
export type Principal = z.output<typeof access.principal>;
export type Token = z.output<typeof access.token>;
export type MadeToken = z.output<typeof access.madeToken>;
export type AuditEvent = z.output<typeof access.auditEvent>;
export type AuditChain = z.output<typeof access.auditChain>;
export type Alert = z.output<typeof alerts.alert>;

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
/** A list that comes whole. */
export interface Items<T> {
  readonly items: readonly T[];
}
