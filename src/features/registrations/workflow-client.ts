import { WorkflowFailedError } from '@temporalio/client';
import { Unavailable } from '../../temporal/call-errors';
import type { TemporalCalls, WorkflowStatus } from '../../temporal/calls';
import { startOnce } from '../../temporal/start-workflows';
import { districtImportWorkflowId } from '../../../workflows/messages';

/** Has it carried out; what is, or was, is left alone. Idempotent. */
export function startImport(temporal: TemporalCalls, importId: string): Promise<void> {
  return temporal.call((client, taskQueue) =>
    startOnce(client, 'districtImport', {
      workflowId: districtImportWorkflowId(importId),
      taskQueue,
      args: [{ importId }],
      staticSummary: 'Registers districts',
    }),
  );
}

/**
 * The same, and waits for its end.
 * @throws Unavailable when no worker has done it within twelve seconds
 */
export function executeImport(temporal: TemporalCalls, importId: string): Promise<void> {
  return temporal.call(async (client, taskQueue) => {
    try {
      await client.workflow.execute('districtImport', {
        taskQueue,
        workflowId: districtImportWorkflowId(importId),
        args: [{ importId }],
        workflowExecutionTimeout: '12 seconds',
        staticSummary: 'Registers or changes a district',
      });
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      throw new Unavailable('No worker has tested the district’s database: try again later.');
    }
  });
}

/** Where an import is. */
export function findImport(temporal: TemporalCalls, importId: string): Promise<WorkflowStatus> {
  return temporal.statusOf(districtImportWorkflowId(importId));
}
