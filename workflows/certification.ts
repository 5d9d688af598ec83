import {
  CancellationScope,
  proxyActivities,
  rootCause,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ResyncActivities } from '../activities';
import { recordOptions, rangeOptions } from './activity-options';
import { copyTaskQueue } from './messages';

const { measureCertification } = proxyActivities<ResyncActivities>(rangeOptions);
const { endCertification } = proxyActivities<ResyncActivities>(recordOptions);

/** Which certification is to be made, or compared with today. */
export interface CertificationInput {
  readonly certificationId: string;
  /** Present: a comparison of the certified with today. */
  readonly driftId?: string;
}

/** Longest wait between two attempts while a run is under way. */
const longestWaitMs = 300_000;

/**
 * Measures what the state holds and has it signed, or compared with what was; waits while a resync
 * of the district and year is under way, because half of its records are no state to certify.
 * Results are in the control database.
 */
export async function certification(input: CertificationInput): Promise<'ended' | 'failed'> {
  const measure = () =>
    measureCertification.executeWithOptions(
      { ...rangeOptions, taskQueue: copyTaskQueue(workflowInfo().taskQueue) },
      [input],
    );
  try {
    // Measuring gives up by itself when it has waited too long.
    for (let waitMs = 2_000; (await measure()).waits; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      setCurrentDetails('Waits for the end of a resync of the district and school year.');
      await sleep(waitMs);
    }
    setCurrentDetails('Measured.');
    return 'ended';
  } catch (error) {
    const message = rootCause(error) ?? 'It gave up.';
    setCurrentDetails(message);
    await CancellationScope.nonCancellable(() => endCertification({ ...input, message }));
    return 'failed';
  }
}
