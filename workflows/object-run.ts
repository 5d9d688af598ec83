import {
  CancellationScope,
  type ChildWorkflowHandle,
  condition,
  isCancellation,
  log,
  ParentClosePolicy,
  patched,
  rootCause,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { ObjectEnd, PreparedObject } from '../activities/contracts';
import {
  endObject,
  finishObject,
  startObject,
  syncObject,
  verifyCycle,
  verifyUnfinishedCycle,
} from './activities';
import { breakOffRanges, stopRanges } from './messages';
import { objectResync } from './object-resync';
import type { RunContext } from './run-context';
import type { SmallObjects } from './small-objects';

/**
 * Sends one object, or all objects of one cycle (cyclic foreign keys) together, from start to end.
 * Never throws: whatever happens is stored and returned as one ObjectEnd per object.
 */
export async function runObjects(
  run: RunContext,
  members: readonly PreparedObject[],
  { scope, small }: { readonly scope: CancellationScope; readonly small: SmallObjects },
): Promise<ObjectEnd[]> {
  try {
    return await scope.run(() =>
      hasOneRange(members) ? runInOne(run, members[0]!, small) : runLarge(run, members),
    );
  } catch (error) {
    const status = isCancellation(error) ? 'cancelled' : 'failed';
    const message =
      status === 'cancelled'
        ? 'Cancelled before it finished; what was written stays and is counted.'
        : (rootCause(error) ?? 'It gave up.');
    return CancellationScope.nonCancellable(async () => {
      await settleCycle(run, members);
      return Promise.all(
        members.map(({ name }) => endObject({ resyncId: run.resyncId, object: name, status, message })),
      );
    });
  }
}

/**
 * A cycle is verified however it ends: what its objects inserted may dangle. Where that can't be
 * done (the databases are away, another run has the lease), it stays noted, and the next run of the
 * district and year begins with it.
 */
async function settleCycle(run: RunContext, members: readonly PreparedObject[]): Promise<void> {
  const cycle = members[0]?.cycle ?? null;
  if (cycle === null || !patched('cycles-verified-on-every-end')) return;
  const { resyncId, epoch } = run;
  const objects = members.map(({ name }) => name);
  try {
    await run.gate.whileClosed(() => verifyUnfinishedCycle({ resyncId, cycle, objects, epoch }));
  } catch (error) {
    log.warn('A cycle was left to the next run to verify.', { resyncId, cycle, error: String(error) });
  }
}

function hasOneRange(members: readonly PreparedObject[]): boolean {
  return members.length === 1 && members[0]?.cycle === null && members[0].ranges <= 1;
}

/** Start, the one range and the end in one activity: three would mostly wait for Temporal. */
async function runInOne(
  run: RunContext,
  { name, small: isSmall }: PreparedObject,
  small: SmallObjects,
): Promise<ObjectEnd[]> {
  const { resyncId } = run;
  const end = isSmall ? await small.send(name) : null;
  return [end ?? (await run.gate.whenOpen(() => syncObject({ resyncId, object: name, epoch: run.epoch })))];
}

async function runLarge(run: RunContext, members: readonly PreparedObject[]): Promise<ObjectEnd[]> {
  const { resyncId } = run;
  await condition(() => !run.gate.held);
  await Promise.all(members.map(({ name }) => startObject({ resyncId, object: name })));
  // All have to end, even when one fails: the objects are closed next.
  const moves = await Promise.allSettled(members.map((member) => moveRanges(run, member)));
  for (const move of moves) if (move.status === 'rejected') throw move.reason;
  const cycle = members[0]?.cycle ?? null;
  if (cycle !== null) {
    const objects = members.map(({ name }) => name);
    await run.gate.whenOpen(() => verifyCycle({ resyncId, cycle, objects, epoch: run.epoch }));
  }
  return Promise.all(members.map(({ name }) => finishObject({ resyncId, object: name })));
}

/**
 * The child returns early when the gate closes, and is started again with the epoch of that time.
 */
async function moveRanges(run: RunContext, { name, ranges }: PreparedObject): Promise<void> {
  let next = 0;
  // One that was left behind may still be there, and has the name.
  let leftBehind = 0;
  while (next < ranges) {
    let child: ChildWorkflowHandle<typeof objectResync> | undefined;
    let tries = 0;
    const end = await run.gate.whenOpen(
      async () => {
        if (tries > 0) leftBehind += 1;
        tries += 1;
        child = await startChild(objectResync, {
          workflowId: `${workflowInfo().workflowId}/${name}${leftBehind === 0 ? '' : `/${leftBehind}`}`,
          args: [
            {
              resyncId: run.resyncId,
              object: name,
              epoch: run.epoch,
              ranges,
              next,
              maxInFlight: run.rangesInFlight,
            },
          ],
          parentClosePolicy: ParentClosePolicy.TERMINATE,
          staticSummary: `${name}: ranges ${next + 1} to ${ranges}`,
        });
        if (run.gate.held) await child.signal(stopRanges);
        return child.result();
      },
      async (now) => void (await child?.signal(now ? breakOffRanges : stopRanges).catch(() => undefined)),
    );
    next = end.next;
  }
}
