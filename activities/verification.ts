import { lookAtLedger } from '../src/features/verifications/ledger-watch';
import { blockedKeysOf } from '../src/features/verifications/blocked-key-store';
import {
  endVerifiedObject,
  planVerifiedObjects,
  startVerifiedObject,
  storeVerifiedObject,
} from '../src/features/verifications/object-store';
import {
  finishVerification,
  insertVerification,
  setVerificationStatus,
  type VerificationEnd,
} from '../src/features/verifications/store';
import { readVerificationRow, toVerificationRequest } from '../src/features/verifications/row';
import { readVerifiedStatuses } from '../src/features/verifications/object-store';
import { requireObject } from '../src/domain/catalog';
import type { VerificationRequest } from '../src/domain/verification';
import { keptShapes } from '../src/editions/columns/kept-shapes';
import { loadMapping } from '../src/editions/mapping/load';
import { type VerifyJob, verifyObjects } from '../src/editions/verification/verify-objects';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
import type { DistrictEditions } from './district-editions';
import { activity, shortActivity } from './activity';
import { planRun } from './plan-run';
import type { ComparisonEnd, VerificationPlan } from './contracts';

/** An object, or the objects of one cycle together. */
export interface ComparisonWork {
  readonly verificationId: string;
  readonly objects: readonly string[];
}

/**
 * Activities of a verification. Counts and samples go to the control database, never through the
 * workflow.
 */
export function verificationActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;

  const jobsOf = async (
    request: VerificationRequest,
    objects: readonly string[],
    use: (jobs: Omit<VerifyJob, 'signal'>[]) => Promise<void>,
  ): Promise<void> => {
    const { verificationId, districtId, schoolYear } = request;
    const catalog = await catalogOf(dependencies, districtId);
    const statuses = await readVerifiedStatuses(control, verificationId);
    // An object that can't be compared can't be sent either: none of its records will come.
    const planned = new Set([...statuses].filter(([, status]) => status !== 'failed').map(([name]) => name));
    const parents = new Set(
      [...planned].flatMap((name) => requireObject(catalog, name).references.map((parent) => parent.object)),
    );
    const blockedKeys = blockedKeysOf(control, verificationId);
    for (const object of objects) await blockedKeys.forget(object);
    await editions.use(districtId, async (pools) => {
      const jobs = [];
      for (const object of objects)
        jobs.push({
          editions: pools,
          catalog,
          mapping: await loadMapping(pools, catalog, object, keptShapes(verificationId)),
          scope: editions.scope(districtId, schoolYear),
          mode: 'compare' as const,
          pageRecords: config.copy.pageRecords,
          rangeRecords: config.copy.rangeRecords,
          districtLoadCeiling: config.copy.districtLoadCeiling,
          planned,
          referred: parents.has(object),
          blockedKeys,
        });
      await use(jobs);
    });
  };

  return {
    /** Stores what isn't stored yet, and plans as a resync would. Safe to repeat. */
    openVerification: shortActivity(async (request: VerificationRequest): Promise<VerificationPlan> => {
      const { verificationId, districtId } = request;
      await insertVerification(control, request);
      await setVerificationStatus(control, { verificationId, status: 'running', message: null });
      const catalog = await catalogOf(dependencies, districtId);
      const { objects } = await planRun({ catalog, control }, editions.district(districtId), request);
      await planVerifiedObjects(control, verificationId, objects);
      return {
        objects: objects.map(({ name, after, cycle }) => ({ name, after, cycle })),
        // Whole objects take long: a lane is left for the ranges of resyncs.
        atOnce: Math.max(1, config.copy.lanes - 1),
      };
    }),

    /**
     * Compares an object (or a cycle), unless a resync is in the middle of it. Drift that was found
     * while pages of it were written is not believed. Safe to repeat: its rows are replaced.
     */
    compareObjects: activity(
      async ({ signal, note }, { verificationId, objects }: ComparisonWork): Promise<ComparisonEnd> => {
        const request = toVerificationRequest(await readVerificationRow(control, verificationId));
        const look = (since: string | null) =>
          lookAtLedger(control, { ...request, objects, exceptResync: request.resyncId, since });
        const before = await look(null);
        if (before.busy !== null) return { busy: before.busy };
        for (const object of objects) await startVerifiedObject(control, { verificationId, object });
        let end: ComparisonEnd = { busy: null };
        await jobsOf(request, objects, async (jobs) => {
          const found = await verifyObjects(jobs.map((job) => ({ ...job, signal, onPage: note })));
          const drift = found.some(({ counts }) => counts.missing + counts.different + counts.extra > 0);
          const after = drift ? await look(before.at) : before;
          if (after.busy !== null || after.stamp !== before.stamp) {
            end = { busy: after.busy ?? { resyncId: null, hidden: false } };
            return;
          }
          for (const outcome of found) await storeVerifiedObject(control, { verificationId, ...outcome });
        });
        return end;
      },
    ),

    /** Where the API and its readers look for it. */
    noteVerification: shortActivity(
      (work: {
        verificationId: string;
        status: 'running' | 'waiting';
        message: string | null;
      }): Promise<void> => setVerificationStatus(control, work),
    ),

    /** Objects that could not be compared. */
    endComparison: shortActivity(
      async ({
        objects,
        ...end
      }: ComparisonWork & { status: 'failed' | 'cancelled'; message: string }): Promise<void> => {
        for (const object of objects) await endVerifiedObject(control, { ...end, object });
      },
    ),

    /** Closes it and gives the verdict. */
    finishVerification: shortActivity(
      (work: {
        verificationId: string;
        status: 'finished' | 'failed' | 'cancelled';
        message: string | null;
      }): Promise<VerificationEnd> => finishVerification(control, work),
    ),
  };
}
