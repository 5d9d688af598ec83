import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { syncRange } from './activities';
import { breakOffRanges, stopRanges } from './messages';

export interface ObjectResyncInput {
  readonly resyncId: string;
  readonly object: string;
  readonly epoch: number;
  /** Number of ranges of the object; they are numbered from 0. */
  readonly ranges: number;
  /** First range not yet started. */
  readonly next: number;
  /**
   * Ranges scheduled at the same time: more than the worker has lanes, to hide Temporal's latency.
   */
  readonly maxInFlight: number;
}

/** How far the object got: `next` < `ranges` when it was asked to stop. */
export interface ObjectResyncEnd {
  readonly next: number;
}

/**
 * The ranges of one large object, a sliding window of them at a time. When told to stop, it lets
 * the ranges in flight end and returns where to continue (with the epoch of that time); they end in
 * the middle where it is told to break off. The first
 * range that fails for good fails the object: no further one starts.
 */
export async function objectResync(input: ObjectResyncInput): Promise<ObjectResyncEnd> {
  let { next } = input;
  let inFlight = 0;
  let stopped = false;
  const ranges = new CancellationScope();
  const unfinished = new Set<number>();
  let failure: unknown;
  setHandler(stopRanges, () => {
    stopped = true;
  });
  setHandler(breakOffRanges, () => {
    stopped = true;
    ranges.cancel();
  });
  const failed = () => failure !== undefined;
  const startRange = async (rangeNo: number): Promise<void> => {
    inFlight += 1;
    unfinished.add(rangeNo);
    try {
      await ranges.run(() =>
        syncRange({ resyncId: input.resyncId, object: input.object, epoch: input.epoch, rangeNo }),
      );
      unfinished.delete(rangeNo);
    } catch (error) {
      if (!ranges.consideredCancelled || !isCancellation(error)) failure ??= error;
    } finally {
      inFlight -= 1;
    }
  };

  try {
    while (next < input.ranges && !stopped && !failed() && !workflowInfo().continueAsNewSuggested) {
      void startRange(next);
      next += 1;
      await condition(() => inFlight < input.maxInFlight || stopped || failed());
    }
  } finally {
    // Cancelled or not: no page may still be written when the object is closed.
    await CancellationScope.nonCancellable(() => condition(() => inFlight === 0));
  }
  if (failed()) throw failure;
  if (next < input.ranges && !stopped) await continueAsNew<typeof objectResync>({ ...input, next });
  return { next: Math.min(next, ...unfinished) };
}
