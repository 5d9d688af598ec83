import type { RecurringRequest, ScheduleTiming } from './schedule';

/** A recurring request as it is shown. */
interface Shown {
  readonly name: string;
  readonly timing: ScheduleTiming;
  readonly request: Omit<RecurringRequest, 'reach'>;
  readonly note: string | null;
}

/**
 * The body that would leave a recurring request as it is: who changes a part of it sends this with
 * that part.
 */
export function bodyOfRecurring({ name, timing, request, note }: Shown) {
  const { waves, recordsPerSecond, windowHours, ...asked } = request;
  const { times, timezone, jitterMinutes, missed, catchupWindowMinutes, overlap } = timing;
  return {
    ...{ name, ...asked, timezone, jitterMinutes, missed, catchupWindowMinutes },
    ...times,
    // All that were missed stand in a queue, and nothing else goes with it.
    ...(missed !== 'all' && { overlap }),
    ...(waves !== null && { waves: { ...waves, size: waves.size ?? undefined } }),
    ...(recordsPerSecond !== null && { recordsPerSecond }),
    ...(windowHours !== null && { windowHours }),
    ...(note !== null && { note }),
  };
}
