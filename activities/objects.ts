import { finishObject, startObject } from '../src/control/history';
import { loadRange } from '../src/control/ranges';
import { loadResync } from '../src/control/resyncs';
import type { ResyncRequest } from '../src/domain/resync';
import { loadMapping } from '../src/editions/mapping';
import type { Editions } from '../src/editions/pools';
import { retryBlocked } from '../src/editions/retry-blocked';
import { syncRange } from '../src/editions/sync-range';
import { verifyUnit } from '../src/editions/verify-unit';
import type { ActivityDependencies } from './dependencies';
import type { ObjectEnd } from './results';
import type { DistrictEditions } from './district-editions';
import { endOf } from './books';
import { catalogOf } from './district-catalog';
import { withFailures } from './failures';
import { withHeartbeat } from './heartbeat';

export interface ObjectWork {
  readonly resyncId: string;
  readonly object: string;
  /** Epoch of the lease (of the district and school year) this run holds; a newer one fences the work off. */
  readonly epoch: number;
}

export interface RangeWork extends ObjectWork {
  readonly rangeNo: number;
}

export interface UnitWork {
  readonly resyncId: string;
  readonly unit: string;
  readonly objects: readonly string[];
  readonly epoch: number;
}

/** Activities that move records. What was counted stands in the ledger, never in what they return. */
export function objectActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;
  const requestOf = async (resyncId: string): Promise<ResyncRequest> =>
    (await loadResync(control, resyncId)).request;

  const jobOf = async (
    pools: Editions,
    { districtId, schoolYear, mode }: ResyncRequest,
    { resyncId, object, epoch }: ObjectWork,
  ) => {
    const catalog = await catalogOf(dependencies, districtId);
    return {
      editions: pools,
      catalog,
      mapping: await loadMapping(pools, catalog, object),
      scope: { districtId, districtNumber: editions.district(districtId).number, schoolYear },
      fence: { resyncId, epoch },
      mode,
      pageRecords: config.copy.pageRecords,
    };
  };

  const moveRange = (work: RangeWork): Promise<void> =>
    withHeartbeat(async ({ signal, note }) => {
      const range = await loadRange(control, work);
      const request = await requestOf(work.resyncId);
      await editions.use(request.districtId, async (pools) =>
        syncRange({
          ...(await jobOf(pools, request, work)),
          range,
          districtLoadCeiling: config.copy.districtLoadCeiling,
          signal,
          onPage: ({ pageNo, counts }) => note({ rangeNo: work.rangeNo, pageNo, counts }),
        }),
      );
    });

  return {
    /** One range of an object; resumes after its last committed page. */
    syncRange: (work: RangeWork): Promise<void> => withFailures(() => moveRange(work)),

    /** A small object from its start to its end. Safe to repeat: started once, its one range counts once. */
    syncObject: (work: ObjectWork): Promise<ObjectEnd> =>
      withFailures(async () => {
        await startObject(control, work);
        await moveRange({ ...work, rangeNo: 0 });
        return endOf(await finishObject(control, { ...work, status: 'finished' }));
      }),

    /** The closing retry of blocked records; the object's books are closed anew. */
    retryBlocked: (work: ObjectWork): Promise<ObjectEnd> =>
      withFailures(() =>
        withHeartbeat(async ({ signal }) => {
          const request = await requestOf(work.resyncId);
          await editions.use(request.districtId, async (pools) =>
            retryBlocked({ ...(await jobOf(pools, request, work)), signal }),
          );
          return endOf(await finishObject(control, { ...work, status: 'finished' }));
        }),
      ),

    /** After all objects of a unit: takes back rows that were written with checks off and whose parent isn't there. */
    verifyUnit: ({ resyncId, objects, epoch }: UnitWork): Promise<void> =>
      withFailures(() =>
        withHeartbeat(async ({ signal }) => {
          const request = await requestOf(resyncId);
          await editions.use(request.districtId, async (pools) => {
            const jobs = [];
            for (const object of objects)
              jobs.push({ ...(await jobOf(pools, request, { resyncId, object, epoch })), signal });
            await verifyUnit(jobs);
          });
        }),
      ),
  };
}
