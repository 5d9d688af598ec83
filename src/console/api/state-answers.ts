/**
 * What the API answers to the pages of the state, as far as they look at it.
 * test/console/plan.test.ts holds these to the API's own schemas.
 */
import type { Color } from '../../domain/outcome';
import type { ActionStatus } from '../../domain/district-action';
import type { Level, ToolRight } from '../../domain/rights';
import type { RequestDistrictStatus, StateRequestStatus } from '../../domain/state-request';
import type { District, RunStatus } from './answers';

/** A page of a list. */
export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

export interface ShortRun {
  readonly resyncId: string;
  readonly status: RunStatus;
  readonly color: Color;
  readonly endedAt: string | null;
}

export interface ListedDistrict extends District {
  readonly standing: {
    readonly resyncs: {
      readonly running: ShortRun | null;
      readonly waiting: number;
      readonly last: ShortRun | null;
      readonly lastFull: ShortRun | null;
    } | null;
    readonly verification: {
      readonly verificationId: string;
      readonly finishedAt: string;
      readonly resyncNecessary: boolean;
    } | null;
    readonly unreadAlerts: number | null;
    readonly startOfYear: 'notDue' | 'due' | 'overdue' | 'done' | null;
    readonly endOfYear: 'notDue' | 'due' | 'overdue' | null;
  } | null;
}

export interface DistrictsPage extends PageOf<ListedDistrict> {
  readonly total: number;
  readonly counts: Readonly<
    Record<
      'districts' | 'green' | 'yellow' | 'red' | 'none' | 'running' | 'drift' | 'overdue' | 'unread',
      number
    >
  > | null;
}

export interface RequestHead {
  readonly stateRequestId: string;
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
  readonly schoolYear: number | null;
  readonly reason: string;
  readonly requestedBy: string;
  readonly windowFrom: string;
  readonly windowUntil: string;
  readonly status: StateRequestStatus;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly endedAt: string | null;
  readonly counts: Readonly<Record<RequestDistrictStatus, number>>;
}

export interface BoardDistrict {
  readonly districtId: string;
  readonly schoolYear: number;
  readonly status: RequestDistrictStatus;
  readonly percent: number | null;
  readonly color: Color | null;
  readonly resyncId: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly message: string | null;
}

export interface Board extends RequestHead {
  readonly percent: number;
  readonly forecastEnd: string | null;
  readonly districts: readonly BoardDistrict[];
}

export interface RequestPlan {
  readonly planHash: string;
  readonly districts: number;
  readonly notRun: readonly { readonly districtId: string; readonly why: string }[];
  readonly objects: readonly { readonly name: string; readonly added: boolean; readonly districts: number }[];
  readonly records: { readonly expected: number; readonly unknownDistricts: number };
  readonly time: { readonly seconds: number; readonly inFlight: number } | null;
}

export interface DistrictActionPreview {
  readonly previewHash: string;
  readonly count: number;
  readonly districts: number;
  readonly refused: number;
  readonly items: readonly { readonly districtId: string; readonly whyNot: string | null }[];
}

export interface DistrictActionOutcome {
  readonly status: 'accepted' | 'finished' | 'failed';
  readonly counts: Readonly<Record<ActionStatus, number>>;
  readonly items: readonly {
    readonly districtId: string;
    readonly status: ActionStatus;
    readonly message: string | null;
  }[];
}

interface DecidingRun {
  readonly resyncId: string;
  readonly endedAt: string | null;
  readonly color: Color | null;
  readonly accepted: boolean;
}

export interface ComplianceRow {
  readonly districtId: string;
  readonly name: string;
  readonly scopedYear: number;
  readonly endOfYear: {
    readonly status: 'done' | 'missing';
    readonly resync: DecidingRun | null;
    readonly why: string | null;
  };
  readonly switched: {
    readonly switchedAt: string;
    readonly switchedBy: string;
    readonly overridden: boolean;
    readonly reason: string | null;
  } | null;
  readonly startOfYear: {
    readonly status: 'notDue' | 'due' | 'overdue' | 'done';
    readonly dueAt: string | null;
    readonly resync: DecidingRun | null;
    readonly why: string | null;
  };
}

export interface Compliance {
  readonly schoolYear: number;
  readonly counts: {
    readonly districts: number;
    readonly endOfYear: { readonly done: number; readonly missing: number };
    readonly switched: number;
    readonly startOfYear: Readonly<Record<'notDue' | 'due' | 'overdue' | 'done', number>>;
  };
  readonly items: readonly ComplianceRow[];
}

export interface OpenRun {
  readonly resyncId: string;
  readonly status: RunStatus;
  readonly initiator: Level;
  readonly scenario: string | null;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly heldUntil: string | null;
  readonly otherCatalog: { readonly text: string } | null;
  readonly percent: number | null;
}

export interface BusyAgent {
  readonly districtId: string;
  readonly schoolYear: number;
  readonly resyncs: readonly OpenRun[];
}

export interface IdentityConflict {
  readonly id: number;
  readonly side: 'sender' | 'holder';
  readonly resyncId: string | null;
  readonly object: string;
  readonly key: readonly string[] | null;
  readonly guid: string | null;
  readonly code: string;
  readonly action: 'carryKey' | 'takeGuid' | 'release';
  readonly formerKey: readonly string[] | null;
  readonly sentBy: string | null;
  readonly heldBy: string | null;
  readonly seenAt: string;
}

export interface Resolution {
  readonly changes: readonly { readonly object: string; readonly records: number }[];
}

export interface Person {
  readonly principalId: string;
  readonly name: string;
  readonly level: Level;
  readonly districts: readonly string[] | null;
  readonly rights: readonly ToolRight[];
  readonly schools: readonly string[] | null;
  readonly createdAt: string;
  readonly disabledAt: string | null;
}

export interface Token {
  readonly tokenId: string;
  readonly label: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

export interface AuditEvent {
  readonly auditEventId: number;
  readonly happenedAt: string;
  readonly principalId: string;
  readonly principalName: string;
  readonly level: Level;
  readonly action: string;
  readonly target: string;
  readonly address: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditChain {
  readonly events: number;
  readonly head: string;
  readonly brokenAt: number | null;
}

export interface Certification {
  readonly certificationId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly reportingDate: string;
  readonly name: string;
  readonly certifiedBy: Level;
  readonly requestedBy: string;
  readonly status: 'accepted' | 'waiting' | 'certified' | 'failed';
  readonly message: string | null;
  readonly objects: number | null;
  readonly records: number | null;
  readonly requestedAt: string;
  readonly endedAt: string | null;
}
