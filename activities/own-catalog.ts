import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { catalogHashOf } from '../src/catalog/hash';
import { otherCatalogText } from '../src/domain/other-catalog';
import { guardedOf, noteOtherCatalog, noteOwnCatalog } from '../src/features/resyncs/own-catalog';
import type { ActivityDependencies } from './dependencies';
import { withFailures } from './failures';

/** Another worker may take it at once: most often one is there that has the run's catalog. */
const soonMs = 100;
/** So many times; then only a person can help. */
const soonAttempts = 50;
const laterMs = 30_000;

/** What an activity is given, as far as it says of which run or verification it is. */
interface Work {
  readonly resyncId?: string | null;
  readonly verificationId?: string;
  /** How a run is to end. */
  readonly status?: string;
}

type Activity = (work: never) => Promise<unknown>;

/**
 * Activities, of which a worker does those named for runs and verifications of its own catalog
 * only. Of another one it touches nothing: the attempt fails, in a way that is tried again and that
 * a worker with that catalog may take, and it says that it waits for one. A run that failed or was
 * cancelled is closed by any worker: that reads no catalog, and a catalog that no worker has any
 * more must not keep it open.
 */
export function forOwnCatalog<Activities extends Readonly<Record<string, Activity>>>(
  { catalog, control }: Pick<ActivityDependencies, 'catalog' | 'control'>,
  activities: Activities,
  names: readonly (keyof Activities)[],
): Activities {
  const workerHash = catalogHashOf(catalog);

  const requireOwnCatalog = async (work: Work): Promise<void> => {
    const { resyncId = null, verificationId } = work;
    const named = resyncId !== null ? { resyncId } : verificationId !== undefined && { verificationId };
    if (named === false || work.status === 'failed' || work.status === 'cancelled') return;
    const guarded = await guardedOf(control, named);
    if (guarded === null || guarded.catalogHash === null) return;
    const { kind, id, catalogHash, left } = guarded;
    if (catalogHash === workerHash) {
      if (left) await noteOwnCatalog(control, { kind, id });
      return;
    }
    await noteOtherCatalog(control, { kind, id, workerHash });
    const message = otherCatalogText({ kind, id, catalogHash, workerHash });
    const { info, log } = Context.current();
    const goesOnSoon = info.attempt < soonAttempts;
    if (info.attempt === 1 || !goesOnSoon) log.warn(message, { [`${kind}Id`]: id, catalogHash, workerHash });
    throw ApplicationFailure.create({
      message,
      type: 'OtherCatalog',
      nextRetryDelay: goesOnSoon ? soonMs : laterMs,
    });
  };

  const guarded = names.map((name): [keyof Activities, Activity] => {
    const activity = activities[name]!;
    return [
      name,
      async (work: never) => {
        await withFailures(() => requireOwnCatalog(work));
        return activity(work);
      },
    ];
  });
  return { ...activities, ...(Object.fromEntries(guarded) as Partial<Activities>) };
}
