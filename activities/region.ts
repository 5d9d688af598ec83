import { setTimeout as wait } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { RegionConfig } from '../src/config';
import { endedStatuses, type ResyncRequest } from '../src/domain/resync';
import { RegionClient, RegionError, type RegionRun } from '../src/features/regions/region-client';
import { noteRegionRun } from '../src/features/regions/store';
import { beginResync } from '../src/features/resyncs/store';
import { activity } from './activity';
import type { ActivityDependencies } from './dependencies';
import type { DistrictEditions } from './district-editions';

/** Passing a state's request on to the deployment of the district's region. */
export function regionActivities({ control }: ActivityDependencies, editions: DistrictEditions) {
  return {
    /**
     * Has the region resync the district, and waits for its end. Nothing where the district has no
     * region with a deployment. Repeated it finds the same run again; cancelled it cancels that.
     * @throws ApplicationFailure ConfigurationError when the region refuses; RegionNotFinished when
     * its run didn't come to its end: what the region holds is then not what the district has
     */
    askRegion: activity(async ({ signal, note }, request: ResyncRequest): Promise<void> => {
      const { resyncId, districtId } = request;
      const { region } = editions.district(districtId);
      if (region === undefined || !hasDeployment(region)) return;
      await beginResync(control, resyncId);
      const client = new RegionClient(region, districtId);
      const there = await asked(() => client.start(request));
      note({ waitsFor: there });
      let run: RegionRun;
      try {
        for (;;) {
          run = await asked(() => client.run(there));
          await noteRegionRun(control, { resyncId, regionRun: run });
          if (endedStatuses.includes(run.status)) break;
          await wait(region.pollMs, undefined, { signal });
        }
      } catch (error) {
        // A worker that stops leaves the run to the next one.
        if (Context.current().cancellationDetails?.cancelRequested === true)
          await client.cancel(there).catch(() => undefined);
        throw error;
      }
      if (run.status !== 'finished') throw notFinished(districtId, run);
    }),
  };
}

function hasDeployment(
  region: RegionConfig,
): region is RegionConfig & { readonly url: string; readonly token: string } {
  return region.url !== undefined && region.token !== undefined;
}

async function asked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof RegionError)) throw error;
    throw ApplicationFailure.create({
      message: error.message,
      type: error.lasting ? 'ConfigurationError' : 'RegionAway',
      nonRetryable: error.lasting,
    });
  }
}

function notFinished(districtId: string, { resyncId, status, message }: RegionRun): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `The region's own resync of ${districtId}, ${resyncId}, ended ${status}, so nothing was sent on to the state. ${message ?? ''} Mend it there, then send this again.`,
    'RegionNotFinished',
  );
}
