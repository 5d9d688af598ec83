/**
 * The API, a worker, or both in this process: what `resync serve`, `npm start` and the demo run.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import pino, { type DestinationStream, type Logger } from 'pino';
import type { Config } from './config';
import { catalogOf } from './deployment';
import { createLogger, sdkLogger, switchLevelOnSignal } from './logger';
import type { RunningServer, ServerOptions } from './server';
import { chooseSdkMetrics } from './telemetry/sdk-metrics';
import type { RunningWorker } from './worker';

export const serviceParts = ['api', 'worker', 'all'] as const;
export type ServicePart = (typeof serviceParts)[number];

export interface RunningPart {
  /** Of the API, e.g. http://127.0.0.1:8080; `null` when only a worker runs. */
  readonly url: string | null;
  /** Rejects when the worker dies; never settles before `stop` otherwise. */
  readonly stopped: Promise<void>;
  /** API first: nothing new comes in while pages under way are committed. */
  stop(): Promise<void>;
}

export interface RunningService extends RunningPart {
  readonly url: string;
}

/**
 * Starts both, with their log lines in a file, so that the terminal stays for people.
 * @throws CatalogError; the driver's or SDK's error when a server can't be reached
 */
export async function startService(
  config: Config,
  { logFile, checkAnswer }: Pick<ServerOptions, 'checkAnswer'> & { readonly logFile: string },
): Promise<RunningService> {
  mkdirSync(dirname(logFile), { recursive: true });
  const loggers = openLoggers(pino.destination({ dest: logFile, sync: true }));
  const worker = await startWorkerPart(config, loggers.worker);
  const api = await startApiPart(config, worker, { logger: loggers.api, checkAnswer });
  return { ...running(worker, api, loggers), url: api.url };
}

/**
 * Starts one part, or both. Log lines go to standard error.
 * @throws CatalogError; the listener's error when the port is taken; the SDK's when Temporal can't
 * be reached
 */
export async function startPart(config: Config, part: ServicePart): Promise<RunningPart> {
  if (part !== 'api') setFlagsFromString(growHeapByHalf);
  const loggers = openLoggers();
  const worker = part === 'api' ? null : await startWorkerPart(config, loggers.worker);
  const api = part === 'worker' ? null : await startApiPart(config, worker, { logger: loggers.api });
  return running(worker, api, loggers);
}

/**
 * V8 collects when the heap is half as large again as what lived in it; by itself it waits for
 * several times as much. A worker lets go of nearly all that it made for a page (docs/bench.md).
 */
const growHeapByHalf = '--heap-growing-percent=50';

interface Loggers {
  readonly worker: Logger;
  readonly api: Logger;
  /** The level no longer follows SIGUSR2. */
  readonly close: () => void;
}

function openLoggers(destination?: DestinationStream): Loggers {
  const options = destination === undefined ? {} : { destination };
  const worker = createLogger('worker', options);
  const api = createLogger('api', options);
  return { worker, api, close: switchLevelOnSignal([worker, api]) };
}

function running(
  worker: RunningWorker | null,
  api: RunningServer | null,
  loggers: Pick<Loggers, 'close'>,
): RunningPart {
  let apiStopped = (): void => {};
  const untilStopped = new Promise<void>((resolve) => (apiStopped = resolve));
  return {
    url: api?.url ?? null,
    stopped: worker?.stopped ?? untilStopped,
    stop: async () => {
      await api?.stop();
      await worker?.stop();
      loggers.close();
      apiStopped();
    },
  };
}

// Loaded when it is wanted: a process that is the API alone doesn't carry Temporal's native worker.
async function startWorkerPart(config: Config, logger: Logger): Promise<RunningWorker> {
  const { Runtime } = await import('@temporalio/worker');
  const { startWorker } = await import('./worker.js');
  // Before Temporal's runtime, which a process has once: a wrong file must leave none behind.
  const catalog = catalogOf(config);
  const sdk = config.health.workerPort === undefined ? null : await chooseSdkMetrics();
  Runtime.install({
    logger: sdkLogger(logger),
    // No signals of the SDK's own: the caller stops the worker in its order.
    shutdownSignals: [],
    ...(sdk && { telemetryOptions: sdk.telemetryOptions }),
  });
  const worker = await startWorker(config, { catalog, sdkMetrics: sdk?.read });
  if (worker.healthUrl !== null)
    logger.info({ healthUrl: worker.healthUrl }, 'health and metrics of the worker');
  return worker;
}

async function startApiPart(
  config: Config,
  worker: RunningWorker | null,
  { logger, checkAnswer }: Pick<ServerOptions, 'checkAnswer'> & { readonly logger: Logger },
): Promise<RunningServer> {
  const { startServer } = await import('./server.js');
  try {
    const server = await startServer(config, {
      logger,
      besideWorker: worker !== null,
      ...(checkAnswer && { checkAnswer }),
    });
    logger.info({ url: server.url }, 'API listens');
    if (server.healthUrl !== null)
      logger.info({ healthUrl: server.healthUrl }, 'health and metrics of the API');
    return server;
  } catch (error) {
    await worker?.stop();
    throw error;
  }
}
