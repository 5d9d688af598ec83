import type { Client } from '@temporalio/client';
import { copyTaskQueue, noticeTaskQueue } from '../../workflows/messages';

/** A process that asks a task queue for work. */
export interface Poller {
  /** As Temporal has it: process and machine. */
  readonly identity: string;
  /** When it last asked, ISO 8601. */
  readonly lastSeen: string;
}

/** One of the task queues of a deployment. */
export interface TaskQueueState {
  readonly taskQueue: string;
  readonly kind: 'workflow' | 'activity';
  /** Tasks that wait for a worker, about. */
  readonly backlog: number;
  /** Age of the oldest of them. */
  readonly oldestSeconds: number;
  readonly pollers: readonly Poller[];
}

/**
 * What Temporal calls the workers of a deployment together, where they say their build. It allows
 * no dots in it.
 */
export const workerDeployment = (taskQueue: string): string => taskQueue.replaceAll('.', '-');

/** Temporal's numbers for TaskQueueType (temporal/api/enums/v1/task_queue.proto). */
const types = { workflow: 1, activity: 2 } as const;

/** The task queues that the workers of a deployment ask. @throws the SDK's error */
export function readTaskQueues(client: Client, taskQueue: string): Promise<TaskQueueState[]> {
  const wanted = [
    [taskQueue, 'workflow'],
    [taskQueue, 'activity'],
    [copyTaskQueue(taskQueue), 'activity'],
    [noticeTaskQueue(taskQueue), 'activity'],
  ] as const;
  return Promise.all(
    wanted.map(async ([name, kind]) => {
      const { stats, pollers = [] } = await client.connection.workflowService.describeTaskQueue({
        namespace: client.options.namespace,
        taskQueue: { name },
        taskQueueType: types[kind],
        reportStats: true,
      });
      return {
        ...{ taskQueue: name, kind },
        backlog: Number(stats?.approximateBacklogCount ?? 0),
        oldestSeconds: Number(stats?.approximateBacklogAge?.seconds ?? 0),
        pollers: pollers.map(({ identity, lastAccessTime }) => ({
          identity: identity ?? '',
          lastSeen: new Date(Number(lastAccessTime?.seconds ?? 0) * 1000).toISOString(),
        })),
      };
    }),
  );
}
