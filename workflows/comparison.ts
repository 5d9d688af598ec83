import { condition, isCancellation, rootCause, sleep } from '@temporalio/workflow';
import type { ComparisonEnd, VerificationPlan } from '../activities/contracts';
import type { VerificationRequest } from '../src/domain/verification';
import { compareObjects, endComparison, noteVerification } from './activities';

/** Waits before an object that a resync is in the middle of is looked at again: the first, and the longest. */
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
 * Compares the objects of a plan, parents before children; what is independent side by side, a bounded number at a time. An
 * object that a resync is in the middle of is compared when that has ended. Throws only when cancelled.
 */
export async function compareAll(
  request: VerificationRequest,
  plan: VerificationPlan,
  place: ComparisonPlace,
): Promise<void> {
  const comparison = new Comparison(request, plan.atOnce, place);
  const groupOf = (name: string): string => cycles.get(name) ?? name;
  const cycles = new Map(plan.objects.map(({ name, cycle }) => [name, cycle ?? name]));
  const settled = new Map<string, Promise<void>>();
  // Parents come first in the plan, and those of a unit stand for one another.
  for (const { name } of plan.objects) {
    const group = groupOf(name);
    if (settled.has(group)) continue;
    const members = plan.objects.filter((other) => groupOf(other.name) === group);
    const before = () =>
      members
        .flatMap(({ after }) => after)
        .map(groupOf)
        .filter((parent) => parent !== group);
    settled.set(
      group,
      (async () => {
        await Promise.resolve();
        await Promise.all(before().map((parent) => settled.get(parent)!));
        await comparison.compare(members.map((member) => member.name));
      })(),
    );
  }
  await Promise.all(settled.values());
}

/** The objects of one verification under way. */
class Comparison {
  private inFlight = 0;
  private done = 0;
  /** What is waited for, by the objects that wait. */
  private readonly waits = new Map<string, string>();
  private told: string | null = null;
  private noting: Promise<void> = Promise.resolve();

  constructor(
    private readonly request: VerificationRequest,
    private readonly atOnce: number,
    private readonly place: ComparisonPlace,
  ) {}

  /** Compares an object or a unit, however often it takes. Throws only when cancelled. */
  async compare(objects: readonly string[]): Promise<void> {
    const { verificationId } = this.request;
    const name = objects.join(', ');
    try {
      for (let waitMs = shortestWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
        const { busy } = await this.inTurn(() => compareObjects({ verificationId, objects }));
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

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    await condition(() => this.inFlight < this.atOnce);
    this.inFlight += 1;
    try {
      return await this.place.whenOpen(work);
    } finally {
      this.inFlight -= 1;
    }
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
    // One after the other: two notes under way could arrive the wrong way round, and the older one would stay.
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
