import { Context } from '@temporalio/activity';
import { recountObject } from '../src/features/resyncs/object-store';
import type { ResyncRequest } from '../src/domain/resync';
import { DatabaseError } from '../src/editions/connection/errors';
import type { Editions } from '../src/editions/connection/pools';
import type { PageJob } from '../src/editions/mapping/job';
import { leftInsertions } from '../src/editions/transfer/settle-cycles';
import { verifyCycle } from '../src/editions/transfer/verify-cycle';
import type { ActivityDependencies } from './dependencies';
import type { DistrictEditions } from './district-editions';
import { pageJobs } from './object-jobs';

/**
 * Verifies what other runs of the district and year inserted into cycles and never came to verify.
 * A record that dangles is taken back and counted as blocked in the books of the run that inserted
 * it, under the lease of the run that begins now.
 * @throws DatabaseError
 */
export async function settleLeftCycles(
  dependencies: ActivityDependencies,
  editions: DistrictEditions,
  { request, epoch, signal }: { request: ResyncRequest; epoch: number; signal: AbortSignal },
): Promise<void> {
  const { control } = dependencies;
  const { requestOf, jobOf } = pageJobs(dependencies, editions);
  const lease = { resyncId: request.resyncId, epoch };
  const jobsOf = async (pools: Editions, resyncId: string, objects: readonly string[]) => {
    const left = await requestOf(resyncId);
    const jobs: PageJob[] = [];
    for (const object of objects) {
      try {
        jobs.push({ ...(await jobOf(pools, left, { resyncId, object, epoch })), lease, signal });
      } catch (error) {
        // Its tables don't fit any more: it stays noted until they do.
        if (!(error instanceof DatabaseError) || error.errorClass !== 'configuration') throw error;
        Context.current().log.warn('A cycle can not be verified', { resyncId, object });
      }
    }
    return jobs;
  };
  await editions.use(request, async (pools) => {
    for (const { resyncId, objects } of await leftInsertions(pools, request)) {
      const known = dependencies.catalog.objects.map(({ name }) => name);
      const jobs = await jobsOf(
        pools,
        resyncId,
        objects.filter((object) => known.includes(object)),
      );
      await verifyCycle(jobs);
      for (const object of objects) await recountObject(control, { resyncId, object });
    }
  });
}
