import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  rootCause,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ComparisonEnd, VerificationPlan } from '../activities/results';
import type { Verdict, VerificationRequest, VerificationStatus } from '../src/domain/verification';
import { cancelVerification } from './messages';
import {
  compareObjects,
  endComparison,
  finishVerification,
  noteVerification,
  openVerification,
} from './resync-activities';
import { attributesOfVerification, statusAttribute } from './visibility';

/** Waits before an object that a resync is in the middle of is looked at again: the first, and the longest. */
const shortestWaitMs = 1_000;
const longestWaitMs = 60_000;

export interface VerificationResult {
  readonly verificationId: string;
  readonly status: VerificationStatus;
  readonly verdict: Verdict;
  readonly message: string;
}

/**
 * Compares a district with the state and writes nothing at either: parents before children, because whether a record would
 * come hangs on its parents; what is independent side by side, a bounded number at a time. An object that a resync is in
 * the middle of is compared when that has ended. An object that can't be compared says so; the others go on.
 */
export async function verification(request: VerificationRequest): Promise<VerificationResult> {
  const { verificationId } = request;
  const whole = new CancellationScope();
  let cancelledBy: string | null = null;
  let ended = false;
  setHandler(
    cancelVerification,
    ({ by }): void => {
      cancelledBy ??= by;
      whole.cancel();
    },
    {
      validator: (_cancel: { by: string }) => {
        if (ended) throw ApplicationFailure.nonRetryable(`${verificationId} has ended.`, 'VerificationEnded');
      },
    },
  );
  upsertSearchAttributes(attributesOfVerification(request, 'running'));
  let failure: string | null = null;
  try {
    await whole.run(async () => compareAll(request, await openVerification(request)));
  } catch (error) {
    if (!isCancellation(error)) failure = rootCause(error) ?? 'The verification gave up.';
    else cancelledBy ??= 'an operator in Temporal';
  }
  return CancellationScope.nonCancellable(async () => {
    ended = true;
    const status = failure !== null ? 'failed' : cancelledBy !== null ? 'cancelled' : 'finished';
    const message = failure ?? (cancelledBy !== null ? `Cancelled by ${cancelledBy}.` : null);
    const end = await finishVerification({ verificationId, status, message });
    upsertSearchAttributes([{ key: statusAttribute, value: end.status }]);
    setCurrentDetails(`**${end.status}**: ${end.message}`);
    await condition(allHandlersFinished);
    return { verificationId, ...end };
  });
}

async function compareAll(request: VerificationRequest, plan: VerificationPlan): Promise<void> {
  const comparison = new Comparison(request, plan.atOnce);
  const groupOf = (name: string): string => units.get(name) ?? name;
  const units = new Map(plan.objects.map(({ name, unit }) => [name, unit ?? name]));
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
  private underWay = 0;
  private done = 0;
  /** What is waited for, by the objects that wait. */
  private readonly waits = new Map<string, string>();
  private told: string | null = null;

  constructor(
    private readonly request: VerificationRequest,
    private readonly atOnce: number,
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
    await condition(() => this.underWay < this.atOnce);
    this.underWay += 1;
    try {
      return await work();
    } finally {
      this.underWay -= 1;
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
    await noteVerification({ verificationId: this.request.verificationId, status, message });
    upsertSearchAttributes([{ key: statusAttribute, value: status }]);
    this.tell();
  }

  private tell(): void {
    setCurrentDetails(`${this.done} compared. ${this.told ?? ''}`);
  }
}
