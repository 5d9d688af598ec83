import { type ActivityOptions, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { ResyncActivities } from '../activities';
import type { CycleWork, ObjectsWork, RangeWork } from '../activities/objects';
import type { ObjectWork } from '../activities/object-jobs';
import type { RecompareWork } from '../activities/recompare';
import type { RemovalWork } from '../activities/removals';
import type { ComparisonWork } from '../activities/verification';
import {
  recordOptions,
  noticeOptions,
  rangeOptions,
  regionOptions,
  unfinishedCycleBudget,
} from './activity-options';
import { copyTaskQueue, noticeTaskQueue } from './messages';

const moving = proxyActivities<ResyncActivities>(rangeOptions);
const records = proxyActivities<ResyncActivities>(recordOptions);

/** Moves records: in a lane of its own, and Temporal Web shows what it is for. */
const inLane = (summary: string): ActivityOptions => ({
  ...rangeOptions,
  taskQueue: copyTaskQueue(workflowInfo().taskQueue),
  summary,
});

/** Reads bounds of whole tables: long, but it moves nothing. */
export const { preparePlan } = moving;

/** Waits for another deployment, as long as a run there may take. */
export const { askRegion } = proxyActivities<ResyncActivities>(regionOptions);

/** Activities that move records. */
export const syncObject = (work: ObjectWork) =>
  moving.syncObject.executeWithOptions(inLane(work.object), [work]);
export const syncObjects = (work: ObjectsWork) =>
  moving.syncObjects.executeWithOptions(inLane(work.objects.join(', ')), [work]);
export const syncRange = (work: RangeWork) =>
  moving.syncRange.executeWithOptions(inLane(`${work.object}, range ${work.rangeNo}`), [work]);
export const retryBlocked = (work: ObjectWork) =>
  moving.retryBlocked.executeWithOptions(inLane(work.object), [work]);
export const settleStateFields = (work: ObjectWork & { readonly syncEventId: string }) =>
  moving.settleStateFields.executeWithOptions(inLane(`${work.object}, state's fields`), [work]);
export const carryDown = (work: { readonly syncEventId: string }) =>
  moving.carryDown.executeWithOptions(inLane(`${work.syncEventId}, down`), [work]);
export const retryBlockedOfCycle = (work: CycleWork) =>
  moving.retryBlockedOfCycle.executeWithOptions(inLane(work.cycle), [work]);
export const verifyCycle = (work: CycleWork) =>
  moving.verifyCycle.executeWithOptions(inLane(work.cycle), [work]);
/**
 * The same for a cycle that did not get to its end: a cancellation waits for it, so it may not wait
 * for a database for long. What it leaves, the next run settles.
 */
export const verifyUnfinishedCycle = (work: CycleWork) =>
  moving.verifyCycle.executeWithOptions(
    { ...inLane(work.cycle), scheduleToCloseTimeout: unfinishedCycleBudget },
    [work],
  );

/** Compares an object again that the state's triggers may have changed. */
export const recompareObject = (work: RecompareWork) =>
  moving.recompareObject.executeWithOptions(inLane(`${work.object} again`), [work]);
export const findRemovals = (work: ObjectWork) =>
  moving.findRemovals.executeWithOptions(inLane(`gone ${work.object}`), [work]);
export const removeRecords = (work: RemovalWork) =>
  moving.removeRecords.executeWithOptions(inLane(`remove ${work.objects.join(', ')}`), [work]);
/** Compares without moving anything; it reads whole tables, so it takes a lane too. */
export const compareObjects = (work: ComparisonWork) =>
  moving.compareObjects.executeWithOptions(inLane(work.objects.join(', ')), [work]);

/** Activities that keep the records of runs in the control database. */
export const {
  startObject,
  finishObject,
  endObject,
  findRunsUnderWay,
  noteStatus,
  renewLease,
  finishResync,
  nextBlackout,
  noteHold,
  startScheduledResync,
  holdRemovals,
  decideRemovals,
  noteRemovalStopped,
  endRemovals,
  openVerification,
  noteVerification,
  endComparison,
  finishVerification,
  selectDrifted,
  failSyncEvent,
  beginRetention,
  endRetention,
} = records;

/** Removing what was kept long enough: minutes of short statements. */
export const { removeOldRows } = proxyActivities<ResyncActivities>({
  ...recordOptions,
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '20 seconds',
});

/** After a run: its workflow waits for it, and its district's next run for the workflow. */
export const { sendUnblocked } = proxyActivities<ResyncActivities>({
  ...recordOptions,
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '5 minutes',
});

/** Activities that send notices out, apart from all others. */
export const { listDeliveries, giveUpNotice } = records;
export const deliverNotice = (work: { deliveryId: number }) =>
  records.deliverNotice.executeWithOptions(
    { ...noticeOptions, taskQueue: noticeTaskQueue(workflowInfo().taskQueue) },
    [work],
  );
