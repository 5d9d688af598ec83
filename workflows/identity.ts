import { proxyActivities } from '@temporalio/workflow';
import type { ResyncActivities } from '../activities';
import { nonRetryableTypes } from './activity-options';
import type { IdentityAnswer, IdentityQuestion } from './messages';

/** A person waits for the answer. */
const { resolveIdentityConflict } = proxyActivities<ResyncActivities>({
  startToCloseTimeout: '60 seconds',
  scheduleToCloseTimeout: '80 seconds',
  retry: { initialInterval: '500 milliseconds', nonRetryableErrorTypes: nonRetryableTypes },
});

/** Resolves an identity conflict at the state, or shows what that would change. */
export function identityResolution(question: IdentityQuestion): Promise<IdentityAnswer> {
  return resolveIdentityConflict(question);
}
