/** The worker and the API in this process, as `npm start` and the demo run them. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Runtime } from '@temporalio/worker';
import pino from 'pino';
import type { Config } from '../config';
import { createLogger, sdkLogger } from '../logger';
import { startServer } from '../server';
import { startWorker } from '../worker';

export interface RunningService {
  /** Of the API, e.g. http://127.0.0.1:8080. */
  readonly url: string;
  /** API first: nothing new comes in while pages under way are committed. */
  stop(): Promise<void>;
}

/**
 * Starts both, with their log lines in a file, so that the terminal stays for people.
 * @throws CatalogError; the driver's or SDK's error when a server can't be reached
 */
export async function startService(
  config: Config,
  { logFile }: { logFile: string },
): Promise<RunningService> {
  mkdirSync(dirname(logFile), { recursive: true });
  const destination = pino.destination({ dest: logFile, sync: true });
  // No signals of the SDK's own: the caller stops the worker in its order.
  Runtime.install({ logger: sdkLogger(createLogger('worker', { destination })), shutdownSignals: [] });
  const worker = await startWorker(config);
  try {
    const server = await startServer(config, { logger: createLogger('api', { destination }) });
    return {
      url: server.url,
      stop: async () => {
        await server.stop();
        await worker.stop();
      },
    };
  } catch (error) {
    await worker.stop();
    throw error;
  }
}
