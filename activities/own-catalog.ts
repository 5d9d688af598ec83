import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { catalogHashOf } from '../src/catalog/hash';
import { otherCatalogText } from '../src/domain/other-catalog';
import { catalogOfRun, noteOtherCatalog, noteOwnCatalog } from '../src/features/resyncs/own-catalog';
import type { ActivityDependencies } from './dependencies';
import { withFailures } from './failures';

/** Another worker may take it at once: most often one is there that has the run's catalog. */
const soonMs = 100;
/** So many times; then only a person can help. */
const soonAttempts = 50;
const laterMs = 30_000;

/** What an activity is given, as far as it says of which run it is. */
interface Work {
  readonly resyncId?: string;
  readonly verificationId?: string;
  /** How a run is to end. */
  readonly status?: string;
}

type Activity = (work: never) => Promise<unknown>;

/**
 * Activities, of which a worker does those named for runs of its own catalog only. Of another run
 * it touches nothing: the attempt fails, in a way that is tried again and that a worker with that
 * catalog may take, and the run says that it waits for one. A run that failed or was cancelled is
 * closed by any worker: that reads no catalog, and a catalog that no worker has any more must not
 * keep it open.
 */
export function forOwnCatalog<Activities extends Readonly<Record<string, Activity>>>(
  { catalog, control }: Pick<ActivityDependencies, 'catalog' | 'control'>,
  activities: Activities,
  names: readonly (keyof Activities)[],
): Activities {
  const workerHash = catalogHashOf(catalog);

  const requireOwnCatalog = async (work: Work): Promise<void> => {
    const { resyncId, verificationId } = work;
    const named = resyncId !== undefined ? { resyncId } : verificationId !== undefined && { verificationId };
    if (named === false || work.status === 'failed' || work.status === 'cancelled') return;
    const run = await catalogOfRun(control, named);
    if (run === null || run.catalogHash === null) return;
    if (run.catalogHash === workerHash) {
      if (run.left) await noteOwnCatalog(control, run.resyncId);
      return;
    }
    await noteOtherCatalog(control, { resyncId: run.resyncId, workerHash });
    const { catalogHash } = run;
    const message = otherCatalogText({ resyncId: run.resyncId, catalogHash, workerHash });
    const { info, log } = Context.current();
    const goesOnSoon = info.attempt < soonAttempts;
    if (info.attempt === 1 || !goesOnSoon)
      log.warn(message, { resyncId: run.resyncId, catalogHash, workerHash });
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
