import { CancellationScope, proxyActivities, rootCause } from '@temporalio/workflow';
import type { ResyncActivities } from '../activities';
import { recordOptions, requestOptions } from './activity-options';

const { settleImport } = proxyActivities<ResyncActivities>({
  ...requestOptions,
  startToCloseTimeout: '2 hours',
});
const { failImport } = proxyActivities<ResyncActivities>(recordOptions);

/**
 * Registers and changes districts. What is known of them, their accounts above all, is in the
 * control database and never here.
 */
export async function districtImport({ importId }: { readonly importId: string }): Promise<void> {
  try {
    await settleImport({ importId });
  } catch (error) {
    const message = rootCause(error) ?? 'It gave up.';
    await CancellationScope.nonCancellable(() => failImport({ importId, message }));
  }
}
