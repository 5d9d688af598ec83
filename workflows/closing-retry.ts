import { patched } from '@temporalio/workflow';
import type { PreparedObject } from '../activities/contracts';
import { retryBlocked, retryBlockedOfCycle } from './activities';
import type { PauseGate } from './pause-gate';
import type { RunContext } from './run-context';
import type { RunProgress } from './run-progress';

/** Passes over all objects with blocked records; each but the last mends some. */
const maxClosingPasses = 10;

/** Of a run whose objects have all been sent once. */
interface Sending {
  readonly gate: PauseGate;
  readonly progress: RunProgress;
}

/**
 * Parents first: a parent that succeeds now lets its children succeed. A parent that the catalog
 * doesn't know may stand after its children: then these are tried again.
 * @param objects of the run, in the order of its plan
 */
export async function retryBlockedRecords(
  run: Sending,
  context: RunContext,
  objects: readonly PreparedObject[],
): Promise<void> {
  if (!patched('closing-retry-to-the-end')) {
    for (const { name } of objects) if (run.progress.hasBlocked(name)) await retryGroup(run, context, [name]);
    return;
  }
  const groups = groupsOf(objects);
  // Since those from here on were tried, nothing has come to the state.
  let upTo = groups.length;
  for (let pass = 0; pass < maxClosingPasses && upTo > 0; pass += 1) {
    let lastMended = -1;
    for (const [at, group] of groups.entries()) {
      if (at >= upTo && lastMended < 0) break;
      if (await retryGroup(run, context, group.objects, group.cycle)) lastMended = at;
    }
    upTo = lastMended;
  }
}

/** @returns whether any record was mended */
async function retryGroup(
  { gate, progress }: Sending,
  context: RunContext,
  objects: readonly string[],
  cycle: string | null = null,
): Promise<boolean> {
  const { resyncId } = context;
  const blocked = objects.filter((name) => progress.mayMend(name));
  const [object] = blocked;
  if (object === undefined) return false;
  const before = progress.unsentOf(objects);
  progress.ended(
    await gate.whenOpen(async () =>
      cycle === null || blocked.length === 1
        ? [await retryBlocked({ resyncId, object, epoch: context.epoch })]
        : retryBlockedOfCycle({ resyncId, cycle, objects: blocked, epoch: context.epoch }),
    ),
  );
  return progress.unsentOf(objects) < before;
}

/** The objects in their order, those of one cycle together. */
function groupsOf(
  objects: readonly PreparedObject[],
): { readonly cycle: string | null; readonly objects: string[] }[] {
  const groups = new Map<string, { readonly cycle: string | null; readonly objects: string[] }>();
  for (const { name, cycle } of objects) {
    const id = cycle === null ? `object ${name}` : `cycle ${cycle}`;
    const group = groups.get(id) ?? { cycle, objects: [] };
    group.objects.push(name);
    groups.set(id, group);
  }
  return [...groups.values()];
}
