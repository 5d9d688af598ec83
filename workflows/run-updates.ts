import {
  ApplicationFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  setHandler,
} from '@temporalio/workflow';
import type { ResyncRequest } from '../src/domain/resync';
import {
  agentWorkflowId,
  cancelObject,
  cancelResync,
  pauseResync,
  preemptResync,
  resumeResync,
  restoreResync,
  resyncPreempted,
  type RunState,
} from './messages';
import { noteStatus, renewLease } from './activities';
import type { RunContext } from './run-context';
import type { PauseGate } from './pause-gate';
import type { RunProgress } from './run-progress';

/**
 * Pause, resume and cancel: each answers with where the run stands, and writes it where people
 * look.
 */
export function handleRunUpdates(
  resyncId: string,
  gate: PauseGate,
  progress: RunProgress,
  wholeRun: CancellationScope,
): void {
  const validator = (_who: { by: string }) => refuseEnded(resyncId, gate);
  const answer = async (): Promise<RunState> => {
    const status = gate.status;
    progress.tell();
    if (status !== 'cancelled')
      await CancellationScope.nonCancellable(() => noteStatus({ resyncId, status }));
    return { resyncId, status };
  };
  setHandler(
    pauseResync,
    async () => {
      await gate.set({ paused: true });
      return answer();
    },
    { validator },
  );
  setHandler(
    resumeResync,
    async () => {
      await gate.set({ paused: false });
      return answer();
    },
    { validator },
  );
  setHandler(
    cancelResync,
    async ({ by }) => {
      gate.cancelledBy ??= by;
      wholeRun.cancel();
      return answer();
    },
    { validator },
  );
}

/** Longest time for which a cancel of an object waits for the plan that has it. */
const planWithin = '10 seconds';

/** Cancel of one object; an object of a cycle takes the whole cycle along. */
export function handleObjectCancel(
  resyncId: string,
  gate: PauseGate,
  progress: RunProgress,
  scopes: ReadonlyMap<string, CancellationScope>,
): void {
  const refuse = (object: string): void => {
    refuseEnded(resyncId, gate);
    if (!progress.has(object))
      throw ApplicationFailure.nonRetryable(`${object} is not part of ${resyncId}.`, 'ObjectNotPlanned');
    if (progress.hasEnded(object))
      throw ApplicationFailure.nonRetryable(`${object} has ended already.`, 'ObjectEnded');
  };
  setHandler(
    cancelObject,
    async ({ object }): Promise<RunState> => {
      // Asked for before anybody knows what the run sends.
      if (!progress.isPlanned) {
        const known = () => progress.isPlanned || gate.ended || gate.cancelledBy !== null;
        if (!(await condition(known, planWithin)))
          throw ApplicationFailure.nonRetryable(
            `What ${resyncId} sends is not planned yet; cancel ${object} again in a while.`,
            'NotPlannedYet',
          );
        refuse(object);
      }
      scopes.get(object)?.cancel();
      return { resyncId, status: gate.status };
    },
    {
      validator: ({ object }: { object: string; by: string }) =>
        progress.isPlanned ? refuse(object) : refuseEnded(resyncId, gate),
    },
  );
}

function refuseEnded(resyncId: string, gate: PauseGate): void {
  if (gate.ended || gate.cancelledBy !== null) {
    throw ApplicationFailure.nonRetryable(`${resyncId} has ended.`, 'ResyncEnded');
  }
}

/**
 * Makes way for a state request when the agent asks for it, and continues with a new epoch.
 * @param context of the run, once it is planned: then it holds a lease to be renewed
 */
export function handlePreemption(
  request: ResyncRequest,
  gate: PauseGate,
  context: () => RunContext | null,
): void {
  const { resyncId } = request;
  setHandler(preemptResync, async () => {
    await gate.set({ preempted: true });
    await gate.whenIdle();
    await tellAgentPreempted(request);
  });
  setHandler(restoreResync, async () => {
    const status = gate.statusAfterPreemption;
    const planned = context();
    if (planned !== null)
      planned.epoch = await CancellationScope.nonCancellable(() => renewLease({ resyncId, status }));
    // Verifies before it is planned: there is a status to restore, but no lease.
    else if (request.verify === 'beforeAndAfter')
      await CancellationScope.nonCancellable(() => noteStatus({ resyncId, status }));
    await gate.set({ preempted: false });
  });
}

/** Tells the district's agent that nothing of this run is in flight any more. */
async function tellAgentPreempted(request: ResyncRequest): Promise<void> {
  await noteStatus({ resyncId: request.resyncId, status: 'preempted' });
  const agent = getExternalWorkflowHandle(agentWorkflowId(request.districtId, request.schoolYear));
  await agent.signal(resyncPreempted, request.resyncId);
}
