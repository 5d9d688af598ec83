import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import type { FiringEnd } from '../activities/scheduled-resync';
import { startScheduledResync } from './activities';

/** Set by the server on what a schedule starts: the time of the schedule, without jitter. */
const scheduledStart = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/**
 * One firing of a schedule. It ends once the resync is with its district's agent: what waits and
 * runs is the agent's, so that a scheduled resync keeps its place among the others and a state's
 * goes first.
 */
export async function scheduledResync({ scheduleId }: { scheduleId: string }): Promise<FiringEnd> {
  const { typedSearchAttributes, startTime } = workflowInfo();
  const scheduledFor = (typedSearchAttributes.get(scheduledStart) ?? startTime).toISOString();
  return startScheduledResync({ scheduleId, scheduledFor });
}
