import type { TemporalCalls, WorkflowStatus } from '../../temporal/calls';
import { type CertificationRef, startCertification as startNow } from '../../temporal/start-workflows';
import { certificationWorkflowId } from '../../../workflows/messages';

/** Has a district certified, or compared with what was certified. Idempotent. */
export function startCertification(temporal: TemporalCalls, ref: CertificationRef): Promise<void> {
  return temporal.call((client, taskQueue) => startNow(client, taskQueue, ref));
}

export function findCertification(
  temporal: TemporalCalls,
  { certificationId, driftId }: CertificationRef,
): Promise<WorkflowStatus> {
  return temporal.statusOf(certificationWorkflowId(certificationId, driftId));
}
