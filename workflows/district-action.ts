import {
  CancellationScope,
  continueAsNew,
  proxyActivities,
  rootCause,
  setCurrentDetails,
  sleep,
} from '@temporalio/workflow';
import type { ResyncActivities } from '../activities';
import { recordOptions, requestOptions } from './activity-options';

const { advanceDistrictAction } = proxyActivities<ResyncActivities>(requestOptions);
const { closeDistrictAction } = proxyActivities<ResyncActivities>(recordOptions);

export interface DistrictActionInput {
  readonly districtActionId: string;
  /** Carried over by continue-as-new. */
  readonly pollMs?: number;
}

/** A poll costs 11 events; Temporal suggests to continue as new at 4,096. */
const pollsPerRun = 300;

/**
 * What the state does with many districts in one call: a bounded number of them at a time, each by
 * itself. Where each stands is in the control database; this workflow only knows when to go on.
 */
export async function districtAction({
  districtActionId,
  pollMs = 0,
}: DistrictActionInput): Promise<'ended' | 'failed'> {
  let waitMs = pollMs;
  try {
    for (let polled = 0; polled < pollsPerRun; polled++) {
      const poll = await advanceDistrictAction({ districtActionId, pollMs: waitMs });
      setCurrentDetails(`${poll.left} left.`);
      if (poll.left === 0) return 'ended';
      waitMs = poll.pollMs;
      if (waitMs > 0) await sleep(waitMs);
    }
  } catch (error) {
    const message = rootCause(error) ?? 'It gave up.';
    await CancellationScope.nonCancellable(() => closeDistrictAction({ districtActionId, message }));
    return 'failed';
  }
  return continueAsNew<typeof districtAction>({ districtActionId, pollMs: waitMs });
}
