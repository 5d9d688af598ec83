import type { BlackoutRule } from '../../../domain/blackout';
import type { FiringOutcome, ScheduledRequest, ScheduleKind, ScheduleTiming } from '../../../domain/schedule';
import type { Level } from '../../../domain/rights';

interface NextFiring {
  readonly at: string;
  readonly heldUntil: string | null;
}

export interface Schedule {
  readonly scheduleId: string;
  readonly initiator: Level;
  readonly kind: ScheduleKind;
  readonly name: string;
  readonly createdBy: string;
  /** `null`: the state's, which a district doesn't see into. */
  readonly timing: ScheduleTiming | null;
  readonly request: ScheduledRequest | null;
  readonly note: string | null;
  readonly paused: boolean | null;
  readonly pauseNote: string | null;
  readonly nextRuns: readonly NextFiring[];
  readonly clockChanges: readonly {
    readonly date: string;
    readonly time: string;
    readonly effect: 'skipped' | 'twice';
  }[];
  readonly lastRuns: readonly {
    readonly scheduledFor: string;
    readonly outcome: FiringOutcome;
    readonly resyncId: string | null;
    readonly verificationId: string | null;
    readonly message: string | null;
  }[];
  readonly problem: string | null;
}

export interface Blackout {
  readonly blackoutId: string;
  readonly setBy: Level;
  readonly rule: BlackoutRule;
  readonly note: string | null;
  readonly createdBy: string;
}

/** What is to come in a district, by the clock. */
export interface Calendar {
  readonly from: string;
  readonly to: string;
  readonly firings: readonly (NextFiring & {
    readonly scheduleId: string;
    readonly name: string;
    readonly kind: ScheduleKind;
    readonly initiator: Level;
  })[];
  readonly windows: readonly {
    readonly blackoutId: string;
    readonly setBy: Level;
    readonly note: string | null;
    readonly startsAt: string;
    readonly endsAt: string;
  }[];
}
