import {
  ApplicationFailure,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  patched,
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
  // A validator's refusal leaves nothing in the history.
  const refuseUnlessChanged = (paused: boolean): void => {
    refuseEnded(resyncId, gate);
    if (gate.isPaused === paused)
      throw ApplicationFailure.nonRetryable(
        `${resyncId} ${paused ? 'is' : 'is not'} paused already.`,
        'NothingToChange',
      );
    gate.refuseTooMany(resyncId);
  };
  const answer = async (): Promise<RunState> => {
    const status = gate.status;
    progress.tell();
    if (status !== 'cancelled')
      await CancellationScope.nonCancellable(() =>
        noteStatus({ resyncId, status, sequence: gate.nextNote() }),
      );
    return { resyncId, status };
  };
  setHandler(
    pauseResync,
    async () => {
      gate.countControl();
      await gate.set({ paused: true });
      return answer();
    },
    { validator: (_who: { by: string }) => refuseUnlessChanged(true) },
  );
  setHandler(
    resumeResync,
    async () => {
      gate.countControl();
      await gate.set({ paused: false });
      return answer();
    },
    { validator: (_who: { by: string }) => refuseUnlessChanged(false) },
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
    if (scopes.get(object)?.consideredCancelled)
      throw ApplicationFailure.nonRetryable(`${object} is being cancelled already.`, 'NothingToChange');
  };
  setHandler(
    cancelObject,
    async ({ object }): Promise<RunState> => {
      gate.countControl();
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
      validator: ({ object }: { object: string; by: string }) => {
        if (progress.isPlanned) refuse(object);
        else refuseEnded(resyncId, gate);
        gate.refuseTooMany(resyncId);
      },
    },
  );
}

function refuseEnded(resyncId: string, gate: PauseGate): void {
  if (gate.ended || gate.cancelledBy !== null) {
    throw ApplicationFailure.nonRetryable(`${resyncId} has ended.`, 'ResyncEnded');
  }
}

/** A range that waits for a lock of the district is left behind after this time. */
const makesWayWithin = '4 seconds';

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
    if (gate.breaksOff) await gate.clear(makesWayWithin);
    else await gate.whenIdle();
    await tellAgentPreempted(request, gate);
  });
  setHandler(restoreResync, async () => {
    const status = gate.statusAfterPreemption;
    const sequence = gate.nextNote();
    const planned = context();
    if (planned !== null)
      planned.epoch = await CancellationScope.nonCancellable(() =>
        renewLease({ resyncId, status, sequence }),
      );
    // Not planned yet: there is a status to restore, but no lease.
    else if (request.verify === 'beforeAndAfter' || patched('status-restored-before-the-plan'))
      await CancellationScope.nonCancellable(() => noteStatus({ resyncId, status, sequence }));
    await gate.set({ preempted: false });
  });
}

/** Tells the district's agent that nothing of this run is in flight any more. */
async function tellAgentPreempted(request: ResyncRequest, gate: PauseGate): Promise<void> {
  await noteStatus({ resyncId: request.resyncId, status: 'preempted', sequence: gate.nextNote() });
  const agent = getExternalWorkflowHandle(agentWorkflowId(request.districtId, request.schoolYear));
  await agent.signal(resyncPreempted, request.resyncId);
}
