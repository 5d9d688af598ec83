import type { TemporalCalls, WorkflowStatus } from '../../temporal/calls';
import { startOnce } from '../../temporal/start-workflows';
import { certificationWorkflowId } from '../../../workflows/messages';

/** A certification, or a comparison with it. */
interface CertificationRef {
  readonly certificationId: string;
  readonly driftId?: string;
}

/**
 * Has a district certified, or compared with what was certified; what is under way is left alone.
 * Idempotent.
 */
export function startCertification(temporal: TemporalCalls, ref: CertificationRef): Promise<void> {
  return temporal.call((client, taskQueue) =>
    startOnce(client, 'certification', {
      workflowId: certificationWorkflowId(ref.certificationId, ref.driftId),
      taskQueue,
      args: [ref],
      staticSummary:
        ref.driftId === undefined ? 'Certifies a district' : 'Compares a district with what was certified',
    }),
  );
}

export function findCertification(
  temporal: TemporalCalls,
  { certificationId, driftId }: CertificationRef,
): Promise<WorkflowStatus> {
  return temporal.statusOf(certificationWorkflowId(certificationId, driftId));
}
