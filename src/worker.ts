import {
  type ActivityInboundCallsInterceptor,
  type NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import type { Knex } from 'knex';
import { bundledWorkflows } from './temporal/bundle-workflows';
import { createActivities } from '../activities';
import { withFailures } from '../activities/failures';
import { heartbeatEveryMs } from '../activities/heartbeat';
import { Lanes } from '../activities/lanes';
import type { Config } from './config';
import { DistrictRegistry } from './features/registrations/registry';
import { watchDistricts } from './features/registrations/watch';
import type { Catalog } from './domain/catalog';
import { openControl } from './control/database';
import { requireControlVersion } from './schema-version';
import { answersInTime } from './control/answers-in-time';
import { catalogOf } from './deployment';
import { nativeConnection } from './temporal/connect-worker';
import { dataConverterOf } from './temporal/payload-codec';
import { requireSearchAttributes } from './temporal/require-search-attributes';
import { workerDeployment } from './temporal/task-queues';
import { copyTaskQueue, noticeTaskQueue } from '../workflows/messages';
import {
  type InnerAnswers,
  type InnerServer,
  type Readiness,
  startInnerServer,
} from './telemetry/inner-server';
import { openRegistry } from './telemetry/registry';
import { openTracing, type Tracing } from './telemetry/tracing';
import { type MeteredWork, meterWork } from './telemetry/work-meter';

export interface RunningWorker {
  /** Of /livez, /readyz and /metrics for operators; `null`: the configuration has no such port. */
  readonly healthUrl: string | null;
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

export interface WorkerSettings {
  /** Default: the configured one. */
  readonly catalog?: Catalog;
  /** Bundled here unless a caller has. */
  readonly workflows?: Pick<WorkerOptions, 'workflowBundle'>;
  /** Text of Prometheus that the SDK has of itself, for our own /metrics. */
  readonly sdkMetrics?: (() => Promise<string>) | undefined;
}

/**
 * Starts a worker: workflows and run records on one task queue, and on another the activities that
 * move records, as many at a time as the configuration has lanes.
 * @throws CatalogError, ConfigError, ControlVersionError, NoTemporalError,
 * MissingSearchAttributes, or the listener's error when the port of its health is taken
 */
export async function startWorker(
  config: Config,
  { catalog = catalogOf(config), workflows, sdkMetrics }: WorkerSettings = {},
): Promise<RunningWorker> {
  const { namespace, taskQueue } = config.temporal;
  const control = openControl(config.controlDatabaseUrl);
  const connection = await (async () => {
    try {
      await requireControlVersion(control);
      await requireSearchAttributes(config.temporal);
      return await nativeConnection(config.temporal);
    } catch (error) {
      await control.destroy();
      throw error;
    }
  })();
  const districts = new DistrictRegistry(config, control);
  const lanes = new Lanes(config.copy.lanes);
  const metrics = openRegistry(districts.config, { ofProcess: true });
  const meter = meterWork(metrics.registry, () => lanes.inUse);
  const tracing = await openTracing(config, { part: 'worker', control });
  const activitySet = createActivities({
    ...{ config: districts.config, catalog, control, meter },
    ...(tracing && { tracing }),
  });
  const watching = watchDistricts(districts, () => activitySet.closeLeft());
  const shared: WorkerOptions = {
    connection,
    namespace,
    ...dataConverterOf(config.temporal),
    ...ofBuild(config.temporal),
    taskQueue,
    activities: activitySet.activities,
    maxHeartbeatThrottleInterval: heartbeatEveryMs,
    shutdownGraceTime,
    shutdownForceTime,
  };
  const workers: Worker[] = [];
  let health: InnerServer | null = null;
  const close = async (): Promise<void> => {
    await Promise.all([health?.close(), watching.stop()]);
    meter.close();
    metrics.close();
    await tracing?.close();
    await Promise.all([activitySet.close(), control.destroy(), connection.close()]);
  };
  const polling = (): boolean =>
    workers.length > 0 && workers.every((worker) => worker.getState() === 'RUNNING');
  try {
    health = await openHealth(config, {
      readiness: async (books) => {
        const [temporal, controlDatabase] = await Promise.all([answers(connection), answersInTime(books)]);
        return { temporal, controlDatabase, polling: polling() };
      },
      metrics: async () => ({
        contentType: metrics.registry.contentType,
        text: [await metrics.registry.metrics(), (await sdkMetrics?.()) ?? ''].join('\n'),
      }),
    });
    workers.push(
      await Worker.create({
        ...shared,
        ...(workflows ?? (await bundledWorkflows())),
        ...inLanes(new Lanes(recordSlots), { meter, districts, tracing }),
        maxCachedWorkflows,
        // After a worker died the server waits this long before another may take its workflows over
        // (default 10 s).
        stickyQueueScheduleToStartTimeout: '2 seconds',
      }),
      await Worker.create({
        ...shared,
        taskQueue: copyTaskQueue(taskQueue),
        ...inLanes(lanes, { meter, districts, tracing }),
      }),
      await Worker.create({
        ...shared,
        taskQueue: noticeTaskQueue(taskQueue),
        maxConcurrentActivityTaskExecutions: noticeSlots,
        interceptors: {
          ...(tracing && { client: tracing.client }),
          activity: [meter.interceptor, ...(tracing === null ? [] : [tracing.activity])],
        },
      }),
    );
  } catch (error) {
    await close();
    throw error;
  }
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  // One alone would look alive and do half the work.
  const stopped = Promise.all(workers.map((worker) => worker.run().finally(shutdown))).finally(close);
  return {
    healthUrl: health?.url ?? null,
    stopped: stopped.then(() => undefined),
    stop: async () => {
      shutdown();
      await stopped;
    },
  };
}

/** The worker's own port, with a connection to the books that no activity takes. */
async function openHealth(
  { health: { host, workerPort }, controlDatabaseUrl }: Config,
  {
    readiness,
    metrics,
  }: { readonly readiness: (books: Knex) => Promise<Readiness> } & Pick<InnerAnswers, 'metrics'>,
): Promise<InnerServer | null> {
  if (workerPort === undefined) return null;
  const books = openControl(controlDatabaseUrl, { connections: 1 });
  try {
    const inner = await startInnerServer(
      { host, port: workerPort },
      { readiness: () => readiness(books), metrics },
    );
    return {
      url: inner.url,
      close: async () => {
        await inner.close();
        await books.destroy();
      },
    };
  } catch (error) {
    await books.destroy();
    throw error;
  }
}

/**
 * What began under this build ends under it; agents, which live for years, go over to the next one
 * (docs/decisions/0043-two-builds.md).
 */
function ofBuild({ taskQueue, buildId }: Config['temporal']): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (buildId === undefined) return {};
  return {
    workerDeploymentOptions: {
      version: { deploymentName: workerDeployment(taskQueue), buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
  };
}

async function answers(connection: NativeConnection): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + answerMs, () => connection.workflowService.getSystemInfo({}));
    return true;
  } catch {
    return false;
  }
}

/** A probe waits no longer for Temporal. */
const answerMs = 2_000;

/** So many activities at a time, and more while some of them wait for a district's database. */
function inLanes(
  lanes: Lanes,
  {
    meter,
    districts,
    tracing,
  }: {
    readonly meter: MeteredWork;
    readonly districts: DistrictRegistry;
    readonly tracing: Tracing | null;
  },
): Pick<WorkerOptions, 'tuner' | 'interceptors'> {
  return {
    tuner: {
      workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: workflowSlots },
      activityTaskSlotSupplier: lanes.supplier,
      localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
      nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
    },
    interceptors: {
      ...(tracing && { client: tracing.client }),
      activity: [
        ...[lanes.interceptor, meter.interceptor, () => knowing(districts)],
        ...(tracing === null ? [] : [tracing.activity]),
      ],
    },
  };
}

/** An activity works with the districts and accounts of the moment in which it starts. */
function knowing(districts: DistrictRegistry): { readonly inbound: ActivityInboundCallsInterceptor } {
  return {
    inbound: {
      execute: async (input, next) => {
        await withFailures(() => districts.refresh());
        return next(input);
      },
    },
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
