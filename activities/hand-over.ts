/** Giving a stored resync to its district's agent. */
import { Context } from '@temporalio/activity';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { ConflictError } from '../src/control/control-error';
import { forgetRefusedResync, setResyncStatus } from '../src/features/resyncs/store';
import type { ResyncRequest } from '../src/domain/resync';
import { giveToAgent } from '../src/temporal/start-workflows';
import type { ActivityDependencies } from './dependencies';
import { Refusal } from './firing-year';

/**
 * @throws Refusal when the queue is full; then nothing of it is kept, and asking again may work
 */
export async function handOver(
  { config, control }: ActivityDependencies,
  request: ResyncRequest,
): Promise<void> {
  const { resyncId } = request;
  let position: number;
  try {
    ({ position } = await giveToAgent(Context.current().client, config.temporal.taskQueue, request));
  } catch (error) {
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    if (cause instanceof ApplicationFailure && cause.type === 'QueueFull') {
      await forgetRefusedResync(control, resyncId);
      throw new Refusal(cause.message);
    }
    // It is stored: a repeated attempt, or the reconciler, gives it to its agent.
    throw ApplicationFailure.retryable('The district’s agent did not answer.', 'AgentUnreachable');
  }
  if (position === 0) return;
  try {
    await setResyncStatus(control, { resyncId, status: 'queued' });
  } catch (error) {
    // It runs already.
    if (!(error instanceof ConflictError)) throw error;
  }
}
