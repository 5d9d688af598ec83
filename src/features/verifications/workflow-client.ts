import type { VerificationRequest } from '../../domain/verification';
import type { TemporalCalls, WorkflowStatus } from '../../temporal/calls';
import { startVerification } from '../../temporal/start-workflows';
import { cancelVerification, verificationWorkflowId } from '../../../workflows/messages';

/** Has a verification made; one that is, or was, is left alone. Idempotent. */
export function startComparison(temporal: TemporalCalls, request: VerificationRequest): Promise<void> {
  return temporal.call((client, taskQueue) => startVerification(client, taskQueue, request));
}

/** `false`: no such verification is under way. */
export function tellCancelled(temporal: TemporalCalls, verificationId: string, by: string): Promise<boolean> {
  return temporal.tell(verificationWorkflowId(verificationId), (workflow) =>
    workflow.executeUpdate(cancelVerification, { args: [{ by }] }),
  );
}

export function findVerification(temporal: TemporalCalls, verificationId: string): Promise<WorkflowStatus> {
  return temporal.statusOf(verificationWorkflowId(verificationId));
}
