import { loadResync } from '../src/features/resyncs/store';
import type { Catalog } from '../src/domain/catalog';
import type { ResyncRequest } from '../src/domain/resync';
import { keptShapes } from '../src/editions/columns/kept-shapes';
import { keptForbidden, readForbidden } from '../src/editions/mapping/forbidden';
import { loadMapping } from '../src/editions/mapping/load';
import type { Editions } from '../src/editions/connection/pools';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
import { budgetOf } from './write-budget';
import { worksForState } from './lanes';
import type { DistrictEditions } from './district-editions';

/** Work on one object of a run. */
export interface ObjectWork {
  readonly resyncId: string;
  readonly object: string;
  /**
   * Epoch of the lease (of the district and school year) this run holds; a newer one fences the
   * work off.
   */
  readonly epoch: number;
}

/**
 * What activities that touch an object's records begin with: the request, and the job of one
 * object.
 */
export function pageJobs(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;
  return {
    requestOf: async (resyncId: string): Promise<ResyncRequest> => {
      const { request } = await loadResync(control, resyncId);
      if (request.initiator === 'state') worksForState();
      return request;
    },

    /** @param known the district's catalog, for who has just read it */
    jobOf: async (
      pools: Editions,
      request: ResyncRequest,
      { resyncId, object, epoch }: ObjectWork,
      { fresh = false, known }: { readonly fresh?: boolean; readonly known?: Catalog | undefined } = {},
    ) => {
      const { districtId, schoolYear, mode, initiator } = request;
      const name = `${resyncId} ${epoch}`;
      const catalog = known ?? (await catalogOf(dependencies, districtId));
      return {
        editions: pools,
        catalog,
        mapping: await loadMapping(
          pools,
          catalog,
          object,
          keptShapes(name),
          fresh ? readForbidden : keptForbidden(name),
        ),
        scope: editions.scope(districtId, schoolYear),
        fence: { resyncId, epoch },
        ofState: initiator === 'state',
        mode,
        pageRecords: config.copy.pageRecords,
        ...(await budgetOf(dependencies, request)),
      };
    },
  };
}
