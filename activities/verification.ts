import { catalogHashOf } from '../src/catalog/hash';
import type { VerificationRequest } from '../src/domain/verification';
import { postDriftAlert, postIncompleteAlert } from '../src/features/verifications/drift-alert';
import { endVerifiedObject, planVerifiedObjects } from '../src/features/verifications/object-store';
import {
  finishVerification,
  insertVerification,
  setVerificationStatus,
  type VerificationEnd,
} from '../src/features/verifications/store';
import { activity, shortActivity } from './activity';
import { compareWithFollowers, type ComparisonWork } from './compare-objects';
import type { ComparisonEnd, VerificationPlan } from './contracts';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
import type { DistrictEditions } from './district-editions';
import { planRun } from './plan-run';

export type { ComparisonWork } from './compare-objects';

/**
 * Activities of a verification. Counts and samples go to the control database, never through the
 * workflow.
 */
export function verificationActivities(dependencies: ActivityDependencies, editions: DistrictEditions) {
  const { config, control } = dependencies;
  return {
    /** Stores what isn't stored yet, and plans as a resync would. Safe to repeat. */
    openVerification: shortActivity((request: VerificationRequest): Promise<VerificationPlan> =>
      openVerification(dependencies, editions, request),
    ),

    /**
     * Compares an object, or a cycle, unless a resync is in the middle of it, and what may follow.
     * Safe to repeat.
     */
    compareObjects: activity((tools, work: ComparisonWork): Promise<ComparisonEnd> =>
      compareWithFollowers(dependencies, editions, work, tools),
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
      async (work: {
        verificationId: string;
        status: 'finished' | 'failed' | 'cancelled';
        message: string | null;
      }): Promise<VerificationEnd> => {
        const end = await finishVerification(control, work);
        await postDriftAlert(control, work.verificationId, config.notices.drift);
        await postIncompleteAlert(control, work.verificationId);
        return end;
      },
    ),
  };
}

async function openVerification(
  { config, control, catalog: base }: ActivityDependencies,
  editions: DistrictEditions,
  request: VerificationRequest,
): Promise<VerificationPlan> {
  const { verificationId, districtId } = request;
  await insertVerification(control, request, { catalogHash: catalogHashOf(base) });
  await setVerificationStatus(control, { verificationId, status: 'running', message: null });
  const catalog = await catalogOf({ catalog: base, control }, districtId);
  const { objects } = await planRun({ catalog, control }, editions.district(districtId), request);
  await planVerifiedObjects(control, verificationId, objects);
  return {
    objects: objects.map(({ name, after, cycle }) => ({ name, after, cycle })),
    // Whole objects take long: a lane is left for the ranges of resyncs.
    atOnce: Math.max(1, config.copy.lanes - 1),
  };
}
