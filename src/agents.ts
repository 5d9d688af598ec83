/** Handing requests to the agents: the API, the reconciler and activities all do it here. */
import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { ResyncRequest } from './domain/resync';
import { agentWorkflowId, enqueueResync, type QueuePlace } from '../workflows/messages';

const district = defineSearchAttributeKey('ResyncDistrict', SearchAttributeType.KEYWORD);
const schoolYearKey = defineSearchAttributeKey('ResyncSchoolYear', SearchAttributeType.INT);

/**
 * Gives a request to its district's agent, which is started when it isn't there. Safe to repeat.
 * @throws the SDK's errors; WorkflowUpdateFailedError with cause type QueueFull when too many wait
 */
export function giveToAgent(client: Client, taskQueue: string, request: ResyncRequest): Promise<QueuePlace> {
  const { districtId, schoolYear, resyncId } = request;
  return client.workflow.executeUpdateWithStart(enqueueResync, {
    args: [request],
    updateId: resyncId,
    startWorkflowOperation: new WithStartWorkflowOperation('districtAgent', {
      workflowId: agentWorkflowId(districtId, schoolYear),
      taskQueue,
      args: [{ districtId, schoolYear }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `Queue of ${districtId}, school year ending ${schoolYear}`,
      typedSearchAttributes: [
        { key: district, value: districtId },
        { key: schoolYearKey, value: schoolYear },
      ],
    }),
  });
}
