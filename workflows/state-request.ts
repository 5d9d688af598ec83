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
import { statusAttribute } from './visibility';

const { openStateRequest, advanceStateRequest, withdrawDistricts, closeStateRequest } =
  proxyActivities<ResyncActivities>(requestOptions);

export interface StateRequestInput {
  readonly stateRequestId: string;
  /** Looks of one run of this workflow (11 events each); default `pollsPerRun`. */
  readonly looks?: number;
  /** Carried over by continue-as-new. */
  readonly carried?: {
    readonly pollMs: number;
    readonly cancel: StateRequestCancel | null;
    readonly withdrawn: StateRequestCancel | null;
  };
}

/** A look costs 11 events; Temporal suggests to continue as new at 4,096 and warns at 10,240. */
const pollsPerRun = 300;

/**
 * What the state asks of many districts: hands each district's agent its resync, a bounded number at a time, tries those
 * it can't reach again while the window is open, and closes the books when all have ended. Where each district stands is
 * in the control database; here is only when to look next. A district's failure is its own.
 * It looks, instead of being told or keeping an activity waiting: a thousand signals are a thousand events, and a waiting
 * activity would hold one of the worker's few places for as long as the slowest district takes.
 */
export async function stateRequest(input: StateRequestInput): Promise<StateRequestStatus> {
  const { stateRequestId, looks = pollsPerRun } = input;
  let { pollMs, cancel, withdrawn } = input.carried ?? { pollMs: 0, cancel: null, withdrawn: null };
  let look: RequestPoll | null = null;
  let ended = false;
  setHandler(stateRequestCounts, () => look?.counts ?? null);
  setHandler(
    cancelStateRequest,
    ({ by, running }): void => {
      // Said twice: the first name stays, and runs left alone may still be cancelled.
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
    for (let looked = 0; ; looked += 1) {
      if (looked >= looks) await goOn();
      const toWithdraw = cancel;
      if (toWithdraw !== null && toWithdraw !== withdrawn) {
        await withdrawDistricts({ stateRequestId, ...toWithdraw });
        withdrawn = toWithdraw;
      }
      look = await advanceStateRequest({ stateRequestId, pollMs, dispatch: cancel === null });
      pollMs = look.pollMs;
      setCurrentDetails(describeCounts(look.counts));
      if (!look.open) return;
      await condition(cancelAsked, look.againMs);
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
  upsertSearchAttributes([{ key: statusAttribute, value: status }]);
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
