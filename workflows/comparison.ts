import {
  ApplicationFailure,
  isCancellation,
  patched,
  rootCause,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ComparisonEnd, VerificationPlan } from '../activities/contracts';
import { longestBusyWaitMs, mostEventsToWait } from '../src/domain/history-budget';
import type { VerificationRequest } from '../src/domain/verification';
import { compareObjects, endComparison, noteVerification } from './activities';
import { atMost, runInOrder } from './run-in-order';

/**
 * Wait before an object that a resync is in the middle of is looked at again the first time.
 */
const shortestWaitMs = 1_000;

/** Twice as long, up to what the history still allows. */
function nextWaitMs(waitMs: number): number {
  return Math.min(longestBusyWaitMs(workflowInfo().historyLength), waitMs * 2);
}

/** Objects that one activity may compare. */
const mostTogether = 16;

/** Where a comparison is made: in a verification of its own, or in the middle of a run. */
export interface ComparisonPlace {
  /** Starts a piece of work once nothing holds it. */
  whenOpen<T>(work: () => Promise<T>): Promise<T>;
  /** Nothing holds the work, so that one activity may compare several objects. */
  readonly together: boolean;
  /** How many objects are compared, and what others wait for; `null`: none waits. */
  tell(done: number, waitsFor: string | null): void;
}

/**
 * Compares the objects of a plan, parents before children, and independent ones side by side, a
 * bounded number at a time. An object that a resync is sending is compared when that has ended.
 * Throws only when cancelled.
 */
export async function compareAll(
  request: VerificationRequest,
  plan: VerificationPlan,
  place: ComparisonPlace,
): Promise<void> {
  const comparison = new Comparison(request, plan, place);
  await runInOrder(plan.objects, {
    run: (members) => comparison.compare(members.map(({ name }) => name)),
  });
}

/** The objects of one verification under way. */
class Comparison {
  private done = 0;
  private readonly inTurn: ReturnType<typeof atMost>;
  /** Compared, or given up. */
  private readonly ended = new Set<string>();
  /** Being compared now. */
  private readonly underWay = new Set<string>();
  /** What is waited for, by the objects that wait. */
  private readonly waits = new Map<string, string>();
  private told: string | null = null;
  private noting: Promise<void> = Promise.resolve();

  constructor(
    private readonly request: VerificationRequest,
    private readonly plan: VerificationPlan,
    private readonly place: ComparisonPlace,
  ) {
    this.inTurn = atMost(plan.atOnce);
  }

  /** Compares an object or a cycle, as often as it takes. Throws only when cancelled. */
  async compare(objects: readonly string[]): Promise<void> {
    const name = objects.join(', ');
    try {
      for (let waitMs = shortestWaitMs; ; waitMs = nextWaitMs(waitMs)) {
        const busy = await this.inTurn(() => this.place.whenOpen(() => this.compareNow(objects)));
        await this.waiting(name, busy);
        if (busy === null) break;
        const { historyLength } = workflowInfo();
        if (historyLength > mostEventsToWait)
          throw ApplicationFailure.nonRetryable(
            'A resync has been in the middle of it for too long: verify again when that has ended.',
            'WaitedTooLong',
          );
        await sleep(waitMs);
      }
    } catch (error) {
      if (isCancellation(error)) throw error;
      const message = rootCause(error) ?? 'It gave up.';
      await this.waiting(name, null);
      await endComparison({
        verificationId: this.request.verificationId,
        objects,
        status: 'failed',
        message,
      });
    }
    for (const object of objects) this.ended.add(object);
    this.done += 1;
    this.tell();
  }

  private async compareNow(objects: readonly string[]): Promise<ComparisonEnd['busy']> {
    const { verificationId } = this.request;
    if (!this.place.together || !patched('comparisons-with-followers'))
      return (await compareObjects({ verificationId, objects })).busy;
    // With others that were under way when it got its turn.
    if (objects.every((object) => this.ended.has(object))) return null;
    const followers = this.followersOf(objects);
    const together = [...objects, ...followers];
    for (const object of together) this.underWay.add(object);
    try {
      const end = await compareObjects({
        verificationId,
        objects,
        ...(followers.length > 0 && { followers }),
      });
      for (const object of end.followed ?? []) this.ended.add(object);
      return end.busy;
    } finally {
      for (const object of together) this.underWay.delete(object);
    }
  }

  /**
   * Objects that may be compared once these are, and what may be after them, in the order of the
   * plan. Where several are compared at a time, those that need none of these are left to the
   * others.
   */
  private followersOf(objects: readonly string[]): string[] {
    const { objects: planned, atOnce } = this.plan;
    const names = new Set(planned.map(({ name }) => name));
    const together = new Set(objects);
    const isThere = (parent: string): boolean =>
      together.has(parent) || this.ended.has(parent) || !names.has(parent);
    for (const { name, after, cycle } of planned) {
      if (together.size >= mostTogether) break;
      if (cycle !== null || this.ended.has(name) || this.underWay.has(name)) continue;
      const follows = atOnce === 1 || after.some((parent) => together.has(parent));
      if (follows && after.every(isThere)) together.add(name);
    }
    return [...together].slice(objects.length);
  }

  /** Notes what an object waits for, where people look. */
  private async waiting(name: string, busy: ComparisonEnd['busy']): Promise<void> {
    if (busy === null) this.waits.delete(name);
    else if (busy.hidden) this.waits.set(name, 'Waits for a resync of the state to end.');
    else if (busy.resyncId !== null)
      this.waits.set(name, `Waits for resync ${busy.resyncId} to end ${name}.`);
    else this.waits.set(name, 'An object was written while it was compared, and is compared anew.');
    const message = this.waits.size === 0 ? null : [...new Set(this.waits.values())].join(' ').slice(0, 2000);
    if (message === this.told) return;
    this.told = message;
    const status = message === null ? 'running' : 'waiting';
    // One after the other: two notes under way could arrive the wrong way round, and the older one
    // would stay.
    this.noting = this.noting
      .catch(() => undefined)
      .then(() => noteVerification({ verificationId: this.request.verificationId, status, message }));
    await this.noting;
    this.tell();
  }

  private tell(): void {
    this.place.tell(this.done, this.told);
  }
}
