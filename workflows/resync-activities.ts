import { proxyActivities } from '@temporalio/workflow';
import type { ResyncActivities } from '../activities';
import { bookOptions, rangeOptions } from './activity-options';

/** Activities that move records or read whole tables: heartbeats, long. */
export const { preparePlan, syncObject, syncRange, retryBlocked, verifyUnit } =
  proxyActivities<ResyncActivities>(rangeOptions);

/** Activities that keep the books. */
export const { startObject, finishObject, endObject, noteStatus, renewLease, finishResync } =
  proxyActivities<ResyncActivities>(bookOptions);
