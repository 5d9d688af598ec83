import type { PreparedObject } from '../activities/contracts';
import { recompareObject } from './activities';
import type { PauseGate } from './pause-gate';
import type { RunContext } from './run-context';
import type { RunProgress } from './run-progress';

/** Triggers may set each other off: after so many looks an object that still changes has failed. */
const mostLooks = 3;

/**
 * Compares again whatever triggers of the state's tables wrote after it was sent: it must not end
 * green and not equal. Looked at by what was written when, so that an order that could be had costs
 * nothing.
 */
export async function recompareTriggered(
  { gate, progress }: { readonly gate: PauseGate; readonly progress: RunProgress },
  run: RunContext,
  objects: readonly PreparedObject[],
): Promise<void> {
  const looks = new Map<string, number>();
  const isStale = ({ name, changedBy = [] }: PreparedObject): boolean =>
    !progress.didNotFinish(name) && changedBy.some((other) => progress.wroteSince(other, name));
  for (let stale = objects.find(isStale); stale !== undefined; stale = objects.find(isStale)) {
    const { name, changedBy = [] } = stale;
    const look = (looks.get(name) ?? 0) + 1;
    looks.set(name, look);
    progress.looksAgain(name);
    const end = await gate.whenOpen(() =>
      recompareObject({
        ...{ resyncId: run.resyncId, object: name, epoch: run.epoch },
        ...{ changedBy, last: look >= mostLooks },
      }),
    );
    progress.lookedAgain(end, end.written);
  }
}
