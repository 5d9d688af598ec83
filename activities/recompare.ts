import { failFinished, finishObject } from '../src/features/resyncs/object-store';
import { lastBound } from '../src/features/resyncs/range-store';
import { recompare } from '../src/editions/transfer/recompare';
import type { ActivityDependencies } from './dependencies';
import type { Recomparison } from './contracts';
import type { DistrictEditions } from './district-editions';
import { activity } from './activity';
import { type ObjectWork, pageJobs } from './object-jobs';
import { endOf } from './run-lifecycle';

/** Work on an object that triggers of others wrote; `last`: it isn't looked at again after this. */
export interface RecompareWork extends ObjectWork {
  readonly changedBy: readonly string[];
  readonly last: boolean;
}

/** Looking again at what the state's triggers may have changed. */
export function recompareActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { control } = dependencies;
  const { requestOf, jobOf } = pageJobs(dependencies, editions);
  return {
    /**
     * Compares an object again and sends what differs. What doesn't come out equal makes the object
     * failed: it must not be green. Safe to repeat.
     */
    recompareObject: activity(
      async ({ signal }, { changedBy, last, ...work }: RecompareWork): Promise<Recomparison> => {
        const request = await requestOf(work.resyncId);
        const upTo = await lastBound(control, work);
        const { written, left } = await editions.use(request, async (pools) =>
          recompare({ ...(await jobOf(pools, request, work)), signal }, { upTo }),
        );
        const why =
          left > 0
            ? `${left} records can't be brought back to what the district has`
            : last && written > 0
              ? 'they change each other’s records without an end'
              : null;
        if (why === null)
          return { ...endOf(await finishObject(control, { ...work, status: 'finished' })), written };
        const message = `Triggers of the state's tables of ${changedBy.join(', ')} write the records of ${work.object}, and ${why}. Change the triggers, or make the fields they write the state's own.`;
        return { ...endOf(await failFinished(control, { ...work, message })), written };
      },
    ),
  };
}
