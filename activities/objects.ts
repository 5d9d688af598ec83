import { Context } from '@temporalio/activity';
import type { Catalog } from '../src/domain/catalog';
import type { KeyRange } from '../src/domain/range';
import type { ResyncRequest } from '../src/domain/resync';
import { finishObject, finishObjects, startObjects } from '../src/features/resyncs/object-store';
import { holdObject } from '../src/features/resyncs/planned-objects';
import { loadRange, loadRanges } from '../src/features/resyncs/range-store';
import { retryBlocked, retryBlockedOfCycle } from '../src/editions/transfer/retry-blocked';
import { sendSelected } from '../src/editions/selection/send-selected';
import { syncRange } from '../src/editions/transfer/sync-range';
import { verifyCycle } from '../src/editions/transfer/verify-cycle';
import type { PageJob } from '../src/editions/mapping/job';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
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
  /** Small objects that depend on those, or on others here before them. Absent: none. */
  readonly followers?: readonly string[];
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
  const { config, control, meter, tracing } = dependencies;
  const { requestOf, jobOf } = pageJobs(dependencies, editions);

  const moveRange = (
    request: ResyncRequest,
    work: ObjectWork,
    which: { readonly range: KeyRange; readonly catalog?: Catalog | undefined },
  ): Promise<void> => {
    const { districtId } = request;
    const { rangeNo } = which.range;
    const move = (): Promise<void> => moveUntraced(request, work, which);
    return tracing === undefined ? move() : tracing.range({ districtId, object: work.object, rangeNo }, move);
  };

  const moveUntraced = (
    request: ResyncRequest,
    work: ObjectWork,
    { range, catalog }: { readonly range: KeyRange; readonly catalog?: Catalog | undefined },
  ): Promise<void> =>
    withHeartbeat(async ({ signal, advance }) => {
      await editions.use(request, (pools) =>
        whileAnswering(pools, async () =>
          (request.selection === undefined ? syncRange : sendSelected)({
            ...(await jobOf(pools, request, work, { known: catalog })),
            range,
            districtLoadCeiling: config.copy.districtLoadCeiling,
            signal,
            ...(request.acceptUpdates !== true && {
              hold: {
                sharePercent: config.safety.updatedPercent,
                onHeld: (held) => holdObject(control, work, held),
              },
            }),
            onPage: ({ pageNo, counts }) => {
              meter?.pageCommitted(counts);
              advance({ rangeNo: range.rangeNo, pageNo, counts });
            },
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
    await editions.use(request, async (pools) => {
      const jobs = [];
      for (const object of objects)
        jobs.push({ ...(await jobOf(pools, request, { resyncId, object, epoch })), signal });
      await work(jobs);
    });
  };

  /** The one range of an object. */
  const moveWhole = async (work: ObjectWork): Promise<void> => {
    const range = await loadRange(control, { ...work, rangeNo: 0 });
    await moveRange(await requestOf(work.resyncId), work, { range });
  };

  return {
    /** One range of an object; resumes after its last committed page. */
    syncRange: shortActivity(async (work: RangeWork): Promise<void> =>
      moveRange(await requestOf(work.resyncId), work, { range: await loadRange(control, work) }),
    ),

    /**
     * A small object from its start to its end. Safe to repeat: started once, its one range counts
     * once.
     */
    syncObject: shortActivity(async (work: ObjectWork): Promise<ObjectEnd> => {
      const { resyncId, object } = work;
      const status = (await startObjects(control, { resyncId, objects: [object] })).get(object);
      if (status === 'running') await moveWhole(work);
      return endOf(await finishObject(control, { ...work, status: 'finished' }));
    }),

    /**
     * Small objects, one after the other, started and closed together. One that fails, in
     * whatever way, is left out of what is returned, and the next is sent: it is for `syncObject`
     * then. Those that follow are sent as long as none was left out.
     * @returns how those ended that came to their end, now or in an earlier attempt
     */
    syncObjects: shortActivity(
      async ({ resyncId, objects, followers = [], epoch }: ObjectsWork): Promise<ObjectEnd[]> => {
        const request = await requestOf(resyncId);
        const catalog = await catalogOf(dependencies, request.districtId);
        const all = [...objects, ...followers];
        const statuses = await startObjects(control, { resyncId, objects: all });
        const ranges = await loadRanges(control, { resyncId, objects: all, rangeNo: 0 });
        const send = async (object: string): Promise<boolean> => {
          if (statuses.get(object) !== 'running') return statuses.has(object);
          const range = ranges.get(object);
          if (range === undefined) return false;
          const moves = moveRange(request, { resyncId, object, epoch }, { range, catalog });
          return moves.then(
            () => true,
            () => false,
          );
        };
        const moved: string[] = [];
        for (const [position, object] of all.entries()) {
          // Each object heartbeats by itself; here it is only heard.
          if (Context.current().cancellationSignal.aborted) break;
          if (position >= objects.length && moved.length < position) break;
          if (await send(object)) moved.push(object);
        }
        return (await finishObjects(control, { resyncId, objects: moved })).map(endOf);
      },
    ),

    /** The closing retry of blocked records; the object's books are closed anew. */
    retryBlocked: activity(async ({ signal }, work: ObjectWork): Promise<ObjectEnd> => {
      const request = await requestOf(work.resyncId);
      await editions.use(request, async (pools) =>
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
