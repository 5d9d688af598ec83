import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { copyTaskQueue, noticeTaskQueue } from '../../workflows/messages';

/** What the workers are made with. */
interface Shared {
  readonly connection: NativeConnection;
  readonly taskQueue: string;
  readonly activities: object;
  readonly dataConverter?: NonNullable<WorkerOptions['dataConverter']>;
  readonly maxHeartbeatThrottleInterval?: WorkerOptions['maxHeartbeatThrottleInterval'];
}

type Workflows = Pick<WorkerOptions, 'workflowBundle' | 'stickyQueueScheduleToStartTimeout'>;

/** Workers of all task queues, as src/worker.ts has them, for as long as `work` takes. */
export async function withWorkers<T>(
  shared: Shared,
  workflows: Workflows,
  work: () => Promise<T>,
): Promise<T> {
  const main = await Worker.create({ ...shared, ...workflows });
  const copying = await Worker.create({ ...shared, taskQueue: copyTaskQueue(shared.taskQueue) });
  const noticing = await Worker.create({ ...shared, taskQueue: noticeTaskQueue(shared.taskQueue) });
  return noticing.runUntil(copying.runUntil(main.runUntil(work)));
}
