import { setTimeout as sleep } from 'node:timers/promises';
import type { RangeJob } from '../mapping/job';

const lookAgainMs = 500;

/**
 * Waits while the district's server is busy, so that a resync doesn't slow down the people who work
 * there. Between pages only: no transaction is open meanwhile.
 * @throws DatabaseError; the signal's reason when aborted
 */
export async function waitForDistrict({
  editions,
  districtLoadCeiling = 0,
  signal,
}: Pick<RangeJob, 'editions' | 'districtLoadCeiling' | 'signal'>): Promise<void> {
  if (districtLoadCeiling === 0) return;
  for (;;) {
    const [row] = await editions.district.rows("SHOW GLOBAL STATUS LIKE 'Threads_running'");
    // The look itself is one of them.
    if (Number(row?.[1]) - 1 <= districtLoadCeiling) return;
    await sleep(lookAgainMs, undefined, { signal });
  }
}

/** Awaited before the district is asked for more; throws when nobody wants to know any more. */
export type Pause = () => Promise<void>;

/** Between stretches of a job: no transaction of ours is open for it. */
export function pauseOf(job: Pick<RangeJob, 'editions' | 'districtLoadCeiling' | 'signal'>): Pause {
  return async () => {
    job.signal.throwIfAborted();
    await waitForDistrict(job);
  };
}
