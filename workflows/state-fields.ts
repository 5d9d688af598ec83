import { isCancellation, log, ParentClosePolicy, rootCause, startChild, uuid4 } from '@temporalio/workflow';
import type { PreparedObject } from '../activities/contracts';
import type { ResyncRequest } from '../src/domain/resync';
import { syncEventWorkflowId } from './messages';
import type { RunContext } from './run-context';
import { failSyncEvent, settleStateFields } from './activities';
import type { RunProgress } from './run-progress';
import { syncEvent } from './sync-event';

/**
 * At a run's end, for each object with fields of the state's own: what the state assigns is given,
 * and a sync event carries down whatever differs, after the run and apart from it: a district that
 * can't be written to must not hold the run. A failure is the event's own, told to the state by an
 * alert; the next run tries again.
 */
export async function settleFieldsOfState(
  run: RunContext,
  { resyncId, districtId }: ResyncRequest,
  objects: readonly PreparedObject[],
  progress: RunProgress,
): Promise<void> {
  for (const { name, stateFields: object } of objects) {
    if (object === undefined || progress.didNotFinish(name)) continue;
    // Tells nothing of the run: a district sees the event, but not what the state's runs are about.
    const syncEventId = uuid4();
    try {
      await run.gate.whenOpen(() => settleStateFields({ resyncId, object, syncEventId, epoch: run.epoch }));
    } catch (error) {
      if (isCancellation(error)) throw error;
      await failSyncEvent({ syncEventId, message: rootCause(error) ?? 'It gave up.' });
      continue;
    }
    await startEvent(syncEventId, districtId);
  }
}

/** One that can't be started is made up for by the API's pass over open events. */
async function startEvent(syncEventId: string, districtId: string): Promise<void> {
  try {
    await startChild(syncEvent, {
      workflowId: syncEventWorkflowId(syncEventId),
      args: [{ syncEventId, districtId }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `The state's values for ${districtId}`,
    });
  } catch (error) {
    log.warn('A sync event was left to the next pass.', { syncEventId, error: String(error) });
  }
}
