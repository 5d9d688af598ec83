import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { Unavailable } from '../../temporal/call-errors';
import type { TemporalCalls } from '../../temporal/calls';
import {
  type IdentityAnswer,
  type IdentityQuestion,
  identityResolutionWorkflowId,
} from '../../../workflows/messages';

/**
 * Has a conflict resolved, or only looked at, by a worker, which alone reaches the editions.
 * @throws Unavailable when a database doesn't answer in time
 */
export function resolveConflict(
  temporal: TemporalCalls,
  question: IdentityQuestion,
): Promise<IdentityAnswer> {
  return temporal.call(async (client, taskQueue) => {
    try {
      return (await client.workflow.execute('identityResolution', {
        taskQueue,
        workflowId: identityResolutionWorkflowId(question.conflictId, randomUUID()),
        args: [question],
        workflowExecutionTimeout: '90 seconds',
        staticSummary: `${question.preview ? 'Looks at' : 'Resolves'} identity conflict ${question.conflictId}`,
      })) as IdentityAnswer;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      throw new Unavailable('A database does not answer, or is busy: try again later.');
    }
  });
}
