import { isCancellation, rootCause, sleep } from '@temporalio/workflow';
import type { ComparisonEnd, VerificationPlan } from '../activities/contracts';
import type { VerificationRequest } from '../src/domain/verification';
import { compareObjects, endComparison, noteVerification } from './activities';
import { atMost, runInOrder } from './run-in-order';

/**
 * Waits before an object that a resync is in the middle of is looked at again: the first, and the
 * longest.
 */
const shortestWaitMs = 1_000;
const longestWaitMs = 60_000;

/** Where a comparison is made: in a verification of its own, or in the middle of a run. */
export interface ComparisonPlace {
  /** Starts a piece of work once nothing holds it. */
  whenOpen<T>(work: () => Promise<T>): Promise<T>;
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
  const comparison = new Comparison(request, plan.atOnce, place);
  await runInOrder(plan.objects, {
    run: (members) => comparison.compare(members.map(({ name }) => name)),
  });
}

/** The objects of one verification under way. */
class Comparison {
  private done = 0;
  private readonly inTurn: ReturnType<typeof atMost>;
  /** What is waited for, by the objects that wait. */
  private readonly waits = new Map<string, string>();
  private told: string | null = null;
  private noting: Promise<void> = Promise.resolve();

  constructor(
    private readonly request: VerificationRequest,
    atOnce: number,
    private readonly place: ComparisonPlace,
  ) {
    this.inTurn = atMost(atOnce);
  }

  /** Compares an object or a cycle, as often as it takes. Throws only when cancelled. */
  async compare(objects: readonly string[]): Promise<void> {
    const { verificationId } = this.request;
    const name = objects.join(', ');
    try {
      for (let waitMs = shortestWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
        const { busy } = await this.inTurn(() =>
          this.place.whenOpen(() => compareObjects({ verificationId, objects })),
        );
        await this.waiting(name, busy);
        if (busy === null) break;
        await sleep(waitMs);
      }
    } catch (error) {
      if (isCancellation(error)) throw error;
      const message = rootCause(error) ?? 'It gave up.';
      await this.waiting(name, null);
      await endComparison({ verificationId, objects, status: 'failed', message });
    }
    this.done += 1;
    this.tell();
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
