/** Every signal, update and query: name, type, who sends it. The API imports this file too. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Color, ObjectStatus, RangeCounts } from '../src/domain/outcome';
import type { IdentityChange } from '../src/domain/identity-conflict';
import type { ResyncRequest, ResyncStatus } from '../src/domain/resync';
import type { RequestDistrictStatus } from '../src/domain/state-request';

/** Workflow ids, readable in Temporal Web and made in this one place. */
export const agentWorkflowId = (districtId: string, schoolYear: number): string =>
  `agent:${districtId}:${schoolYear}`;
export const resyncWorkflowId = (resyncId: string): string => `resync:${resyncId}`;
export const stateRequestWorkflowId = (stateRequestId: string): string => `state-request:${stateRequestId}`;

export const districtActionWorkflowId = (districtActionId: string): string =>
  `district-action:${districtActionId}`;

export const districtImportWorkflowId = (importId: string): string => `district-import:${importId}`;

export const certificationWorkflowId = (certificationId: string, driftId?: string): string =>
  `certification:${certificationId}${driftId === undefined ? '' : `:drift:${driftId}`}`;
export const verificationWorkflowId = (verificationId: string): string => `verification:${verificationId}`;

/** @param look chance, since each question is a workflow of its own */
export const recordLookWorkflowId = (districtId: string, look: string): string =>
  `look:${districtId}:${look}`;
/** @param look chance, since each attempt of a person is a workflow of its own */
export const identityResolutionWorkflowId = (conflictId: number, look: string): string =>
  `identity:${conflictId}:${look}`;
export const selectivePreviewWorkflowId = (previewId: string): string => `selective-preview:${previewId}`;

/**
 * Task queue of the activities that move records. A worker has one slot per lane on it; activities
 * that only keep records of runs have a queue of their own and never take such a slot.
 */
export const copyTaskQueue = (taskQueue: string): string => `${taskQueue}-copy`;

/** @param group the resync whose end the notices tell of, or the key of the alert */
export const noticesWorkflowId = (group: string): string => `notices:${group}`;

/**
 * Task queue of the activities that talk to other people's servers: a slow endpoint takes a slot
 * there, never one that a resync needs.
 */
export const noticeTaskQueue = (taskQueue: string): string => `${taskQueue}-notices`;

/** Input of noticeDelivery. */
export interface NoticeGroupInput {
  readonly alertIds: readonly number[];
  /** The one delivery of a digest. Absent: those of the alerts, and in histories older than it. */
  readonly digest?: number;
}

export const syncEventWorkflowId = (syncEventId: string): string => `sync-event:${syncEventId}`;

/** Input of syncEvent; what it is about stands in the control database. */
export interface SyncEventInput {
  readonly syncEventId: string;
  readonly districtId: string;
}

/**
 * Most requests of the district, and of the state, that wait in one agent's queue; one more is
 * refused.
 */
export const maxQueuedResyncs = 20;

export interface QueuePlace {
  readonly resyncId: string;
  /** 0: runs now. */
  readonly position: number;
}

export interface AgentQueue {
  readonly active: string | null;
  /** District run that made way for a state request and goes on after it. */
  readonly preempted: string | null;
  readonly waiting: readonly { readonly resyncId: string; readonly initiator: 'district' | 'state' }[];
}

/**
 * API -> districtAgent (update-with-start). Idempotent: a resync already known answers with its
 * place. Refused with type QueueFull.
 */
export const enqueueResync = defineUpdate<QueuePlace, [ResyncRequest]>('enqueueResync');
/**
 * API -> districtAgent: takes a request out of the queue before it ran. `false`: it isn't waiting.
 */
export const withdrawResync = defineUpdate<boolean, [string]>('withdrawResync');
export const agentQueue = defineQuery<AgentQueue>('agentQueue');

/** Where the run stands after the update was carried out. */
export interface RunState {
  readonly resyncId: string;
  readonly status: ResyncStatus;
}

/**
 * API -> batchResync. Ranges under way end; no new one starts. Refused with type ResyncEnded when
 * it has ended.
 */
