import { ApplicationFailure, CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { HeldStatus } from '../src/domain/resync';

/**
 * Ends a piece of work early. `now`: it may be broken off in the middle, because it is done again;
 * otherwise it comes to its next boundary.
 */
export type Stop = (now: boolean) => Promise<void>;

/** Far below the 2,000 updates that Temporal takes of one run, and some 10 events each. */
const maxControls = 200;

/** A piece of work under way. */
class Piece {
  readonly scope = new CancellationScope();
  private onLeave: ((value: typeof brokenOff) => void) | undefined;
  /** No Trigger: that would be cancelled with its scope, before the work has ended. */
  readonly leftBehind = new Promise<typeof brokenOff>((resolve) => {
    this.onLeave = resolve;
  });
  private isBroken = false;

  constructor(readonly stop: Stop | undefined) {}

  get broken(): boolean {
    return this.isBroken;
  }

  async breakOff(): Promise<void> {
    if (this.stop !== undefined) return this.stop(true);
    this.isBroken = true;
    this.scope.cancel();
  }

  leave(): void {
    this.isBroken = true;
    this.onLeave?.(brokenOff);
  }
}

/** In place of a result: the work is to be done again. */
const brokenOff = Symbol('broken off');

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
  private readonly inFlight = new Set<Piece>();

  /** @param breaksOff whether work can be broken off: runs that began before that can't */
  constructor(readonly breaksOff: boolean) {}

  /** Changes of the status that were written down. */
  private notes = 0;
  /** Times that people have changed how the run goes on. */
  private controls = 0;
  /** Who cancelled the whole run; `null` until someone does. */
  cancelledBy: string | null = null;
  ended = false;

  get held(): boolean {
    return this.paused || this.preempted || this.heldUntil !== null;
  }

  get isPaused(): boolean {
    return this.paused;
  }

  countControl(): void {
    this.controls += 1;
  }

  /**
   * Cancelling the run is never refused: there is room for it, whatever was sent before.
   * @throws ApplicationFailure TooManyChanges
   */
  refuseTooMany(resyncId: string): void {
    if (this.controls < maxControls) return;
    throw ApplicationFailure.nonRetryable(
      `${resyncId} was paused, resumed and changed ${maxControls} times, which is the most of one run. It can still be cancelled.`,
      'TooManyChanges',
    );
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
    if (this.held && !before)
      await Promise.all([...this.inFlight].flatMap(({ stop }) => (stop === undefined ? [] : [stop(false)])));
  }

  /** The place of the next note of the status: the highest counts, however they arrive. */
  nextNote(): number {
    this.notes += 1;
    return this.notes;
  }

  /**
   * Runs a piece of work (an activity, a child) once the gate is open; it is in flight until it
   * ends. It may be broken off, and is then done again.
   * @param stop asks the work to end early when the gate closes meanwhile; without one it goes on
   * to its end, or is cancelled where it is broken off
   */
  async whenOpen<T>(work: () => Promise<T>, stop?: Stop): Promise<T> {
    for (;;) {
      await condition(() => !this.held);
      const result = await this.oneTry(work, stop);
      if (result !== brokenOff) return result;
    }
  }

  /**
   * Runs a piece of work whether or not the gate is open: what an end can't do without. It is in
   * flight until it ends.
   */
  async whileClosed<T>(work: () => Promise<T>): Promise<T> {
    const piece = new Piece(() => Promise.resolve());
    this.inFlight.add(piece);
    try {
      return await work();
    } finally {
      this.inFlight.delete(piece);
    }
  }

  private async oneTry<T>(work: () => Promise<T>, stop: Stop | undefined): Promise<T | typeof brokenOff> {
    const piece = new Piece(stop);
    this.inFlight.add(piece);
    try {
      if (!this.breaksOff) return await work();
      return await Promise.race([piece.scope.run(work), piece.leftBehind]);
    } catch (error) {
      // Of a run that is cancelled as a whole it is the end.
      const again = piece.broken && isCancellation(error) && !CancellationScope.current().consideredCancelled;
      if (!again) throw error;
      return brokenOff;
    } finally {
      this.inFlight.delete(piece);
    }
  }

  /**
   * Resolves when nothing is in flight. The agent waits for this even when the run is cancelled.
   */
  async whenIdle(): Promise<void> {
    await CancellationScope.nonCancellable(() => condition(() => this.inFlight.size === 0));
  }

  /**
   * Breaks off what is in flight, and leaves behind what hasn't ended in time: the lease of who
   * comes next fences it off, and it is done again when the gate opens.
   */
  async clear(within: string): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      await Promise.all([...this.inFlight].map((piece) => piece.breakOff()));
      await condition(() => this.inFlight.size === 0, within as '5 seconds');
    });
    for (const piece of this.inFlight) piece.leave();
    this.inFlight.clear();
  }
}
