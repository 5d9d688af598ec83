/**
 * What each path of the API that pages ask answers with, by the schema that its route has. A test
 * holds these lines to the routes.
 */
import type { z } from 'zod';
import type * as about from '../../features/about/schemas';
import type * as access from '../../features/access/schemas';
import type * as alerts from '../../features/alerts/schemas';
import type * as blackouts from '../../features/blackouts/schemas';
import type * as certifications from '../../features/certifications/schemas';
import type * as actions from '../../features/district-actions/schemas';
import type * as agentLogs from '../../features/districts/agent-log-schemas';
import type * as districts from '../../features/districts/list-schemas';
import type * as doctor from '../../features/doctor/schemas';
import type * as settings from '../../features/field-ownership/settings-schemas';
import type * as identities from '../../features/identity-conflicts/schemas';
import type * as notices from '../../features/notices/schemas';
import type * as comparisons from '../../features/outcomes/comparison-schemas';
import type * as outcomes from '../../features/outcomes/schemas';
import type * as records from '../../features/record-history/schemas';
import type * as recurring from '../../features/recurring-requests/schemas';
import type * as registered from '../../features/registrations/schemas';
import type * as removals from '../../features/removals/schemas';
import type * as logs from '../../features/resyncs/log-schemas';
import type * as plans from '../../features/resyncs/plan-schemas';
import type * as retries from '../../features/resyncs/retry-schemas';
import type * as resyncs from '../../features/resyncs/schemas';
import type * as calendars from '../../features/schedules/calendar-schemas';
import type * as started from '../../features/resyncs/started-schemas';
import type * as schedules from '../../features/schedules/schemas';
import type * as schools from '../../features/schools/schemas';
import type * as selective from '../../features/selective-sync/schemas';
import type * as requests from '../../features/state-requests/schemas';
import type * as verifications from '../../features/verifications/schemas';
import type * as yearEnd from '../../features/year-end/schemas';
import type { pageOf } from '../../http/schemas';

/** A list in pages, and one that comes whole. */
type Page<Item extends z.ZodType> = ReturnType<typeof pageOf<Item>>;
type All<Item extends z.ZodType> = z.ZodObject<{ items: z.ZodArray<Item> }>;
type Nothing = z.ZodUndefined;

