import type { TemporalCalls } from '../../temporal/calls';
import { inTurnOf } from '../../temporal/start-workflows';
import { type SyncEventInput, syncEventWorkflowId } from '../../../workflows/messages';
import { attributeKeys } from '../../domain/search-attributes';

/**
 * Has a sync event carried out; one under way is left alone, one that has ended finds nothing to
 * do.
 */
export async function startSyncEvent(temporal: TemporalCalls, event: SyncEventInput): Promise<void> {
  await temporal.call((client, taskQueue) =>
    client.workflow.start('syncEvent', {
      taskQueue,
      workflowId: syncEventWorkflowId(event.syncEventId),
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [event],
      ...inTurnOf(event.districtId),
      staticSummary: `The state's values for ${event.districtId}`,
      typedSearchAttributes: [{ key: attributeKeys.district, value: event.districtId }],
    }),
  );
}
