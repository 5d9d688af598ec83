import type { RemovalDecision, RemovalStatus } from '../../../domain/removals';
import type { RunStatus } from '../../api/answers';

/** A record that is only at the state. */
export interface Removal {
  readonly key: readonly string[];
  readonly status: RemovalStatus;
  readonly reason: string | null;
}

/** What a resync found extra of one object, and what was decided. */
export interface RemovalObject {
  readonly object: string;
  readonly decision: RemovalDecision;
  readonly found: number;
  readonly records: number;
  readonly sharePercent: number;
  readonly thresholdPercent: number;
  readonly removed: number;
  readonly kept: number;
  readonly reason: string | null;
  readonly expiresAt: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly samples: readonly Removal[];
}

/** May the reader approve? */
interface Approval {
  readonly may: boolean;
  readonly whyNot: string | null;
}

/** The removals of one resync. */
export interface Removals {
  readonly resyncId: string;
  readonly removals: 'report' | 'apply';
  readonly status: RunStatus;
  readonly approval: Approval;
  readonly objects: readonly RemovalObject[];
}

/** A resync whose removals wait for somebody. */
export interface AwaitingResync {
  readonly resyncId: string;
  readonly districtId: string;
  readonly schoolYear: number;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly approval: Approval;
  readonly objects: readonly RemovalObject[];
}
