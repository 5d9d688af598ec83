import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Knex } from 'knex';
import { readVerifiedObjects } from '../src/features/verifications/object-store';
import { ConflictError } from '../src/control/control-error';
import type { ObjectOutcome } from '../src/features/resyncs/object-books';
import { finishObject, startObject } from '../src/features/resyncs/object-store';
import { keepTransferTasks } from '../src/features/identity-conflicts/alerts';
import { releaseLease, takeLease } from '../src/features/resyncs/lease';
import { listNotices } from '../src/features/notices/list-due';
import { finishResync, loadResync, openResyncsOf, setResyncStatus } from '../src/features/resyncs/store';
import { errorsOf, processedOf } from '../src/domain/outcome';
import type { HeldStatus, ResyncRequest } from '../src/domain/resync';
import type { ActivityDependencies } from './dependencies';
import type { ObjectEnd, ResyncEnd, RunsUnderWay } from './contracts';
import { resyncWorkflowId } from '../workflows/messages';
import { shortActivity } from './activity';

interface ObjectName {
  readonly resyncId: string;
  readonly object: string;
}

interface DistrictYear {
  readonly districtId: string;
  readonly schoolYear: number;
}

async function isUnderWay(resyncId: string): Promise<boolean> {
  try {
    const { status } = await Context.current()
      .client.workflow.getHandle(resyncWorkflowId(resyncId))
      .describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** An object's end as workflows see it: counts only. */
export const endOf = ({ object, status, counts }: ObjectOutcome): ObjectEnd => ({ object, status, counts });

/**
 * Who wants to be told of the end. What fails here is made up for by the API's pass over alerts:
 * the run has ended.
 */
async function noticesOf(control: Knex, resyncId: string): Promise<readonly number[]> {
  try {
    return (await listNotices(control, { resyncId })).flatMap(({ alertIds }) => alertIds);
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown';
    Context.current().log.warn('The notices of a run were put off', { resyncId, error: name });
    return [];
  }
}

/** Activities that keep the run records in the control database; each is idempotent. */
export function runLifecycleActivities({ config, control, meter }: ActivityDependencies) {
  return {
    /** The object's row in DISBatchHistory turns gray and gets its start time, once. */
    startObject: shortActivity((work: ObjectName): Promise<void> => startObject(control, work)),

    /** Sums the ledger, asserts that every record is accounted for, gives the color. */
    finishObject: shortActivity(async (work: ObjectName): Promise<ObjectEnd> =>
      endOf(await finishObject(control, { ...work, status: 'finished' })),
    ),

    /** An object that did not finish: what was committed is counted, the color is red. */
    endObject: shortActivity(
      async (
        work: ObjectName & { status: 'failed' | 'cancelled' | 'skipped'; message: string },
      ): Promise<ObjectEnd> => {
        try {
          return endOf(await finishObject(control, work));
        } catch (error) {
          // It had finished, and only the answer was lost: then that is how it ended.
          if (!(error instanceof ConflictError)) throw error;
          return endOf(await finishObject(control, { ...work, status: 'finished', message: null }));
        }
      },
    ),

    /**
     * Runs that an agent has left behind which was ended from outside: one at a time may run, so
     * the next agent takes them over.
     */
    findRunsUnderWay: shortActivity(
      async ({ districtId, schoolYear }: DistrictYear): Promise<RunsUnderWay> => {
        const runs: ResyncRequest[] = [];
        for (const { request } of await openResyncsOf(control, { districtId, schoolYear }))
          if (await isUnderWay(request.resyncId)) runs.push(request);
        const states = runs.find(({ initiator }) => initiator === 'state') ?? null;
        const own = runs.find(({ initiator }) => initiator === 'district') ?? null;
        return states === null ? { active: own, preempted: null } : { active: states, preempted: own };
      },
    ),

    /**
     * Running, paused, preempted or awaiting an approval, where the API and its readers look. The
     * note with the highest number stays, in whatever order they arrive.
     */
    noteStatus: shortActivity(
      async (work: { resyncId: string; status: HeldStatus; sequence?: number }): Promise<void> =>
        void (await setResyncStatus(control, work)),
    ),

    /**
     * A new epoch for a run that goes on after a state request had the district, and the status in
     * which it does.
     */
    renewLease: shortActivity(
      async ({
        resyncId,
        status = 'running',
        sequence,
      }: {
        resyncId: string;
        status?: Exclude<HeldStatus, 'preempted'>;
        sequence?: number;
      }): Promise<number> => {
        const { districtId, schoolYear } = (await loadResync(control, resyncId)).request;
        const epoch = await takeLease(control, { districtId, schoolYear, resyncId }, { ofOpenRun: true });
        await setResyncStatus(control, {
          resyncId,
          status,
          ...(sequence === undefined ? {} : { sequence }),
        });
        return epoch;
      },
    ),

    /** Closes the run: totals, color, end time; the lease is free. */
    finishResync: shortActivity(
      async (work: {
        resyncId: string;
        status: 'finished' | 'failed' | 'cancelled';
        message: string | null;
        /**
         * Of a resync that verifies: the verification that gives its color when every object
         * finished.
         */
        verifiedBy?: string;
      }): Promise<ResyncEnd> => {
        const { request } = await loadResync(control, work.resyncId);
        const { districtId, schoolYear } = request;
        const { verifiedBy, ...ended } = work;
        const verified = verifiedBy !== undefined && {
          verificationId: verifiedBy,
          objects: await readVerifiedObjects(control, verifiedBy),
        };
        const { counts, ...end } = await finishResync(control, {
          ...ended,
          ...(verified ? { verified } : {}),
        });
        await keepTransferTasks(control, config.districts, request);
        await releaseLease(control, { districtId, schoolYear, resyncId: work.resyncId });
        meter?.runEnded(end);
        const noticeAlerts = await noticesOf(control, work.resyncId);
        return {
          ...end,
          processed: processedOf(counts),
          errors: errorsOf(counts),
          ...(noticeAlerts.length > 0 ? { noticeAlerts } : {}),
        };
      },
    ),
  };
}
