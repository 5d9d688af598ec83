import {
  CancellationScope,
  type ChildWorkflowHandle,
  condition,
  isCancellation,
  ParentClosePolicy,
  rootCause,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { ObjectEnd, PreparedObject } from '../activities/contracts';
import { endObject, finishObject, startObject, syncObject, verifyCycle } from './activities';
import { stopRanges } from './messages';
import { objectResync } from './object-resync';
import type { RunControl } from './pause-gate';

/** What every object of a run shares; `epoch` changes when the run goes on after it was preempted. */
export interface RunContext {
  readonly resyncId: string;
  readonly rangesInFlight: number;
  readonly control: RunControl;
  epoch: number;
}

/**
 * One object from its parents' end to its own, or the objects of one unit (cyclic foreign keys) together.
 * Never throws: whatever happens is an ObjectEnd per object, written to the books.
 */
export async function runObjects(
  run: RunContext,
  members: readonly PreparedObject[],
  scope: CancellationScope,
): Promise<ObjectEnd[]> {
  try {
    return await scope.run(() => (isSmall(members) ? runSmall(run, members[0]!) : runLarge(run, members)));
  } catch (error) {
    const status = isCancellation(error) ? 'cancelled' : 'failed';
    const message =
      status === 'cancelled'
        ? 'Cancelled before it finished; what was written stays and is counted.'
        : (rootCause(error) ?? 'It gave up.');
    return CancellationScope.nonCancellable(() =>
      Promise.all(
        members.map(({ name }) => endObject({ resyncId: run.resyncId, object: name, status, message })),
      ),
    );
  }
}

function isSmall(members: readonly PreparedObject[]): boolean {
  return members.length === 1 && members[0]?.cycle === null && members[0].ranges <= 1;
}

/** Start, the one range and the end are one activity: on a small object Temporal's latency would be most of the time. */
async function runSmall(run: RunContext, { name }: PreparedObject): Promise<ObjectEnd[]> {
  const { resyncId } = run;
  return [await run.control.whenReleased(() => syncObject({ resyncId, object: name, epoch: run.epoch }))];
}

async function runLarge(run: RunContext, members: readonly PreparedObject[]): Promise<ObjectEnd[]> {
  const { resyncId } = run;
  await condition(() => !run.control.held);
  await Promise.all(members.map(({ name }) => startObject({ resyncId, object: name })));
  // All have to end, also when one fails: its books are closed next.
  const moves = await Promise.allSettled(members.map((member) => moveRanges(run, member)));
  for (const move of moves) if (move.status === 'rejected') throw move.reason;
  const cycle = members[0]?.cycle ?? null;
  if (cycle !== null) {
    const objects = members.map(({ name }) => name);
    await run.control.whenReleased(() => verifyCycle({ resyncId, cycle, objects, epoch: run.epoch }));
  }
  return Promise.all(members.map(({ name }) => finishObject({ resyncId, object: name })));
}

/** The child returns early when the run is held, and is started again with the epoch of that time. */
async function moveRanges(run: RunContext, { name, ranges }: PreparedObject): Promise<void> {
  let next = 0;
  while (next < ranges) {
    let child: ChildWorkflowHandle<typeof objectResync> | undefined;
    const end = await run.control.whenReleased(
      async () => {
        child = await startChild(objectResync, {
          workflowId: `${workflowInfo().workflowId}/${name}`,
          args: [
            {
              resyncId: run.resyncId,
              object: name,
              epoch: run.epoch,
              ranges,
              next,
              inFlight: run.rangesInFlight,
            },
          ],
          parentClosePolicy: ParentClosePolicy.TERMINATE,
          staticSummary: `${name}: ranges ${next + 1} to ${ranges}`,
        });
        if (run.control.held) await child.signal(stopRanges);
        return child.result();
      },
      async () => void (await child?.signal(stopRanges).catch(() => undefined)),
    );
    next = end.next;
  }
}
