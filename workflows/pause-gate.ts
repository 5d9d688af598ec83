import { CancellationScope, condition } from '@temporalio/workflow';
import type { HeldStatus } from '../src/domain/resync';

/**
 * The pause gate of a run. Three things close it: a person who pauses, a state request that needs
 * the district, and a blackout window. They are independent, so a person's resume doesn't break a
 * blackout, and the end of a blackout doesn't resume what a person paused. Work passes through
 * `whenOpen` and is counted until it ends, so that the agent can be told when the run is idle.
 */
export class PauseGate {
  private paused = false;
  private preempted = false;
  /** End of the blackout window that holds the run, ISO 8601; `null`: none does. */
  heldUntil: string | null = null;
  /**
   * Everything is sent and removals wait for a person. That closes nothing: there is no work to
   * hold.
   */
  awaitingApproval = false;
  private inFlight = 0;
  private readonly onClose = new Set<() => Promise<void>>();
  /** Who cancelled the whole run; `null` until someone does. */
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

  /** The status in which the run continues once the state request has ended. */
  get statusAfterPreemption(): Exclude<HeldStatus, 'preempted'> {
    if (this.paused) return 'paused';
    return this.awaitingApproval ? 'awaitingApproval' : 'running';
  }

  private get heldStatus(): HeldStatus {
    return this.preempted ? 'preempted' : this.statusAfterPreemption;
  }

  /** Opens or closes the gate; work in flight that can stop early is asked to when it closes. */
  async set(change: { paused?: boolean; preempted?: boolean; heldUntil?: string | null }): Promise<void> {
    const before = this.held;
    this.paused = change.paused ?? this.paused;
    this.preempted = change.preempted ?? this.preempted;
    if (change.heldUntil !== undefined) this.heldUntil = change.heldUntil;
    if (this.held && !before) await Promise.all([...this.onClose].map((stop) => stop()));
  }

  /**
   * Runs a piece of work (an activity, a child) once the gate is open; it is in flight until it
   * ends.
   * @param stop asks the work to end early when the gate closes meanwhile
   */
  async whenOpen<T>(work: () => Promise<T>, stop?: () => Promise<void>): Promise<T> {
    await condition(() => !this.held);
    if (stop) this.onClose.add(stop);
    try {
      return await this.whileClosed(work);
    } finally {
      if (stop) this.onClose.delete(stop);
    }
  }

  /**
   * Runs a piece of work whether or not the gate is open: what an end can't do without. It is in
   * flight until it ends.
   */
  async whileClosed<T>(work: () => Promise<T>): Promise<T> {
    this.inFlight += 1;
    try {
      return await work();
    } finally {
      this.inFlight -= 1;
    }
  }

  /**
   * Resolves when nothing is in flight. The agent waits for this even when the run is cancelled.
   */
  async whenIdle(): Promise<void> {
    await CancellationScope.nonCancellable(() => condition(() => this.inFlight === 0));
  }
}
