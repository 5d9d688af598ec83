import { CancellationScope, proxyActivities, rootCause } from '@temporalio/workflow';
import type { ResyncActivities } from '../activities';
import { recordOptions, nonRetryableTypes, rangeOptions } from './activity-options';
import type { RecordAnswer, RecordQuestion } from './messages';

/** A person waits for the answer. */
const { findRecord } = proxyActivities<ResyncActivities>({
  startToCloseTimeout: '8 seconds',
  scheduleToCloseTimeout: '10 seconds',
  retry: { initialInterval: '500 milliseconds', nonRetryableErrorTypes: nonRetryableTypes },
});
const { previewSelection } = proxyActivities<ResyncActivities>({
  ...rangeOptions,
  scheduleToCloseTimeout: '1 hour',
});
const { failPreview } = proxyActivities<ResyncActivities>(recordOptions);

/** Is there such a record at the district? Only the worker can look. */
export function recordLook(question: RecordQuestion): Promise<RecordAnswer> {
  return findRecord(question);
}

/** What a selective sync would send; the answer stands in the control database. */
export async function selectivePreview({ previewId }: { previewId: string }): Promise<void> {
  try {
    await previewSelection({ previewId });
  } catch (error) {
    const message = rootCause(error) ?? 'It gave up.';
    await CancellationScope.nonCancellable(() => failPreview({ previewId, message }));
  }
}
