import { proxyActivities } from '@temporalio/workflow';
import type { ResyncActivities } from '../activities';
import type { ObjectWork, RangeWork } from '../activities/objects';
import { bookOptions, rangeOptions } from './activity-options';

const moving = proxyActivities<ResyncActivities>(rangeOptions);
const books = proxyActivities<ResyncActivities>(bookOptions);

/** Activities that move records or read whole tables: heartbeats, long. Temporal Web shows which object they are for. */
export const { preparePlan, verifyUnit } = moving;
export const syncObject = (work: ObjectWork) =>
  moving.syncObject.executeWithOptions({ ...rangeOptions, summary: work.object }, [work]);
export const syncRange = (work: RangeWork) =>
  moving.syncRange.executeWithOptions({ ...rangeOptions, summary: `${work.object}, range ${work.rangeNo}` }, [
    work,
  ]);
export const retryBlocked = (work: ObjectWork) =>
  moving.retryBlocked.executeWithOptions({ ...rangeOptions, summary: work.object }, [work]);

/** Activities that keep the books. */
export const { startObject, finishObject, endObject, noteStatus, renewLease, finishResync } = books;
