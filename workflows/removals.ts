import {
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  rootCause,
  setHandler,
} from '@temporalio/workflow';
import type { PreparedObject } from '../activities/contracts';
import { removalOrder } from '../src/domain/removals';
import type { ResyncRequest } from '../src/domain/resync';
import { approveRemovals, rejectRemovals, type RemovalChoice, type RunState } from './messages';
import type { RunContext } from './run-context';
import {
  decideRemovals,
  endRemovals,
  findRemovals,
  holdRemovals,
  noteRemovalStopped,
  noteStatus,
  removeRecords,
} from './activities';
import type { PauseGate } from './pause-gate';
import type { RunProgress } from './run-progress';

/**
 * The removals of a run, when it was asked for them: after all is sent, what is gone at the
 * district is found, held for an approval where it is much, and removed children first. Nothing is
 * removed before everything is decided: a child that stays keeps its parents, so that one order
 * over all objects is what makes the result right.
 */
export class Removals {
  /** What came of them, for the end of the run. */
  message: string | null = null;
  /** Records may be gone at the state that stood there when the objects were sent. */
  removedSome = false;
  private readonly asked: boolean;
  private readonly awaiting = new Set<string>();
  private readonly removable = new Set<string>();
  /** Decisions being written down. */
  private deciding = 0;

  constructor(
    private readonly request: ResyncRequest,
    private readonly gate: PauseGate,
    private readonly progress: RunProgress,
  ) {
    this.asked = request.removals === 'apply';
    if (!this.asked) return;
    const validator = (choice: RemovalChoice) => this.refuseUnlessAwaiting(choice);
    setHandler(approveRemovals, (choice) => this.decide('approved', choice), { validator });
    setHandler(rejectRemovals, (choice) => this.decide('rejected', choice), { validator });
  }

  /** @param objects of the plan, all of which have ended */
  async apply(run: RunContext, objects: readonly PreparedObject[]): Promise<void> {
    if (!this.asked) return;
    const { resyncId } = run;
    for (const { name } of [...objects].reverse()) await this.find(run, name);
    if (this.awaiting.size > 0) await this.hold(resyncId);
    for (const group of removalOrder(objects)) {
      const members = group.objects.filter((name) => this.removable.has(name));
      if (members.length > 0) await this.remove(run, members);
    }
    this.message = (await endRemovals({ resyncId })).message;
    this.progress.remark = this.message;
  }

  private async find(run: RunContext, object: string): Promise<void> {
    if (!this.progress.mayHaveExtra(object)) return;
    await this.orStop(run.resyncId, [object], async () => {
      const { found, decision } = await this.gate.whenOpen(() =>
        findRemovals({ resyncId: run.resyncId, object, epoch: run.epoch }),
      );
      if (found === 0) return;
      if (decision === 'awaiting') this.awaiting.add(object);
      if (decision === 'below') this.removable.add(object);
    });
  }

  /**
   * Waits for a decision about every object above the threshold, but not for ever: then none of the
   * rest is removed.
   */
  private async hold(resyncId: string): Promise<void> {
    const { waitMs } = await this.gate.whenOpen(() => holdRemovals({ resyncId }));
    await this.tellAwaiting(true);
    const settled = () => this.deciding === 0;
    const decided = await condition(() => this.awaiting.size === 0 && settled(), waitMs);
    if (!decided) {
      await condition(settled);
      const objects = [...this.awaiting];
      this.awaiting.clear();
      if (objects.length > 0) await decideRemovals({ resyncId, objects, decision: 'expired', by: null });
    }
    await this.tellAwaiting(false);
  }

  private async tellAwaiting(awaiting: boolean): Promise<void> {
    this.gate.awaitingApproval = awaiting;
    this.progress.remark = awaiting
      ? `Removals await an approval: ${[...this.awaiting].join(', ')}. Without one none of them is removed.`
      : null;
    this.progress.tell();
    const { status } = this.gate;
    if (status !== 'cancelled') {
      const sequence = this.gate.nextNote();
      await noteStatus({ resyncId: this.request.resyncId, status, sequence });
    }
  }

  private async decide(decision: 'approved' | 'rejected', { objects, by }: RemovalChoice): Promise<RunState> {
    const { resyncId } = this.request;
    const selected = objects ?? [...this.awaiting];
    for (const name of selected) {
      this.awaiting.delete(name);
      if (decision === 'approved') this.removable.add(name);
    }
    this.deciding += 1;
    try {
      await CancellationScope.nonCancellable(() =>
        decideRemovals({ resyncId, objects: selected, decision, by }),
      );
    } finally {
      this.deciding -= 1;
    }
    return { resyncId, status: this.gate.status };
  }

  private refuseUnlessAwaiting({ objects }: RemovalChoice): void {
    const { resyncId } = this.request;
    const strange = (objects ?? []).find((name) => !this.awaiting.has(name));
    const ended = this.gate.ended || this.gate.cancelledBy !== null;
    if (ended || this.awaiting.size === 0 || strange !== undefined) {
      const what = strange !== undefined && !ended ? strange : 'Nothing';
      throw ApplicationFailure.nonRetryable(
        `${what} of ${resyncId} awaits an approval.`,
        'NotAwaitingApproval',
      );
    }
  }

  /** Again and again, so that the run can make way between two calls. */
  private async remove(run: RunContext, objects: readonly string[]): Promise<void> {
    const { resyncId } = run;
    this.removedSome = true;
    await this.orStop(resyncId, objects, async () => {
      for (let done = false; !done;)
        ({ done } = await this.gate.whenOpen(() => removeRecords({ resyncId, objects, epoch: run.epoch })));
    });
  }

  /**
   * A failure stops these objects' removals, not those of others: what they keep, keeps its
   * parents.
   */
  private async orStop(
    resyncId: string,
    objects: readonly string[],
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isCancellation(error)) throw error;
      await noteRemovalStopped({ resyncId, objects, message: rootCause(error) ?? 'It gave up.' });
    }
  }
}
