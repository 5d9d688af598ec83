import type { DistrictAction } from '../../domain/district-action';
import type { TemporalCalls, WorkflowStatus } from '../../temporal/calls';
import { startOnce } from '../../temporal/start-workflows';
import { districtActionWorkflowId } from '../../../workflows/messages';

/** Has it carried out; what is, or was, is left alone. Idempotent. */
export function startDistrictAction(
  temporal: TemporalCalls,
  { districtActionId, action }: { readonly districtActionId: string; readonly action?: DistrictAction },
): Promise<void> {
  return temporal.call((client, taskQueue) =>
    startOnce(client, 'districtAction', {
      workflowId: districtActionWorkflowId(districtActionId),
      taskQueue,
      args: [{ districtActionId }],
      staticSummary: action === undefined ? 'Many districts, taken up again' : `${action}: many districts`,
    }),
  );
}

export function findDistrictAction(
  temporal: TemporalCalls,
  districtActionId: string,
): Promise<WorkflowStatus> {
  return temporal.statusOf(districtActionWorkflowId(districtActionId));
}
