import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  proxyActivities,
  rootCause,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ResyncActivities } from '../activities';
import type { RequestPoll } from '../activities/contracts';
import { describeCounts, type StateRequestStatus } from '../src/domain/state-request';
import { requestOptions } from './activity-options';
import { cancelStateRequest, type StateRequestCancel, stateRequestCounts } from './messages';
import { attributeKeys } from '../src/domain/search-attributes';

const { openStateRequest, advanceStateRequest, withdrawDistricts, closeStateRequest } =
  proxyActivities<ResyncActivities>(requestOptions);

export interface StateRequestInput {
  readonly stateRequestId: string;
  /** Polls of one run of this workflow (11 events each); default `pollsPerRun`. */
  readonly polls?: number;
  /** Carried over by continue-as-new. */
  readonly carried?: {
    readonly pollMs: number;
    readonly cancel: StateRequestCancel | null;
    readonly withdrawn: StateRequestCancel | null;
  };
}

/** A poll costs 11 events; Temporal suggests to continue as new at 4,096 and warns at 10,240. */
const pollsPerRun = 300;

/**
 * A state's request to many districts: dispatches each district's resync to its agent, a bounded
 * number at a time, retries the ones it can't reach while the window is open, and closes the
 * request when all have ended. The status of each district is in the control database; this
 * workflow only knows when to poll next. One district's failure doesn't affect the others. It polls
 * because the alternatives cost more: a thousand signals are a thousand events, and an activity
 * that waits would occupy one of the worker's few slots as long as the slowest district.
 */
export async function stateRequest(input: StateRequestInput): Promise<StateRequestStatus> {
  const { stateRequestId, polls = pollsPerRun } = input;
  let { pollMs, cancel, withdrawn } = input.carried ?? { pollMs: 0, cancel: null, withdrawn: null };
  let poll: RequestPoll | null = null;
  let ended = false;
  setHandler(stateRequestCounts, () => poll?.counts ?? null);
  setHandler(
    cancelStateRequest,
    ({ by, running }): void => {
      // Asked twice: the first name stays, and runs left alone may still be cancelled.
      cancel = { by: cancel?.by ?? by, running: cancel?.running === 'cancel' ? 'cancel' : running };
    },
    {
      validator: (_cancel: StateRequestCancel) => {
        if (ended) throw ApplicationFailure.nonRetryable(`${stateRequestId} has ended.`, 'RequestEnded');
      },
    },
  );
  CancellationScope.current().cancelRequested.catch(() => {
    cancel ??= { by: 'an operator in Temporal', running: 'leave' };
  });
  const cancelAsked = () => cancel !== withdrawn;

  const carryOut = async (): Promise<void> => {
    if (!input.carried) {
      const { untilOpenMs } = await openStateRequest({ stateRequestId });
      tell('running', 'Waits for its window to open.');
      if (untilOpenMs > 0) await condition(cancelAsked, untilOpenMs);
    }
    for (let polled = 0; ; polled += 1) {
      if (polled >= polls) await goOn();
      const toWithdraw = cancel;
      if (toWithdraw !== null && toWithdraw !== withdrawn) {
        await withdrawDistricts({ stateRequestId, ...toWithdraw });
        withdrawn = toWithdraw;
      }
      poll = await advanceStateRequest({ stateRequestId, pollMs, dispatch: cancel === null });
      pollMs = poll.pollMs;
      setCurrentDetails(describeCounts(poll.counts));
      if (!poll.open) return;
      await condition(cancelAsked, poll.againMs);
    }
  };
  const goOn = async (): Promise<void> => {
    await condition(allHandlersFinished);
    await continueAsNew<typeof stateRequest>({ ...input, carried: { pollMs, cancel, withdrawn } });
  };

  return CancellationScope.nonCancellable(async () => {
    const failure = await failureOf(carryOut);
    ended = true;
    const end = await closeStateRequest({ stateRequestId, cancelledBy: nameOf(cancel), failure });
    tell(end.status, end.message);
    await condition(allHandlersFinished);
    return end.status;
  });
}

const nameOf = (cancel: StateRequestCancel | null): string | null => cancel?.by ?? null;

function tell(status: StateRequestStatus, details: string): void {
  upsertSearchAttributes([{ key: attributeKeys.status, value: status }]);
  setCurrentDetails(details);
}

/** `null`: it went well. Continue-as-new is thrown too, and is no failure. */
async function failureOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof Error && error.name === 'ContinueAsNew') throw error;
    return rootCause(error) ?? 'It gave up.';
  }
}
