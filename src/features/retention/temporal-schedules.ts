/** The schedule at Temporal by which a pass is made each day. */
import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
} from '@temporalio/client';
import type { Config } from '../../config';

/** Deployments may share a namespace: each has its own. */
export const retentionScheduleId = (taskQueue: string): string => `retention:${taskQueue}`;

/**
 * Has Temporal start a pass each day as it is configured. Safe to repeat.
 * @throws the SDK's errors
 */
export async function ensureRetentionSchedule(
  client: Client,
  taskQueue: string,
  { retention: { at }, timezone }: Pick<Config, 'retention' | 'timezone'>,
): Promise<void> {
  const options = {
    scheduleId: retentionScheduleId(taskQueue),
    spec: {
      calendars: [{ hour: Number(at.slice(0, 2)), minute: Number(at.slice(3)) }],
      ...(timezone === undefined ? {} : { timezone }),
    },
    action: {
      type: 'startWorkflow',
      workflowType: 'retention',
      workflowId: retentionScheduleId(taskQueue),
      taskQueue,
      args: [],
      staticSummary: 'Removes what was kept long enough',
    },
    // One that is under way goes on; a day that was missed is made up for by the next one.
    policies: { overlap: 'SKIP', catchupWindow: '1 hour' },
  } satisfies ScheduleOptions;
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies } = options;
    await client.schedule
      .getHandle(options.scheduleId)
      .update(({ state }) => ({ spec, action, policies, state }));
  }
}

/** Whether Temporal has it, paused or not. @throws the SDK's errors */
export async function hasRetentionSchedule(client: Client, taskQueue: string): Promise<boolean> {
  try {
    await client.schedule.getHandle(retentionScheduleId(taskQueue)).describe();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}

/** When the next pass starts; `null`: Temporal has no such schedule, or it is paused. */
export async function nextRetention(client: Client, taskQueue: string): Promise<Date | null> {
  try {
    const { state, info } = await client.schedule.getHandle(retentionScheduleId(taskQueue)).describe();
    return state.paused ? null : (info.nextActionTimes[0] ?? null);
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}
