import { CancellationScope, condition } from '@temporalio/workflow';
import type { HeldStatus } from '../src/domain/resync';

/**
 * The brake of a run: paused by a person, preempted for a state request, held by a blackout window, or cancelled. The three
 * holds are apart: a person's resume doesn't break a blackout, and a blackout's end doesn't resume what a person paused.
 * Work asks `whenReleased` before each range; what is under way is counted, so that the agent can be told when nothing
 * moves any more.
 */
export class RunControl {
  private paused = false;
  private preempted = false;
  /** End of the blackout window that holds the run, ISO 8601; `null`: none does. */
  heldUntil: string | null = null;
  /** All is sent and removals wait for a person. That holds nothing back: nothing is to be moved meanwhile. */
  awaitingApproval = false;
  private underWay = 0;
  private readonly onHold = new Set<() => Promise<void>>();
  /** Who cancelled the whole run, once somebody did. */
  cancelledBy: string | null = null;
  ended = false;

  get held(): boolean {
    return this.paused || this.preempted || this.heldUntil !== null;
  }

  get isPreempted(): boolean {
    return this.preempted;
  }

  get status(): HeldStatus | 'cancelled' {
    return this.cancelledBy !== null ? 'cancelled' : this.heldStatus;
  }

  /** Where it stands once it need not make way any more. */
  get statusAfterPreemption(): Exclude<HeldStatus, 'preempted'> {
    if (this.paused) return 'paused';
    return this.awaitingApproval ? 'awaitingApproval' : 'running';
  }

  private get heldStatus(): HeldStatus {
    return this.preempted ? 'preempted' : this.statusAfterPreemption;
  }

  /** Changes the brake; children with ranges in flight are told to stop. */
  async set(change: { paused?: boolean; preempted?: boolean; heldUntil?: string | null }): Promise<void> {
    const before = this.held;
    this.paused = change.paused ?? this.paused;
    this.preempted = change.preempted ?? this.preempted;
    if (change.heldUntil !== undefined) this.heldUntil = change.heldUntil;
    if (this.held && !before) await Promise.all([...this.onHold].map((tell) => tell()));
  }

  /** Runs a piece of work (an activity, a child) once the brake is off, and counts it as under way. */
  async whenReleased<T>(work: () => Promise<T>, tellHold?: () => Promise<void>): Promise<T> {
    await condition(() => !this.held);
    this.underWay += 1;
    if (tellHold) this.onHold.add(tellHold);
    try {
      return await work();
    } finally {
      this.underWay -= 1;
      if (tellHold) this.onHold.delete(tellHold);
    }
  }

  /** Resolves when no range is under way. Not cancelled with the run: the agent waits for the answer. */
  async whenStill(): Promise<void> {
    await CancellationScope.nonCancellable(() => condition(() => this.underWay === 0));
  }
}
