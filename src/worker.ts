import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { bundledWorkflows } from './temporal/bundle-workflows';
import { createActivities } from '../activities';
import { Lanes } from '../activities/lanes';
import type { Config } from './config';
import type { Catalog } from './domain/catalog';
import { openControl } from './control/database';
import { catalogOf } from './deployment';
import { addSearchAttributes, withTemporal } from './temporal/search-attributes';
import { copyTaskQueue, noticeTaskQueue } from '../workflows/messages';

export interface RunningWorker {
  /** Stops polling, lets pages under way commit, and closes every connection. */
  stop(): Promise<void>;
  /** Settles when the worker has stopped, for whatever reason. */
  readonly stopped: Promise<void>;
}

/**
 * Ranges end at the next page when the worker has to stop; longer than this and they are
 * repeated elsewhere.
 */
const shutdownGraceTime = '30 seconds';
const shutdownForceTime = '45 seconds';

/**
 * Starts a worker: workflows and run records on one task queue, and on another the activities that
 * move records, as many at a time as the configuration has lanes.
 * @param catalog the configured one; `workflows`: bundled here unless a caller has
 * @throws CatalogError, ConfigError, or the SDK's error when Temporal can't be reached
 */
export async function startWorker(
  config: Config,
  {
    catalog = catalogOf(config),
    workflows,
  }: { catalog?: Catalog; workflows?: Pick<WorkerOptions, 'workflowBundle'> } = {},
): Promise<RunningWorker> {
  const { address, namespace, taskQueue } = config.temporal;
  // A workflow that sets an unregistered search attribute gets stuck.
  await withTemporal(address, (connection) => addSearchAttributes(connection, namespace));
  const connection = await NativeConnection.connect({ address });
  const control = openControl(config.controlDatabaseUrl);
  const activitySet = createActivities({ config, catalog, control });
  const shared: WorkerOptions = {
    connection,
    namespace,
    taskQueue,
    activities: activitySet.activities,
    maxHeartbeatThrottleInterval: '2 seconds',
    shutdownGraceTime,
    shutdownForceTime,
  };
  const workers = [
    await Worker.create({
      ...shared,
      ...(workflows ?? (await bundledWorkflows())),
      ...inLanes(recordSlots),
      maxCachedWorkflows,
      // After a worker died the server waits this long before another may take its workflows over
      // (default 10 s).
      stickyQueueScheduleToStartTimeout: '2 seconds',
    }),
    await Worker.create({
      ...shared,
      taskQueue: copyTaskQueue(taskQueue),
      ...inLanes(config.copy.lanes),
    }),
    await Worker.create({
      ...shared,
      taskQueue: noticeTaskQueue(taskQueue),
      maxConcurrentActivityTaskExecutions: noticeSlots,
    }),
  ];
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  // One alone would look alive and do half the work.
  const stopped = Promise.all(workers.map((worker) => worker.run().finally(shutdown))).finally(async () => {
    await Promise.all([activitySet.close(), control.destroy(), connection.close()]);
  });
  return {
    stopped: stopped.then(() => undefined),
    stop: async () => {
      shutdown();
      await stopped;
    },
  };
}

/** So many activities at a time, and more while some of them wait for a district's database. */
function inLanes(count: number): Pick<WorkerOptions, 'tuner' | 'interceptors'> {
  const lanes = new Lanes(count);
  return {
    tuner: {
      workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: workflowSlots },
      activityTaskSlotSupplier: lanes.supplier,
      localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
      nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
    },
    interceptors: { activity: [lanes.interceptor] },
  };
}

/** Workflow tasks at a time, as the SDK has it. */
const workflowSlots = 40;

/**
 * Workflows kept ready between their tasks, each some hundred kB: a request to a thousand districts
 * leaves an agent and a run of each behind. One that was dropped is replayed when it is next
 * needed.
 */
const maxCachedWorkflows = 100;

/** Short statements and the planning of runs; each holds a connection to the control database. */
const recordSlots = 8;
/**
 * Notices on their way at the same time; an endpoint that doesn't answer holds one for ten seconds.
 */
const noticeSlots = 20;
