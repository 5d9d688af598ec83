import { Context } from '@temporalio/activity';
import { ConflictError } from '../src/control/control-error';
import { finishObject, startObject } from '../src/features/resyncs/object-store';
import { loadRange } from '../src/features/resyncs/range-store';
import { retryBlocked, retryBlockedOfCycle } from '../src/editions/transfer/retry-blocked';
import { sendSelected } from '../src/editions/selection/send-selected';
import { syncRange } from '../src/editions/transfer/sync-range';
import { verifyCycle } from '../src/editions/transfer/verify-cycle';
import type { PageJob } from '../src/editions/mapping/job';
import type { ActivityDependencies } from './dependencies';
import type { ObjectEnd } from './contracts';
import type { DistrictEditions } from './district-editions';
import { endOf } from './run-lifecycle';
import { activity, shortActivity } from './activity';
import { withHeartbeat } from './heartbeat';
import { type ObjectWork, pageJobs } from './object-jobs';
import { whileAnswering } from './while-answering';

export interface RangeWork extends ObjectWork {
  readonly rangeNo: number;
}

/** Several small objects that don't depend on each other. */
export interface ObjectsWork {
  readonly resyncId: string;
  readonly objects: readonly string[];
  readonly epoch: number;
}

export interface CycleWork {
  readonly resyncId: string;
  readonly cycle: string;
  readonly objects: readonly string[];
  readonly epoch: number;
}

/**
 * Activities that move records. What was counted stands in the ledger, never in what they return.
 */
export function objectActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;
  const { requestOf, jobOf } = pageJobs(dependencies, editions);

  const moveRange = (work: RangeWork): Promise<void> =>
    withHeartbeat(async ({ signal, advance }) => {
      const range = await loadRange(control, work);
      const request = await requestOf(work.resyncId);
      await editions.use(request.districtId, (pools) =>
        whileAnswering(pools, async () =>
          (request.selection === undefined ? syncRange : sendSelected)({
            ...(await jobOf(pools, request, work)),
            range,
            districtLoadCeiling: config.copy.districtLoadCeiling,
            signal,
            onPage: ({ pageNo, counts }) => advance({ rangeNo: work.rangeNo, pageNo, counts }),
          }),
        ),
      );
    });

  const useCycle = async (
    { resyncId, objects, epoch }: Omit<CycleWork, 'cycle'>,
    signal: AbortSignal,
    work: (jobs: readonly PageJob[]) => Promise<unknown>,
  ): Promise<void> => {
    const request = await requestOf(resyncId);
    await editions.use(request.districtId, async (pools) => {
      const jobs = [];
      for (const object of objects)
        jobs.push({ ...(await jobOf(pools, request, { resyncId, object, epoch })), signal });
      await work(jobs);
    });
  };

  /** @returns `null` when the object has not finished */
  const endOfEarlierAttempt = async (
    error: unknown,
    work: { readonly resyncId: string; readonly object: string },
  ): Promise<ObjectEnd | null> => {
    if (!(error instanceof ConflictError)) return null;
    return finishObject(control, { ...work, status: 'finished' }).then(endOf, () => null);
  };

  const sendObject = async (work: ObjectWork): Promise<ObjectEnd> => {
    await startObject(control, work);
    await moveRange({ ...work, rangeNo: 0 });
    return endOf(await finishObject(control, { ...work, status: 'finished' }));
  };

  return {
    /** One range of an object; resumes after its last committed page. */
    syncRange: shortActivity((work: RangeWork): Promise<void> => moveRange(work)),

    /**
     * A small object from its start to its end. Safe to repeat: started once, its one range counts
     * once.
     */
    syncObject: shortActivity(sendObject),

    /**
     * Small objects, one after the other, each as `syncObject` does. One that fails, in whatever
     * way, is left out of what is returned, and the next is sent: it is for `syncObject` then.
     * @returns how those ended that came to their end, now or in an earlier attempt
     */
    syncObjects: shortActivity(async ({ resyncId, objects, epoch }: ObjectsWork): Promise<ObjectEnd[]> => {
      const ends: ObjectEnd[] = [];
      for (const object of objects) {
        // Each object heartbeats by itself; here it is only heard.
        Context.current().cancellationSignal.throwIfAborted();
        const end = await sendObject({ resyncId, object, epoch }).catch((error: unknown) =>
          endOfEarlierAttempt(error, { resyncId, object }),
        );
        if (end !== null) ends.push(end);
      }
      return ends;
    }),

    /** The closing retry of blocked records; the object's books are closed anew. */
    retryBlocked: activity(async ({ signal }, work: ObjectWork): Promise<ObjectEnd> => {
      const request = await requestOf(work.resyncId);
      await editions.use(request.districtId, async (pools) =>
        retryBlocked({ ...(await jobOf(pools, request, work)), signal }),
      );
      return endOf(await finishObject(control, { ...work, status: 'finished' }));
    }),

    /** The closing retry of the objects of one cycle together. */
    retryBlockedOfCycle: activity(
      async ({ signal }, { resyncId, objects, epoch }: CycleWork): Promise<ObjectEnd[]> => {
        await useCycle({ resyncId, objects, epoch }, signal, retryBlockedOfCycle);
        const ends: ObjectEnd[] = [];
        for (const object of objects)
          ends.push(endOf(await finishObject(control, { resyncId, object, status: 'finished' })));
        return ends;
      },
    ),

    /**
     * After all objects of a cycle, however they ended: takes back rows that were written with
     * checks off and whose parent isn't there.
     */
    verifyCycle: activity(async ({ signal }, work: CycleWork): Promise<void> => {
      await useCycle(work, signal, verifyCycle);
    }),
  };
}
