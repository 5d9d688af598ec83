import {
  ApplicationFailure,
  CancellationScope,
  getExternalWorkflowHandle,
  setHandler,
} from '@temporalio/workflow';
import type { ResyncRequest } from '../src/domain/resync';
import {
  agentWorkflowId,
  cancelObject,
  cancelResync,
  pauseResync,
  resumeResync,
  resyncPreempted,
  type RunState,
} from './messages';
import { noteStatus } from './activities';
import type { RunControl } from './pause-gate';
import type { RunProgress } from './run-progress';

/** Pause, resume and cancel: each answers with where the run stands, and writes it where people look. */
export function handleRunUpdates(
  resyncId: string,
  control: RunControl,
  progress: RunProgress,
  wholeRun: CancellationScope,
): void {
  const validator = (_who: { by: string }) => refuseEnded(resyncId, control);
  const answer = async (): Promise<RunState> => {
    const status = control.status;
    progress.tell();
    if (status !== 'cancelled')
      await CancellationScope.nonCancellable(() => noteStatus({ resyncId, status }));
    return { resyncId, status };
  };
  setHandler(
    pauseResync,
    async () => {
      await control.set({ paused: true });
      return answer();
    },
    { validator },
  );
  setHandler(
    resumeResync,
    async () => {
      await control.set({ paused: false });
      return answer();
    },
    { validator },
  );
  setHandler(
    cancelResync,
    async ({ by }) => {
      control.cancelledBy ??= by;
      wholeRun.cancel();
      return answer();
    },
    { validator },
  );
}

/** Cancel of one object; a member of a unit takes its unit along. */
export function handleObjectCancel(
  resyncId: string,
  control: RunControl,
  progress: RunProgress,
  scopes: ReadonlyMap<string, CancellationScope>,
): void {
  setHandler(
    cancelObject,
    ({ object }): RunState => {
      scopes.get(object)?.cancel();
      return { resyncId, status: control.status };
    },
    {
      validator: ({ object }: { object: string; by: string }) => {
        refuseEnded(resyncId, control);
        if (!progress.has(object)) {
          throw ApplicationFailure.nonRetryable(`${object} is not part of ${resyncId}.`, 'ObjectNotPlanned');
        }
        if (progress.hasEnded(object)) {
          throw ApplicationFailure.nonRetryable(`${object} has ended already.`, 'ObjectEnded');
        }
      },
    },
  );
}

function refuseEnded(resyncId: string, control: RunControl): void {
  if (control.ended || control.cancelledBy !== null) {
    throw ApplicationFailure.nonRetryable(`${resyncId} has ended.`, 'ResyncEnded');
  }
}

/** Tells the district's agent that nothing of this run moves any more. */
export async function tellAgentPreempted(request: ResyncRequest): Promise<void> {
  await noteStatus({ resyncId: request.resyncId, status: 'preempted' });
  const agent = getExternalWorkflowHandle(agentWorkflowId(request.districtId, request.schoolYear));
  await agent.signal(resyncPreempted, request.resyncId);
}
