import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  rootCause,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Verdict, VerificationRequest, VerificationStatus } from '../src/domain/verification';
import { compareAll, type ComparisonPlace } from './comparison';
import { cancelVerification } from './messages';
import { finishVerification, openVerification } from './activities';
import { attributesOfVerification } from './visibility';
import { attributeKeys } from '../src/domain/search-attributes';

/**
 * A verification that is a workflow of its own: nothing holds it, and its status is what operators
 * filter by.
 */
function ofItsOwn(): ComparisonPlace {
  let told: VerificationStatus = 'running';
  return {
    whenOpen: (work) => work(),
    together: true,
    tell: (done, waitsFor) => {
      const status = waitsFor === null ? 'running' : 'waiting';
      if (status !== told) upsertSearchAttributes([{ key: attributeKeys.status, value: status }]);
      told = status;
      setCurrentDetails(`${done} compared. ${waitsFor ?? ''}`);
    },
  };
}

export interface VerificationResult {
  readonly verificationId: string;
  readonly status: VerificationStatus;
  readonly verdict: Verdict;
  readonly message: string;
}

/**
 * Compares a district with the state and writes nothing at either: parents before children, because
 * whether a record would come hangs on its parents; what is independent side by side, a bounded
 * number at a time. An object that a resync is in the middle of is compared when that has ended. An
 * object that can't be compared says so; the others go on.
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
    await whole.run(async () => compareAll(request, await openVerification(request), ofItsOwn()));
  } catch (error) {
    if (!isCancellation(error)) failure = rootCause(error) ?? 'The verification gave up.';
    else cancelledBy ??= 'an operator in Temporal';
  }
  return CancellationScope.nonCancellable(async () => {
    ended = true;
    const status = failure !== null ? 'failed' : cancelledBy !== null ? 'cancelled' : 'finished';
    const message = failure ?? (cancelledBy !== null ? `Cancelled by ${cancelledBy}.` : null);
    const end = await finishVerification({ verificationId, status, message });
    upsertSearchAttributes([{ key: attributeKeys.status, value: end.status }]);
    setCurrentDetails(`**${end.status}**: ${end.message}`);
    await condition(allHandlersFinished);
    return { verificationId, ...end };
  });
}