interface Paths {
  'GET /about': typeof about.about;
  'GET /agents': typeof districts.busyAgents;
  'GET /alerts': Page<typeof alerts.alert>;
  'GET /alerts/count': typeof alerts.unreadAlerts;
  'POST /alerts/delete': typeof alerts.deletedAlerts;
  'POST /alerts/read': typeof alerts.changedAlerts;
  'POST /alerts/restore': typeof alerts.changedAlerts;
  'GET /approvals': typeof removals.approvals;
  'GET /audit': Page<typeof access.auditEvent>;
  'GET /audit/chain': typeof access.auditChain;
  'GET /certifications': typeof certifications.certificationPage;
  'POST /certifications': typeof certifications.certificationAccepted;
  'GET /certifications/{id}': typeof certifications.certificationWithManifest;
  'GET /certifications/{id}/drift': typeof certifications.driftList;
  'POST /certifications/{id}/drift': typeof certifications.drift;
  'GET /certifications/{id}/drift/{drift}': typeof certifications.driftWithRows;
  'GET /compliance': typeof yearEnd.compliance;
  'GET /district-actions': typeof actions.actionPage;
  'POST /district-actions': typeof actions.accepted;
  'POST /district-actions/preview': typeof actions.preview;
  'GET /district-actions/{id}': typeof actions.districtAction;
  'POST /district-imports': typeof registered.importAccepted;
  'GET /district-imports/{id}': typeof registered.districtImport;
  'GET /districts': typeof districts.districtsPage;
  'POST /districts': typeof registered.registration;
  'GET /districts/{district}/agent/log': typeof agentLogs.agentLog;
  'GET /districts/{district}/blackouts': typeof blackouts.blackoutList;
  'POST /districts/{district}/blackouts': typeof blackouts.blackout;
  'PUT /districts/{district}/blackouts/{id}': typeof blackouts.blackout;
  'DELETE /districts/{district}/blackouts/{id}': typeof blackouts.blackout;
  'GET /districts/{district}/calendar': typeof calendars.calendar;
  'GET /districts/{district}/errors': typeof outcomes.districtErrors;
  'GET /districts/{district}/field-settings': typeof settings.fieldSettings;
  'PUT /districts/{district}/field-settings': typeof settings.fieldSettingsChanged;
  'GET /districts/{district}/field-settings/changes': Page<typeof settings.fieldSettingChange>;
  'GET /districts/{district}/history-matrix': typeof comparisons.historyMatrix;
  'GET /districts/{district}/identity-conflicts': typeof identities.conflictsPage;
  'POST /districts/{district}/identity-conflicts/{id}/resolve': typeof identities.resolved;
  'GET /districts/{district}/objects': typeof districts.objectsTable;
  'GET /districts/{district}/objects/{object}/runs': typeof comparisons.objectRuns;
  'POST /districts/{district}/plan': typeof plans.plan;
  'GET /districts/{district}/records/{object}/{key}/history': typeof records.recordHistory;
  'GET /districts/{district}/resyncs': Page<typeof resyncs.resyncHead>;
  'POST /districts/{district}/resyncs': typeof started.resyncStarted;
  'GET /districts/{district}/schedules': typeof schedules.scheduleList;
  'POST /districts/{district}/schedules': typeof schedules.schedule;
  'PUT /districts/{district}/schedules/{id}': typeof schedules.schedule;
  'DELETE /districts/{district}/schedules/{id}': typeof schedules.schedule;
  'POST /districts/{district}/schedules/{id}/pause': typeof schedules.schedule;
  'POST /districts/{district}/schedules/{id}/resume': typeof schedules.schedule;
  'POST /districts/{district}/schedules/{id}/trigger': typeof schedules.triggered;
  'GET /districts/{district}/schools': typeof schools.schoolNames;
  'GET /districts/{district}/scoped-year': typeof yearEnd.scopedYear;
  'PUT /districts/{district}/scoped-year': typeof yearEnd.scopedYear;
  'GET /districts/{district}/selective-syncs': Page<typeof resyncs.resyncHead>;
  'POST /districts/{district}/selective-syncs': typeof selective.selectiveAccepted;
  'POST /districts/{district}/selective-syncs/find': typeof selective.foundRecord;
  'GET /districts/{district}/selective-syncs/objects': typeof selective.selectiveObjects;
  'POST /districts/{district}/selective-syncs/preview': typeof selective.selectivePreview;
  'GET /doctor': typeof doctor.findings;
  'GET /me/tokens': All<typeof access.token>;
  'DELETE /me/tokens/{token}': All<typeof access.token>;
  'GET /notice-preferences': typeof notices.noticePreferences;
  'PUT /notice-preferences': typeof notices.noticePreferences;
  'GET /principals': Page<typeof access.principal>;
  'POST /principals': typeof access.principal;
  'GET /principals/{principal}': typeof access.principal;
  'POST /principals/{principal}/disable': typeof access.principal;
  'POST /principals/{principal}/enable': typeof access.principal;
  'PUT /principals/{principal}/rights/{tool}': typeof access.principal;
  'DELETE /principals/{principal}/rights/{tool}': typeof access.principal;
  'GET /principals/{principal}/tokens': All<typeof access.token>;
  'POST /principals/{principal}/tokens': typeof access.madeToken;
  'DELETE /principals/{principal}/tokens/{token}': All<typeof access.token>;
  'GET /recurring-requests': typeof recurring.recurringRequests;
  'POST /recurring-requests': typeof recurring.recurringRequest;
  'PUT /recurring-requests/{id}': typeof recurring.recurringRequest;
  'DELETE /recurring-requests/{id}': typeof recurring.recurringRequest;
  'POST /recurring-requests/{id}/pause': typeof recurring.recurringRequest;
  'POST /recurring-requests/{id}/resume': typeof recurring.recurringRequest;
  'POST /recurring-requests/{id}/trigger': typeof recurring.triggeredRequest;
  'GET /registrations': typeof registered.registrations;
  'PUT /registrations/{district}': typeof registered.registration;
  'POST /registrations/{district}/retire': typeof registered.registration;
  'GET /resyncs/{id}': typeof resyncs.resync;
  'POST /resyncs/{id}/cancel': typeof resyncs.resyncHead;
  'GET /resyncs/{id}/causes': All<typeof resyncs.cause>;
  'GET /resyncs/{id}/changes': typeof comparisons.resyncChanges;
  'GET /resyncs/{id}/log': typeof logs.runLog;
  'GET /resyncs/{id}/errors': typeof outcomes.recordErrors;
  'POST /resyncs/{id}/objects/{name}/cancel': typeof resyncs.resyncHead;
  'GET /resyncs/{id}/objects/{name}/removals': Page<typeof removals.removal>;
  'POST /resyncs/{id}/pause': typeof resyncs.resyncHead;
  'GET /resyncs/{id}/removals': typeof removals.removals;
  'POST /resyncs/{id}/removals/approve': typeof removals.removals;
  'POST /resyncs/{id}/removals/reject': typeof removals.removals;
  'POST /resyncs/{id}/resume': typeof resyncs.resyncHead;
  'POST /resyncs/{id}/retry': typeof retries.retryAccepted;
  'GET /selective-syncs/previews/{id}': typeof selective.selectivePreview;
  'GET /session': typeof access.session;
  'POST /session': typeof access.session;
  'DELETE /session': Nothing;
  'GET /sign-in': typeof access.signIn;
  'GET /state-requests': typeof requests.stateRequestPage;
  'POST /state-requests': typeof requests.stateRequestAccepted;
  'POST /state-requests/plan': typeof requests.stateRequestPlan;
  'GET /state-requests/{id}': typeof requests.board;
  'POST /state-requests/{id}/cancel': typeof requests.board;
  'POST /state-requests/{id}/extend': typeof requests.board;
  'POST /state-requests/{id}/districts/{district}/cancel': typeof requests.stateRequestDistrict;
  'POST /state-requests/{id}/districts/{district}/retry': typeof requests.stateRequestDistrict;
  'GET /verifications': typeof verifications.verificationPage;
  'POST /verifications': typeof verifications.verificationAccepted;
  'GET /verifications/{id}': typeof verifications.verification;
  'POST /verifications/{id}/cancel': typeof verifications.verificationHead;
  'GET /verifications/{id}/changes': typeof verifications.changes;
  'GET /verifications/{id}/samples': typeof verifications.samplePage;
  'GET /verifications/{id}/schools': typeof verifications.schoolPage;
  'GET /webhooks': typeof notices.webhooks;
  'POST /webhooks': typeof notices.webhookWithSecret;
  'PUT /webhooks/{id}': typeof notices.webhook;
  'DELETE /webhooks/{id}': Nothing;
  'POST /webhooks/{id}/secret': typeof notices.webhookWithSecret;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** As it is written where it is asked: any text in place of each name in braces. */
type Filled<Path extends string> = Path extends `${infer Before}{${string}}${infer After}`
  ? `${Before}${string}${Filled<After>}`
  : Path;

/** Paths that know a method. */
export type PathOf<M extends Method> = {
  [Key in keyof Paths]: Key extends `${M} ${infer Path}` ? Filled<Path> : never;
}[keyof Paths];

/** As pages hold what they were given: nothing is changed in place. */
export type Shown<T> = T extends readonly (infer Item)[]
  ? readonly Shown<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Shown<T[Key]> }
    : T;

/** What a path answers with. One path's text can also be another's, so both have to be the same. */
export type AnswerTo<M extends Method, Asked> = Asked extends string
  ? {
      [Key in keyof Paths]: Key extends `${M} ${infer Path}`
        ? [Asked, Filled<Path>] extends [Filled<Path>, Asked]
          ? Shown<z.output<Paths[Key]>>
          : never
        : never;
    }[keyof Paths]
  : never;
