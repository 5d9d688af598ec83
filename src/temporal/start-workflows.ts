/**
 * Handing requests to those who carry them out: the API, the reconciler and activities all do it
 * here.
 */
import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type { ResyncRequest } from '../domain/resync';
import { describeVerification, type VerificationRequest } from '../domain/verification';
import {
  agentWorkflowId,
  certificationWorkflowId,
  enqueueResync,
  type QueuePlace,
  stateRequestWorkflowId,
  verificationWorkflowId,
} from '../../workflows/messages';
import { attributeKeys } from '../domain/search-attributes';

/**
 * Gives a request to its district's agent, which is started when it isn't there. Safe to repeat.
 * @throws the SDK's errors; WorkflowUpdateFailedError with cause type QueueFull when too many wait
 */
export function giveToAgent(client: Client, taskQueue: string, request: ResyncRequest): Promise<QueuePlace> {
  // The key of a record that was asked for stays in the control database.
  const { selected: _, ...handed } = request;
  const { districtId, schoolYear, resyncId } = request;
  return client.workflow.executeUpdateWithStart(enqueueResync, {
    args: [handed],
    updateId: resyncId,
    startWorkflowOperation: new WithStartWorkflowOperation('districtAgent', {
      workflowId: agentWorkflowId(districtId, schoolYear),
      taskQueue,
      args: [{ districtId, schoolYear }],
      workflowIdConflictPolicy: 'USE_EXISTING',
      ...inTurnOf(districtId),
      staticSummary: `Queue of ${districtId}, school year ending ${schoolYear}`,
      typedSearchAttributes: [
        { key: attributeKeys.district, value: districtId },
        { key: attributeKeys.schoolYear, value: schoolYear },
      ],
    }),
  });
}

/**
 * Of tasks that wait, Temporal hands out each district's in turn (servers that know fairness), not
 * all of one first. What a workflow starts is the district's too.
 */
export function inTurnOf(districtId: string): Pick<WorkflowStartOptions, 'priority'> {
  return { priority: { fairnessKey: districtId } };
}

/** A schedule's id at Temporal: readable in Temporal Web, and no two schedules share one. */
export function scheduleIdAtTemporal({
  districtId,
  scheduleId,
}: {
  /** `null`: it is the state's, over its districts. */
  readonly districtId: string | null;
  readonly scheduleId: string;
}): string {
  return `schedule:${districtId ?? 'state'}:${scheduleId}`;
}

/**
 * Has a verification made; one that is, or was, is left alone. Safe to repeat. @throws the SDK's
 * errors
 */
export function startVerification(
  client: Client,
  taskQueue: string,
  request: VerificationRequest,
): Promise<void> {
  return startOnce(client, 'verification', {
    workflowId: verificationWorkflowId(request.verificationId),
    taskQueue,
    args: [request],
    ...inTurnOf(request.districtId),
    staticSummary: describeVerification(request),
  });
}

/** A certification, or a comparison with it. */
export interface CertificationRef {
  readonly certificationId: string;
  readonly driftId?: string;
}

/**
 * Has a district certified, or compared with what was certified; what is under way is left alone.
 * Safe to repeat. @throws the SDK's errors
 */
export function startCertification(client: Client, taskQueue: string, ref: CertificationRef): Promise<void> {
  return startOnce(client, 'certification', {
    workflowId: certificationWorkflowId(ref.certificationId, ref.driftId),
    taskQueue,
    args: [ref],
    staticSummary:
      ref.driftId === undefined ? 'Certifies a district' : 'Compares a district with what was certified',
  });
}

/** Has a state's request carried out; one that is, or was, is left alone. Safe to repeat. */
export function startStateRequest(
  client: Client,
  taskQueue: string,
  { stateRequestId, summary }: { readonly stateRequestId: string; readonly summary: string },
): Promise<void> {
  return startOnce(client, 'stateRequest', {
    workflowId: stateRequestWorkflowId(stateRequestId),
    taskQueue,
    args: [{ stateRequestId }],
    staticSummary: summary,
    typedSearchAttributes: [
      { key: attributeKeys.initiator, value: 'state' },
      { key: attributeKeys.scenario, value: 'STATE_REQUEST' },
    ],
  });
}

type OnceOptions = Omit<WorkflowStartOptions, 'workflowIdReusePolicy'>;

/**
 * Starts a workflow that there is once for its id, whether it runs or has ended. Safe to repeat.
 * @throws the SDK's errors
 */
export function startOnce(client: Client, workflowType: string, options: OnceOptions): Promise<void> {
  return startUnlessThere(client, workflowType, { ...options, workflowIdReusePolicy: 'REJECT_DUPLICATE' });
}

/** As startOnce, of a workflow that may go on after it has ended. Safe to repeat while it runs. */
export function startAgain(client: Client, workflowType: string, options: OnceOptions): Promise<void> {
  return startUnlessThere(client, workflowType, { ...options, workflowIdReusePolicy: 'ALLOW_DUPLICATE' });
}

async function startUnlessThere(
  client: Client,
  workflowType: string,
  options: WorkflowStartOptions,
): Promise<void> {
  try {
    await client.workflow.start(workflowType, options);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
