/**
 * What the API answers with, as far as pages look at it. The API holds its answers to its schemas;
 * that these types agree with those only the browser tests show, by what pages make of them.
 */
import type { Color, CountsView, ObjectStatus } from '../../domain/outcome';
import type { PlanReason } from '../../domain/plan-order';
import type { Scenario } from '../../domain/resync';
import type { Level, ToolRight } from '../../domain/rights';
import type { YearKind } from '../../domain/school-year';
import type { VerificationKind, VerificationStatus } from '../../domain/verification';

/** A problem document. */
export interface ProblemBody {
  readonly detail: string;
  readonly status: number;
  readonly requestId: string;
}

export interface SignIn {
  readonly token: boolean;
  readonly whyNot: string | null;
}

export interface Session {
  readonly principalId: string;
  readonly name: string;
  readonly level: Level;
  readonly rights: readonly ToolRight[];
  readonly districts: readonly { readonly id: string; readonly number: number; readonly name: string }[];
  readonly csrf: string | null;
}

export interface District {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly schoolYear: number;
  readonly years: readonly { readonly schoolYear: number; readonly kind: YearKind }[];
  readonly timezone: string | null;
}

export interface LastRun {
  readonly resyncId: string;
  readonly status: ObjectStatus;
  readonly color: Color;
  readonly colorWithoutExclusions: Color;
  readonly counts: CountsView;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly message: string | null;
  readonly expected: number | null;
  readonly sincePreviousRun: { readonly newErrors: number; readonly resolvedErrors: number } | null;
}

export interface TableObject {
  readonly object: string;
  readonly label: string;
  readonly parents: readonly string[];
  readonly softParents: readonly string[];
  readonly treeParent: string | null;
  readonly subsetOf: string | null;
  readonly cycle: string | null;
  readonly enabledByDefault: boolean;
  readonly keyColumns: readonly string[];
  readonly notOffered: string | null;
  readonly last: LastRun | null;
}

export interface ObjectsTable {
  readonly schoolYear: number;
  readonly items: readonly TableObject[];
}

export interface Plan {
  readonly planHash: string;
  readonly objects: readonly { readonly name: string; readonly reason: PlanReason }[];
  readonly omitted: readonly { readonly name: string; readonly why: string }[];
  readonly notes: readonly { readonly object: string; readonly note: string }[];
  readonly records: { readonly expected: number; readonly unknown: readonly string[] };
  readonly time: { readonly seconds: number; readonly runs: number } | null;
  readonly queue: { readonly ahead: number } | null;
  readonly heldUntil: string | null;
  readonly verification: {
    readonly finishedAt: string;
    readonly resyncNecessary: boolean;
    readonly ofThese: readonly string[];
  } | null;
  readonly scenarios: readonly { readonly scenario: Scenario; readonly whyNot: string | null }[];
}

export interface VerificationHead {
  readonly verificationId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly objects: 'all' | readonly string[];
  readonly requestedBy: string;
  readonly kind: VerificationKind;
  readonly status: VerificationStatus;
  readonly equal: boolean | null;
  readonly resyncNecessary: boolean | null;
  readonly objectsToResync: readonly string[] | null;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** How both editions compare. */
export interface Compared {
  readonly districtRecords: number;
  readonly stateRecords: number;
  readonly missing: number;
  readonly different: number;
  readonly extra: number;
  readonly excluded: number;
}

export interface VerifiedObject {
  readonly object: string;
  readonly status: 'waiting' | 'running' | 'finished' | 'failed' | 'cancelled';
  readonly counts: Compared;
  readonly predicted: { readonly inserted: number; readonly updated: number; readonly extra: number };
  readonly message: string | null;
}

export interface Verification extends VerificationHead {
  readonly totals: Compared;
  readonly objectResults: readonly VerifiedObject[];
}

/** Where what an alert tells of is shown; of a year the id is the district's. */
export interface AlertLink {
  readonly kind: 'resync' | 'removals' | 'verification' | 'certification' | 'stateRequest' | 'year';
  readonly id: string;
}

/** A Process Alert. */
export interface Alert {
  readonly alertId: number;
  readonly category: string;
  readonly name: string;
  readonly text: string;
  readonly districtId: string | null;
  readonly link: AlertLink | null;
  readonly postedAt: string;
  readonly dueAt: string | null;
  readonly closedAt: string | null;
  readonly read: boolean;
}

export type RunStatus =
  | 'accepted'
  | 'queued'
  | 'running'
  | 'paused'
  | 'preempted'
  | 'awaitingApproval'
  | 'finished'
  | 'failed'
  | 'cancelled'
  | 'lost'
  | 'ended';

export interface ResyncHead {
  readonly resyncId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly objects: 'all' | readonly string[] | null;
  readonly scenario: string;
  readonly initiator: Level;
  readonly mode: 'compare' | 'everything' | null;
  readonly requestedBy: string;
  readonly retryOf?: string | undefined;
  readonly status: RunStatus;
  readonly percent: number | null;
  readonly color: Color | null;
  readonly message: string | null;
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly heldUntil: string | null;
  /** It waits for a worker with its catalog. */
  readonly otherCatalog: { readonly text: string } | null;
}

export interface ObjectResult {
  readonly object: string;
  readonly position: number;
  readonly status: ObjectStatus;
  readonly color: Color;
  readonly counts: CountsView;
  readonly ranges: number;
  readonly rangesDone: number;
  readonly expected: number | null;
  readonly message: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface Resync extends ResyncHead {
  readonly colorWithoutExclusions: Color | null;
  readonly totals: CountsView | null;
  readonly objectResults: readonly ObjectResult[] | null;
}

export interface Cause {
  readonly object: string;
  readonly outcome: 'excluded' | 'blocked' | 'failed' | 'missing';
  readonly code: string;
  readonly message: string | null;
  readonly records: number;
  readonly errors: number;
  readonly objects: readonly { readonly object: string; readonly errors: number }[];
}

export interface RecordError {
  readonly object: string;
  /** `null`: hidden without the right errorLog. */
  readonly key: readonly string[] | null;
  readonly outcome: 'excluded' | 'blocked' | 'failed';
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
  readonly parent: { readonly object: string; readonly key: readonly string[] | null } | null;
  /** Where it is mended in the district's application, if the catalog says so. */
  readonly screen: string | null;
  readonly seenAt: string;
}