export const pauseResync = defineUpdate<RunState, [{ by: string }]>('pauseResync');
export const resumeResync = defineUpdate<RunState, [{ by: string }]>('resumeResync');
/** API -> batchResync. Committed pages stay and are counted. */
export const cancelResync = defineUpdate<RunState, [{ by: string }]>('cancelResync');
/**
 * API -> batchResync: one object; what depends on it is skipped. Refused with ObjectNotPlanned,
 * ObjectEnded or NotPlannedYet.
 */
export const cancelObject = defineUpdate<RunState, [{ object: string; by: string }]>('cancelObject');

/** Who decides about removals that await it, and about which objects; `null`: all that do. */
export interface RemovalChoice {
  readonly objects: readonly string[] | null;
  readonly by: string;
}
/**
 * API -> batchResync. Refused with type NotAwaitingApproval when nothing, or not all that is named,
 * waits for it.
 */
export const approveRemovals = defineUpdate<RunState, [RemovalChoice]>('approveRemovals');
export const rejectRemovals = defineUpdate<RunState, [RemovalChoice]>('rejectRemovals');

export interface ObjectProgress {
  readonly name: string;
  readonly status: ObjectStatus;
  readonly color: Color;
  readonly counts: RangeCounts | null;
}
export interface ResyncProgress {
  readonly resyncId: string;
  readonly status: ResyncStatus;
  /** End of the blackout window that holds it, ISO 8601; `null`: none does. */
  readonly heldUntil: string | null;
  readonly objects: readonly ObjectProgress[];
}
export const resyncProgress = defineQuery<ResyncProgress>('resyncProgress');

/** API -> batchResync: the district's blackout windows were changed, ask again. */
export const blackoutsChanged = defineSignal('blackoutsChanged');
/** districtAgent -> batchResync: make way at the next range boundary, or go on. */
export const preemptResync = defineSignal('preemptResync');
export const restoreResync = defineSignal('restoreResync');
/** batchResync -> districtAgent: no range is under way any more, the state's request may run. */
export const resyncPreempted = defineSignal<[string]>('resyncPreempted');
/** districtAgent -> batchResync, a run that isn't its child: tell when it has ended. */
export const tellEnd = defineSignal('tellEnd');
/** batchResync -> districtAgent that asked for it. */
export const resyncEnded = defineSignal<[string]>('resyncEnded');
/** batchResync -> objectResync: let the ranges under way end, then return where to go on. */
export const stopRanges = defineSignal('stopRanges');
/** The same, but ranges under way end at their next page: they are sent again. */
export const breakOffRanges = defineSignal('breakOffRanges');

/** Who takes a state's request back, and what becomes of the districts that run. */
export interface StateRequestCancel {
  readonly by: string;
  readonly running: 'cancel' | 'leave';
}
/**
 * API -> stateRequest: districts that have not begun are withdrawn. Refused with type RequestEnded
 * when it has ended.
 */
export const cancelStateRequest = defineUpdate<void, [StateRequestCancel]>('cancelStateRequest');
/** Number of districts of a state's request in each status, as of its last poll. */
export const stateRequestCounts = defineQuery<Readonly<Record<RequestDistrictStatus, number>> | null>(
  'stateRequestCounts',
);

/**
 * API -> verification: it ends at the next page. Refused with type VerificationEnded when it has
 * ended.
 */
export const cancelVerification = defineUpdate<void, [{ by: string }]>('cancelVerification');

/**
 * API -> recordLook: is there such a record at the district? Which one stands in the control
 * database: what a person types for a key is not for histories.
 */
export interface RecordQuestion {
  readonly questionId: string;
}

export interface RecordAnswer {
  readonly found: boolean;
  /** Why nobody can look: the object's tables don't fit. */
  readonly problem: string | null;
}

/** API -> identityResolution: what a person of the state has decided. */
export interface IdentityQuestion {
  readonly conflictId: number;
  readonly preview: boolean;
  readonly by: string;
}

export interface IdentityAnswer {
  readonly changes: readonly IdentityChange[];
  /** Why it can't be, in a sentence: it is not as it was found. */
  readonly problem: string | null;
}
