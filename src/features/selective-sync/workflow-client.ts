import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { Unavailable } from '../../temporal/call-errors';
import type { TemporalCalls } from '../../temporal/calls';
import { inTurnOf, startOnce } from '../../temporal/start-workflows';
import {
  type RecordAnswer,
  recordLookWorkflowId,
  type RecordQuestion,
  selectivePreviewWorkflowId,
} from '../../../workflows/messages';

/**
 * Looks for a record at its district, which only a worker reaches. Takes as long as the district's
 * server does.
 * @throws Unavailable too when the district's database doesn't answer within ten seconds
 */
export function findRecord(
  temporal: TemporalCalls,
  {
    questionId,
    districtId,
    object,
  }: RecordQuestion & { readonly districtId: string; readonly object: string },
): Promise<RecordAnswer> {
  return temporal.call(async (client, taskQueue) => {
    try {
      return (await client.workflow.execute('recordLook', {
        taskQueue,
        workflowId: recordLookWorkflowId(districtId, randomUUID()),
        args: [{ questionId }],
        ...inTurnOf(districtId),
        workflowExecutionTimeout: '12 seconds',
        staticSummary: `Is there such a record of ${object} in ${districtId}?`,
      })) as RecordAnswer;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      throw new Unavailable('The district’s database does not answer: try again later.');
    }
  });
}

/** Has the preview of a selective sync made; one that is, or was, is left alone. Idempotent. */
export function startPreview(
  temporal: TemporalCalls,
  {
    previewId,
    districtId,
    summary,
  }: { readonly previewId: string; readonly districtId: string; readonly summary: string },
): Promise<void> {
  return temporal.call((client, taskQueue) =>
    startOnce(client, 'selectivePreview', {
      workflowId: selectivePreviewWorkflowId(previewId),
      taskQueue,
      args: [{ previewId }],
      ...inTurnOf(districtId),
      staticSummary: summary,
    }),
  );
}
