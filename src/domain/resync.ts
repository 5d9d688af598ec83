/** What is asked of a resync, and its status. */
import type { ErrorOutcome, RecordKey } from './record-error';

export const scenarios = [
  'END_OF_YEAR',
  'START_OF_YEAR',
  'DATABASE_MODIFICATION',
  'STATE_REQUEST',
  'GO_LIVE',
  'OTHER',
] as const;
/** Why the resync is made (specification: Resync Scenarios). */
export type Scenario = (typeof scenarios)[number];

/**
 * `compare`: only what differs is written. `everything`: all records are sent without comparing.
 */
export const resyncModes = ['compare', 'everything'] as const;
export type ResyncMode = (typeof resyncModes)[number];

/**
 * Why only some records are sent: those another resync has errors of, or a record with all that
 * belongs to it.
 */
export type SelectionKind = 'retry' | 'selective';

/**
 * What a run of chosen records starts from: the stored errors of these outcomes, or one record.
 * Keys, never values.
 */
export type SelectedRecords =
  | {
      readonly outcomes: readonly ErrorOutcome[];
      /** Only errors of these objects, with these codes. Absent: whatever they are. */
      readonly objects?: readonly string[];
      readonly codes?: readonly string[];
      /** Only those whose parent is at the state by now; the run that brought it there. */
      readonly landedIn?: string;
    }
  | { readonly object: string; readonly key: RecordKey };

export type Initiator = 'district' | 'state';

/**
 * Where a whole resync stands. `awaitingApproval`: all is sent, and removals above the threshold
 * wait for a person. `finished`: every object finished; its color says how well.
 */
export type ResyncStatus =
  | 'accepted'
  | 'queued'
  | 'running'
  | 'paused'
  | 'preempted'
  | 'awaitingApproval'
  | 'finished'
  | 'failed'
  | 'cancelled'
  | 'lost';

/** How a run that isn't over can stand. */
export type HeldStatus = Extract<ResyncStatus, 'running' | 'paused' | 'preempted' | 'awaitingApproval'>;

/** Neither waiting for its turn nor over. */
export const underWayStatuses: readonly HeldStatus[] = ['running', 'paused', 'preempted', 'awaitingApproval'];

/** Waiting for its turn. */
export const waitingStatuses: readonly ResyncStatus[] = ['accepted', 'queued'];

/** Waiting, running or standing still, with their end to come. */
export const openStatuses: readonly ResyncStatus[] = [...waitingStatuses, ...underWayStatuses];

export const endedStatuses: readonly ResyncStatus[] = ['finished', 'failed', 'cancelled', 'lost'];

/**
 * What a district sees of how a state's request stands: not that it was paused, nor how it ended.
 */
export function statesStatus(status: ResyncStatus): 'queued' | 'running' | 'ended' {
  if (endedStatuses.includes(status)) return 'ended';
  return waitingStatuses.includes(status) ? 'queued' : 'running';
}

/** Does it wait, run or stand still, with its end to come? */
export function isOpen(status: ResyncStatus): boolean {
  return openStatuses.includes(status);
}

/** Everything a run needs to know; small, and free of record values: it is a workflow's input. */
export interface ResyncRequest {
  readonly resyncId: string;
  readonly districtId: string;
  /** The year in which the school year ends: 2027 is 2026-27. */
  readonly schoolYear: number;
  /** `all` or the names that were ticked. */
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
  readonly scenario: Scenario;
  readonly initiator: Initiator;
  readonly mode: ResyncMode;
  /** Name of the token or user that asked. */
  readonly requestedBy: string;
  /** What becomes of state records that the district no longer has. Absent: `report`. */
  readonly removals?: 'report' | 'apply';
  /** The district may have lost most of an object's records: it is meant. */
  readonly acceptShrunk?: true;
  /** Most of an object's records may be updated: it is meant. */
  readonly acceptUpdates?: true;
  /** Absent: what is planned is sent, and that is all. */
  readonly verify?: 'beforeAndAfter';
  /** Absent: whole objects. Otherwise the records stored for this resync. */
  readonly selection?: SelectionKind;
  /** With `selection`: what it starts from. */
  readonly selected?: SelectedRecords;
  /** The resync whose stored errors are sent again; with `selection: 'retry'`. */
  readonly retryOf?: string;
}

/**
 * What Temporal knows of a resync: its workflow runs, it waits in its district's agent, it has
 * ended there, or Temporal has never heard of it.
 */
export type Whereabouts = 'running' | 'waiting' | 'ended' | 'unknown';
