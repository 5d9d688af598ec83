/** Comparing objects of a verification while resyncs go on beside it. */
import { requireObject } from '../src/domain/catalog';
import type { VerificationRequest } from '../src/domain/verification';
import { keptForbidden } from '../src/editions/mapping/forbidden';
import { keptShapes } from '../src/editions/columns/kept-shapes';
import { preflight } from '../src/editions/mapping/preflight';
import { type VerifyJob, verifyObjects } from '../src/editions/verification/verify-objects';
import { blockedKeysOf } from '../src/features/verifications/blocked-key-store';
import { lookAtLedger } from '../src/features/verifications/ledger-watch';
import {
  readVerifiedStatuses,
  startVerifiedObject,
  storeVerifiedObject,
} from '../src/features/verifications/object-store';
import { readVerificationRow, toVerificationRequest } from '../src/features/verifications/row';
import type { ComparisonEnd } from './contracts';
import type { ActivityDependencies } from './dependencies';
import { catalogOf } from './district-catalog';
import type { DistrictEditions } from './district-editions';
import type { HeartbeatTools } from './heartbeat';
import { worksForState } from './lanes';
import { noteSchoolNames } from './school-names';

/** An object, or the objects of one cycle together. */
export interface ComparisonWork {
  readonly verificationId: string;
  readonly objects: readonly string[];
  /**
   * Objects that may be compared after those, in this order, each as soon as those before it have
   * been. Absent: none.
   */
  readonly followers?: readonly string[];
}

/** Followers are compared while no more has passed: most take less than an activity costs. */
const followWithinMs = 3_000;

/**
 * Compares an object (or a cycle) and then its followers, one after the other, as long as that goes
 * well and quickly. The first that is busy or fails ends it: it has its own turn later.
 */
export async function compareWithFollowers(
  dependencies: ActivityDependencies,
  editions: DistrictEditions,
  { followers = [], ...work }: ComparisonWork,
  tools: HeartbeatTools,
): Promise<ComparisonEnd> {
  const start = performance.now();
  const end = await compareObjects(dependencies, editions, work, tools);
  if (end.busy !== null || followers.length === 0) return end;
  const followed: string[] = [];
  for (const name of followers) {
    if (tools.signal.aborted || performance.now() - start > followWithinMs) break;
    const follower = { verificationId: work.verificationId, objects: [name] };
    const isCompared = await compareObjects(dependencies, editions, follower, tools).then(
      ({ busy }) => busy === null,
      () => false,
    );
    if (!isCompared) break;
    followed.push(name);
  }
  return { ...end, followed };
}

/**
 * Compares an object (or a cycle), unless a resync is in the middle of it. Drift that was found
 * while pages of it were written is not believed. Idempotent: its rows are replaced.
 */
async function compareObjects(
  dependencies: ActivityDependencies,
  editions: DistrictEditions,
  { verificationId, objects }: ComparisonWork,
  { signal, note }: HeartbeatTools,
): Promise<ComparisonEnd> {
  const { control } = dependencies;
  const request = toVerificationRequest(await readVerificationRow(control, verificationId));
  if (request.initiator === 'state') worksForState();
  const look = (since: string | null) =>
    lookAtLedger(control, { ...request, objects, exceptResync: request.resyncId, since });
  const before = await look(null);
  if (before.busy !== null) return { busy: before.busy };
  for (const object of objects) await startVerifiedObject(control, { verificationId, object });
  return withJobs(dependencies, editions, { request, objects }, async (jobs) => {
    const found = await verifyObjects(jobs.map((job) => ({ ...job, signal, onPage: note })));
    const drift = found.some(({ counts }) => counts.missing + counts.different + counts.extra > 0);
    const after = drift ? await look(before.at) : before;
    if (after.busy !== null || after.stamp !== before.stamp)
      return { busy: after.busy ?? { resyncId: null, hidden: false } };
    for (const outcome of found) await storeVerifiedObject(control, { verificationId, ...outcome });
    return { busy: null };
  });
}

/** Runs the comparison on the district's editions, with all that each object's needs. */
async function withJobs(
  dependencies: ActivityDependencies,
  editions: DistrictEditions,
  { request, objects }: { readonly request: VerificationRequest; readonly objects: readonly string[] },
  compare: (jobs: readonly Omit<VerifyJob, 'signal'>[]) => Promise<ComparisonEnd>,
): Promise<ComparisonEnd> {
  const { config, control } = dependencies;
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
  return editions.use(request, async (pools) => {
    const jobs = [];
    const scope = editions.scope(districtId, schoolYear);
    const [shapes, forbidden] = [keptShapes(verificationId), keptForbidden(verificationId)];
    for (const object of objects) {
      const mapping = await preflight(pools, catalog, object, scope, shapes, forbidden);
      await noteSchoolNames(dependencies, pools, { districtId, mapping, scope });
      jobs.push({
        ...{ editions: pools, catalog, mapping, scope },
        mode: 'compare' as const,
        pageRecords: config.copy.pageRecords,
        rangeRecords: config.copy.rangeRecords,
        districtLoadCeiling: config.copy.districtLoadCeiling,
        planned,
        referred: parents.has(object),
        blockedKeys,
      });
    }
    return compare(jobs);
  });
}
