import { summarizeRemovals } from '../src/features/removals/read';
import {
  decideFound,
  decideRemovals,
  type FoundRemovals,
  holdForApproval,
  noteRemovalStopped,
  readObjectEnd,
  storeFound,
} from '../src/features/removals/store';
import { processedOf, type RangeCounts } from '../src/domain/outcome';
import { whyNotRemoved } from '../src/domain/removals';
import { countAtState, findExtra, whyNotRemovable } from '../src/editions/removal/find-removable';
import { countHeldByExtra } from '../src/editions/removal/held-by-extra';
import { removeFound } from '../src/editions/removal/remove-records';
import type { ActivityDependencies } from './dependencies';
import type { DistrictEditions } from './district-editions';
import { activity, shortActivity } from './activity';
import { type ObjectWork, pageJobs } from './object-jobs';

export interface RemovalWork {
  readonly resyncId: string;
  /** One object, or members of one cycle. */
  readonly objects: readonly string[];
  readonly epoch: number;
}

const hourMs = 3_600_000;

/** The district has none of it any more. */
function isEmptied(counts: RangeCounts): boolean {
  return counts.extra > 0 && processedOf(counts) === 0;
}

/**
 * Finding and removing what is gone at the district; each may be repeated. Results are counts,
 * never keys.
 */
export function removalActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;
  const { thresholdPercent, approvalHours } = config.removals;
  const { requestOf, jobOf } = pageJobs(dependencies, editions);

  return {
    /**
     * Stores the gone records of an object that was read completely and without failures, and
     * decides by their share.
     */
    findRemovals: activity(async ({ signal }, work: ObjectWork): Promise<FoundRemovals> => {
      const { resyncId, object } = work;
      const end = await readObjectEnd(control, work);
      const decide = (records: number, refusal: string | null) =>
        decideFound(control, {
          resyncId,
          object,
          position: end.position,
          records,
          // Whatever the threshold: most of it would go.
          thresholdPercent: end.doubt === 'SHRUNK' || isEmptied(end.counts) ? 0 : thresholdPercent,
          refusal,
        });
      // Nothing can excuse an object that wasn't read to its end.
      const unread = end.status === 'finished' ? null : whyNotRemoved(object, end);
      if (unread !== null) return decide(0, unread);
      const request = await requestOf(resyncId);
      return editions.use(request, async (pools) => {
        const jobFor = async (name: string) => ({
          ...(await jobOf(pools, request, { ...work, object: name })),
          signal,
        });
        const job = await jobFor(object);
        const { failed, blocked } = end.counts;
        const heldByExtra = failed + blocked === 0 ? 0 : await countHeldByExtra(job, jobFor);
        const troubled = whyNotRemoved(object, end, heldByExtra);
        if (troubled !== null) return decide(0, troubled);
        const refusal = await whyNotRemovable(job);
        if (refusal !== null) return decide(0, refusal);
        await findExtra(job, (records) => storeFound(control, work, records));
        return decide(await countAtState(job), null);
      });
    }),

    /** Begins the wait for an approval. @returns how long it lasts */
    holdRemovals: shortActivity(async ({ resyncId }: { resyncId: string }): Promise<{ waitMs: number }> => {
      const waitMs = Math.ceil(approvalHours * hourMs);
      await holdForApproval(control, await requestOf(resyncId), waitMs);
      return { waitMs };
    }),

    /** Approved or rejected by a person, or the wait is over. */
    decideRemovals: shortActivity((work: Parameters<typeof decideRemovals>[1]): Promise<void> =>
      decideRemovals(control, work),
    ),

    /**
     * Removes found records; `done` false: it returned early so that the run can make way, call it
     * again.
     */
    removeRecords: activity(
      async ({ signal }, { resyncId, objects, epoch }: RemovalWork): Promise<{ done: boolean }> => {
        const request = await requestOf(resyncId);
        return editions.use(request, async (pools) => {
          const jobs = [];
          for (const object of objects) {
            // What may sync again by now is not removed.
            const work = { resyncId, object, epoch };
            const job = { ...(await jobOf(pools, request, work, { fresh: true })), signal };
            const refusal = await whyNotRemovable(job);
            if (refusal === null) jobs.push(job);
            else await noteRemovalStopped(control, { resyncId, object, message: refusal });
          }
          return removeFound(jobs, { maxRecords: config.copy.rangeRecords });
        });
      },
    ),

    /** Why removing these objects' records stopped. */
    noteRemovalStopped: shortActivity(
      async ({
        resyncId,
        objects,
        message,
      }: {
        resyncId: string;
        objects: readonly string[];
        message: string;
      }): Promise<void> => {
        for (const object of objects) await noteRemovalStopped(control, { resyncId, object, message });
      },
    ),

    /** What came of all removals, in words. */
    endRemovals: shortActivity(
      async ({ resyncId }: { resyncId: string }): Promise<{ message: string | null }> => ({
        message: await summarizeRemovals(control, resyncId),
      }),
    ),
  };
}
