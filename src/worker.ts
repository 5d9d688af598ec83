import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import closeWithGrace from 'close-with-grace';
import { createActivities } from '../activities';
import { loadCatalog } from './catalog/load';
import { type Config, loadConfig } from './config';
import { openControl } from './control/database';
import { createLogger, sdkLogger } from './logger';
import { addSearchAttributes, withTemporal } from './search-attributes';

export interface RunningWorker {
  /** Stops polling, lets pages under way commit, and closes every connection. */
  stop(): Promise<void>;
  /** Settles when the worker has stopped, for whatever reason. */
  readonly stopped: Promise<void>;
}

/** Ranges end at the next page when the worker is told to stop; longer than this and they are repeated elsewhere. */
const shutdownGraceTime = '30 seconds';
const shutdownForceTime = '45 seconds';

/**
 * Starts a worker: workflows and activities on one task queue, as many ranges at a time as the configuration has lanes.
 * @throws CatalogError, or the SDK's error when Temporal can't be reached
 */
export async function startWorker(config: Config): Promise<RunningWorker> {
  const { address, namespace, taskQueue } = config.temporal;
  const catalog = loadCatalog(config.catalogFile === undefined ? {} : { file: config.catalogFile });
  // A workflow that sets an unregistered search attribute gets stuck.
  await withTemporal(address, (connection) => addSearchAttributes(connection, namespace));
  const connection = await NativeConnection.connect({ address });
  const control = openControl(config.controlDatabaseUrl);
  const activitySet = createActivities({ config, catalog, control });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    ...workflowCode(),
    activities: activitySet.activities,
    // Range lanes, and room for the short bookkeeping activities beside them.
    maxConcurrentActivityTaskExecutions: config.copy.lanes + bookLanes,
    maxHeartbeatThrottleInterval: '2 seconds',
    // After a worker died the server waits this long before another may take its workflows over (default 10 s).
    stickyQueueScheduleToStartTimeout: '2 seconds',
    shutdownGraceTime,
    shutdownForceTime,
  });
  const stopped = worker.run().finally(async () => {
    await Promise.all([activitySet.close(), control.destroy(), connection.close()]);
  });
  return {
    stopped,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await stopped;
    },
  };
}

const bookLanes = 4;

/** The image ships a prebuilt bundle; from sources the worker bundles at start. */
function workflowCode(): { workflowBundle: { codePath: string } } | { workflowsPath: string } {
  const codePath = join(__dirname, '..', 'workflow-bundle.js');
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowsPath: require.resolve('../workflows') };
}

/** The worker as a process of its own: `node dist/src/worker.js`, or `tsx src/worker.ts` from sources. */
async function main(): Promise<void> {
  Runtime.install({ logger: sdkLogger(createLogger('worker')), shutdownSignals: [] });
  const worker = await startWorker(loadConfig());
  closeWithGrace({ delay: 60_000 }, () => worker.stop());
  await worker.stopped;
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : 'The worker stopped.'}\n`);
    process.exitCode = 1;
  });
}
