import type { TemporalCalls, WorkflowStatus } from '../../temporal/calls';
import { startAgain, startStateRequest as start } from '../../temporal/start-workflows';
import {
  cancelStateRequest,
  type StateRequestCancel,
  stateRequestWorkflowId,
} from '../../../workflows/messages';
import { attributeKeys } from '../../domain/search-attributes';

/** Has a state's request carried out; one that is, or was, is left alone. Idempotent. */
export function startStateRequest(
  temporal: TemporalCalls,
  request: { readonly stateRequestId: string; readonly summary: string },
): Promise<void> {
  return temporal.call((client, taskQueue) => start(client, taskQueue, request));
}

/** Has a request that has ended carried on; one that still is, is left alone. Idempotent. */
export function restartStateRequest(temporal: TemporalCalls, stateRequestId: string): Promise<void> {
  return temporal.call((client, taskQueue) =>
    startAgain(client, 'stateRequest', {
      workflowId: stateRequestWorkflowId(stateRequestId),
      taskQueue,
      args: [{ stateRequestId }],
      staticSummary: 'A request of the state, carried on for districts that are tried again',
      typedSearchAttributes: [
        { key: attributeKeys.initiator, value: 'state' },
        { key: attributeKeys.scenario, value: 'STATE_REQUEST' },
      ],
    }),
  );
}

/** `false`: no such request is being carried out. */
export function tellCancelled(
  temporal: TemporalCalls,
  stateRequestId: string,
  cancel: StateRequestCancel,
): Promise<boolean> {
  return temporal.tell(stateRequestWorkflowId(stateRequestId), (workflow) =>
    workflow.executeUpdate(cancelStateRequest, { args: [cancel] }),
  );
}

export function findStateRequest(temporal: TemporalCalls, stateRequestId: string): Promise<WorkflowStatus> {
  return temporal.statusOf(stateRequestWorkflowId(stateRequestId));
}
