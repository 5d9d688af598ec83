/** Giving one district of a state's request to its agent, and taking it back. */
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { databaseOfYear, whyNoYearDatabase } from '../src/config';
import { catalogHashOf } from '../src/catalog/hash';
import { giveToAgent } from '../src/temporal/start-workflows';
import { ControlError, NotFoundError } from '../src/control/control-error';
import { finishResync, forgetRefusedResync, insertResync, loadResync } from '../src/features/resyncs/store';
import {
  noteAttempt,
  noteHandedOver,
  noteNotRun,
  type RequestDistrict,
} from '../src/features/state-requests/district-store';
import type { StoredStateRequest } from '../src/features/state-requests/store';
import { PlanError } from '../src/domain/plan';
import type { ResyncRequest, ResyncStatus } from '../src/domain/resync';
import { DatabaseError } from '../src/editions/connection/errors';
import { probeDistrict } from '../src/editions/connection/probe-district';
import { agentWorkflowId, cancelResync, resyncWorkflowId, withdrawResync } from '../workflows/messages';
import type { ActivityDependencies } from './dependencies';
import { planRun } from './plan-run';

/** An agent that doesn't answer in this time holds up other districts: it is tried again later. */
const agentMs = 15_000;

/**
 * Hands a district its resync, or notes why not. Safe to repeat: the resync's id is known
 * beforehand.
 * @returns whether its agent has it now
 */
export async function dispatchDistrict(
  dependencies: ActivityDependencies,
  request: StoredStateRequest,
  district: RequestDistrict,
): Promise<boolean> {
  const { config, catalog, control } = dependencies;
  const { stateRequestId } = request;
  const { districtId, resyncId, attempts } = district;
  const notRun = async (message: string): Promise<false> => {
    await noteNotRun(control, { stateRequestId, districtId, message });
    return false;
  };
  const later = async (message: string): Promise<false> => {
    await noteAttempt(control, { stateRequestId, districtId, attempts, message });
    return false;
  };
  const configured = config.districts.find(({ id }) => id === districtId);
  if (!configured) return notRun('The worker knows no such district: it may have been retired.');
  const resync = resyncRequestOf(request, district);
  try {
    await planRun({ catalog, control }, configured, resync);
    if (configured.whyNoDatabase !== undefined) return later(configured.whyNoDatabase);
    const databaseUrl = databaseOfYear(configured, resync.schoolYear);
    if (databaseUrl === null) return notRun(whyNoYearDatabase(districtId, resync.schoolYear));
    await probeDistrict(databaseUrl);
  } catch (error) {
    if (error instanceof PlanError) return notRun(error.message);
    if (error instanceof DatabaseError) return later(error.message);
    throw error;
  }
  await storeOnce(control, resync, catalogHashOf(catalog));
  try {
    const { client } = Context.current();
    await client.connection.withDeadline(Date.now() + agentMs, () =>
      giveToAgent(client, config.temporal.taskQueue, resync),
    );
  } catch (error) {
    const refused = refusalOf(error);
    if (refused !== null) await forgetRefusedResync(control, resyncId);
    return later(refused ?? 'The district’s agent did not answer.');
  }
  if (await noteHandedOver(control, { stateRequestId, districtId })) return true;
  const message = 'The district was taken back while it was given to its agent.';
  await takeBackDistrict(dependencies, stateRequestId, district, message);
  return false;
}

/**
 * Takes a district back if its resync has not begun; one that has is followed from now on.
 * @returns false when it runs or has ended
 */
export async function takeBackDistrict(
  dependencies: ActivityDependencies,
  stateRequestId: string,
  district: RequestDistrict,
  message: string,
): Promise<boolean> {
  if (!(await takeBackRun(dependencies, stateRequestId, district, message))) return false;
  await noteNotRun(dependencies.control, { stateRequestId, districtId: district.districtId, message });
  return true;
}

/**
 * Ends what is stored of a district's resync, if it has not begun: of an agent that didn't answer
 * nobody knows whether it has it, and the reconciler gives it what is stored.
 * @returns false when it runs or has ended: then the district counts as handed over
 */
export async function takeBackRun(
  { control }: ActivityDependencies,
  stateRequestId: string,
  { districtId, schoolYear, resyncId }: RequestDistrict,
  message: string,
): Promise<boolean> {
  const status = await statusOf(control, resyncId);
  if (status === null) return true;
  if (status !== 'accepted' && status !== 'queued') {
    await noteHandedOver(control, { stateRequestId, districtId });
    return false;
  }
  const agent = Context.current().client.workflow.getHandle(agentWorkflowId(districtId, schoolYear));
  const withdrawn = await orFalse(() => agent.executeUpdate(withdrawResync, { args: [resyncId] }));
  if (!withdrawn && (await isRunning(resyncId))) {
    await noteHandedOver(control, { stateRequestId, districtId });
    return false;
  }
  await finishResync(control, { resyncId, status: 'cancelled', message });
  return true;
}

/** Tells a district's run to stop. `false`: it has just ended, or never began. */
export async function cancelRun(resyncId: string, by: string): Promise<boolean> {
  const run = Context.current().client.workflow.getHandle(resyncWorkflowId(resyncId));
  return (await orFalse(() => run.executeUpdate(cancelResync, { args: [{ by }] }))) !== false;
}

function resyncRequestOf(request: StoredStateRequest, district: RequestDistrict): ResyncRequest {
  return {
    resyncId: district.resyncId,
    districtId: district.districtId,
    schoolYear: district.schoolYear,
    objects: request.objects,
    checkDependencies: request.checkDependencies,
    scenario: request.scenario,
    initiator: 'state',
    mode: request.mode,
    requestedBy: request.requestedBy,
  };
}

async function storeOnce(
  control: ActivityDependencies['control'],
  request: ResyncRequest,
  catalogHash: string,
): Promise<void> {
  try {
    await insertResync(control, { request, catalogHash });
  } catch (error) {
    if (!(error instanceof ControlError) || error.kind !== 'duplicate') throw error;
  }
}

async function statusOf(
  control: ActivityDependencies['control'],
  resyncId: string,
): Promise<ResyncStatus | null> {
  try {
    return (await loadResync(control, resyncId)).status;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

async function isRunning(resyncId: string): Promise<boolean> {
  const run = Context.current().client.workflow.getHandle(resyncWorkflowId(resyncId));
  return orFalse(async () => (await run.describe()).status.name === 'RUNNING');
}

/** The agent's own words when its queue is full, else `null`. */
function refusalOf(error: unknown): string | null {
  if (!(error instanceof WorkflowUpdateFailedError)) return null;
  const { cause } = error;
  return cause instanceof ApplicationFailure && cause.type === 'QueueFull' ? cause.message : null;
}

/** The workflow isn't there (any more), or refuses because it has ended: nothing to do. */
export async function orFalse<T>(work: () => Promise<T>): Promise<T | false> {
  try {
    return await Context.current().client.connection.withDeadline(Date.now() + agentMs, work);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) return false;
    throw error;
  }
}
