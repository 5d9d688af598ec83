import type { Color, ObjectStatus, RangeCounts } from '../src/domain/outcome';
import type { PlannedObject } from '../src/domain/plan';
import type { ResyncRequest, ResyncStatus } from '../src/domain/resync';
import type { RequestDistrictStatus, StateRequestStatus } from '../src/domain/state-request';

/** A planned object with what the district's tables say of it. */
export interface PreparedObject extends PlannedObject {
  /** Number of ranges its key was cut into. */
  readonly ranges: number;
  /**
   * Why it can't be sent at all (a missing table, a column that doesn't fit), found before anything
   * was written.
   */
  readonly problem: string | null;
  /**
   * The object whose state-owned fields are settled at the run's end (itself, or the one it sends a
   * part of). Absent: none, and in histories older than sync events.
   */
  readonly stateFields?: string;
  /**
   * Closed with the plan: no record at either edition, so nothing was read. Absent: to be sent, and
   * in histories older than this.
   */
  readonly empty?: true;
  /**
   * So few records at the district that it is sent with others. Absent: it isn't, and in histories
   * older than this.
   */
  readonly small?: true;
  /**
   * Shares of records not sent (in percent) of objects it refers to, above which it isn't sent
   * itself. Absent: none, and in histories older than this.
   */
  readonly stopsAbove?: readonly { readonly parent: string; readonly percent: number }[];
  /**
   * Objects whose triggers at the state write this one's table. Absent: none, and in histories
   * older than this.
   */
  readonly changedBy?: readonly string[];
}

export interface PreparedPlan {
  readonly epoch: number;
  readonly rangesInFlight: number;
  readonly objects: readonly PreparedObject[];
}

/** How one object ended; counts only, never a record. */
export interface ObjectEnd {
  readonly object: string;
  readonly status: Exclude<ObjectStatus, 'waiting' | 'running'>;
  readonly counts: RangeCounts;
}

/** What came of comparing an object again. */
export interface Recomparison extends ObjectEnd {
  /** Records written once more. */
  readonly written: number;
}

/** How a run ended. */
export interface ResyncEnd {
  readonly resyncId: string;
  readonly status: ResyncStatus;
  readonly color: Color;
  readonly message: string | null;
  readonly processed: number;
  readonly errors: number;
  /**
   * Alerts of its end that somebody wants to be told of; absent in histories older than notices,
   * and when nobody does.
   */
  readonly noticeAlerts?: readonly number[];
}

/** A page of the deliveries of some alerts. @see noticeDelivery */
export interface DeliveryPage {
  readonly alertIds: readonly number[];
  /** The last id of the page before; 0: the first page. */
  readonly after: number;
}

/** What a poll of a state's request found, after dispatching what was due. */
export interface RequestPoll {
  readonly counts: Readonly<Record<RequestDistrictStatus, number>>;
  /** Districts are waiting or under way. */
  readonly open: boolean;
  /** The wait from which the next one is computed. */
  readonly pollMs: number;
  /** How long to wait before the next poll. */
  readonly againMs: number;
}

/** How a state's request ended. */
export interface RequestEnd {
  readonly status: StateRequestStatus;
  readonly message: string;
}

/** What a verification compares, parents first. */
export interface VerificationPlan {
  readonly objects: readonly {
    readonly name: string;
    readonly after: readonly string[];
    readonly cycle: string | null;
  }[];
  /** Objects compared at the same time. */
  readonly atOnce: number;
}

/** How the comparison of an object went. */
export interface ComparisonEnd {
  /**
   * A resync is in the middle of the object, or wrote pages of it meanwhile (then perhaps none is
   * by now): to be compared later. `hidden`: what it does is the state's to know. `null`: it was
   * compared.
   */
  readonly busy: { readonly resyncId: string | null; readonly hidden: boolean } | null;
  /** Which of its followers were compared, too. Absent: none. */
  readonly followed?: readonly string[];
}

/** Runs of a district and school year that are under way in Temporal. */
export interface RunsUnderWay {
  readonly active: ResyncRequest | null;
  /** The district's run that has made way for the active one of the state. */
  readonly preempted: ResyncRequest | null;
}

/** What a poll of an action on many districts left. */
export interface ActionPoll {
  /** Districts that wait. */
  readonly left: number;
  /** How long to wait before the next poll; 0: not at all. */
  readonly pollMs: number;
}
