import { setMaxListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { createApp } from './app';
import type { Config } from './config';
import { openControl } from './control/database';
import { requireControlVersion } from './schema-version';
import { postDueAlerts, postEndOfYearAlerts } from './features/year-end/due-alerts';
import { catalogOf } from './deployment';
import { createLogger } from './logger';
import { passNotices } from './features/notices/dispatch';
import { DistrictRegistry } from './features/registrations/registry';
import { watchDistricts } from './features/registrations/watch';
import type { CheckAnswer } from './http/check-answer';
import { reconciledKinds } from './reconciled-kinds';
import { startReconciler } from './reconciler';
import { TemporalCalls } from './temporal/calls';
import { lazyConnection } from './temporal/connect';
import { dataConverterOf } from './temporal/payload-codec';
import { startNotices } from './features/notices/workflow-client';
import { repeat } from './repeat';
import { type InnerServer, startInnerServer } from './telemetry/inner-server';
import { meterReconciler } from './telemetry/reconciler-meter';
import { openRegistry } from './telemetry/registry';
import { openTracing } from './telemetry/tracing';
import { QueueGauges } from './telemetry/queue-gauges';
import { RunGauges } from './telemetry/run-gauges';
import { readTaskQueues } from './temporal/task-queues';
import { readinessOf } from './http/health';

/** A control database that is away holds the start up no longer. */
const firstLookMs = 3_000;

/** What is due is due by the day; an hour is often enough to look. */
const dueAlertsEveryMs = 3_600_000;

export interface RunningServer {
  /** Where it listens, e.g. http://127.0.0.1:8080. */
  readonly url: string;
  /** Of /livez, /readyz and /metrics for operators; `null`: the configuration has no such port. */
  readonly healthUrl: string | null;
  /**
   * Refuses new requests, ends event streams, lets answers under way go out (10 s at most), closes
   * its connections.
   */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly logger?: Logger;
  /** Of every JSON answer: tests hold the API to its document with it. */
  readonly checkAnswer?: CheckAnswer | undefined;
  /** A worker in this process tells of the process in its metrics. */
  readonly besideWorker?: boolean;
}

/**
 * Starts the API: a database pool and a Temporal client that connect when they are needed, so that
 * it comes up (and says so in /readyz) while either is away. A reconciler gives accepted requests
 * to Temporal and finds lost runs, and alerts chase what is due.
 * @throws CatalogError; ConfigError; ControlVersionError; the listener's error when a port is taken
 */
export async function startServer(
  configured: Config,
  { logger = createLogger('api'), checkAnswer, besideWorker = false }: ServerOptions = {},
): Promise<RunningServer> {
  const catalog = catalogOf(configured);
  const control = openControl(configured.controlDatabaseUrl);
  const keeper = openControl(configured.controlDatabaseUrl, { connections: keeperConnections });
  const districts = new DistrictRegistry(configured, keeper);
  const { config } = districts;
  try {
    await requireControlVersion(keeper);
  } catch (error) {
    await Promise.all([control.destroy(), keeper.destroy()]);
    throw error;
  }
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const { namespace, taskQueue } = config.temporal;
  const connection = lazyConnection(config.temporal);
  const tracing = await openTracing(config, { part: 'api', control: keeper });
  const temporal = new Client({
    ...{ connection, namespace, ...dataConverterOf(config.temporal) },
    ...(tracing && { interceptors: tracing.client }),
  });
  const calls = new TemporalCalls(temporal, taskQueue);
  const metrics = openRegistry(config, { ofProcess: !besideWorker });
  const { registry } = metrics;
  const server = createServer(
    createApp({
      ...{ config, districts, catalog, control, keeper, temporal, logger, registry },
      stopping: stopping.signal,
      ...(checkAnswer && { checkAnswer }),
      ...(tracing && { traced: tracing.requests }),
    }),
  );
  const { host, apiPort } = config.health;
  const gauges = [
    new RunGauges(keeper, registry),
    new QueueGauges(() => calls.call(readTaskQueues, { withinMs: scrapeMs }), registry),
  ];
  const openInner = async (): Promise<InnerServer | null> =>
    apiPort === undefined
      ? null
      : startInnerServer(
          { host, port: apiPort },
          {
            readiness: () => readinessOf({ control: keeper, temporal: calls }),
            metrics: async () => {
              await Promise.all(gauges.map((gauge) => gauge.refresh()));
              return { contentType: registry.contentType, text: await registry.metrics() };
            },
          },
        );
  let inner: InnerServer | null = null;
  const close = async (): Promise<void> => {
    await Promise.all([inner?.close(), watching.stop()]);
    metrics.close();
    await tracing?.close();
    await Promise.all([control.destroy(), keeper.destroy()]);
    await connection.close();
  };
  // Who sends or reads so slowly keeps a connection, and of a district's own turns some.
  server.headersTimeout = headersWithinMs;
  server.requestTimeout = requestWithinMs;
  server.setTimeout(silentForMs);
  const watching = watchDistricts(districts);
  try {
    await Promise.race([watching.firstLook, sleep(firstLookMs, undefined, { ref: false })]);
    inner = await openInner();
    await listen(server, config.api);
  } catch (error) {
    await close();
    throw error;
  }
  const { onPass, onLost } = meterReconciler(registry);
  const kinds = reconciledKinds({ config, control, temporal: calls, logger, onLost });
  const reconciler = startReconciler(kinds, { logger, onPass });
  const chaser = repeat(
    async () => {
      const settings = { ...config.scenarios, now: new Date() };
      await postEndOfYearAlerts(control, config.districts, settings);
      return postDueAlerts(control, config.districts, settings);
    },
    { everyMs: dueAlertsEveryMs, name: 'alerts of what is due', logger },
  );
  const notices = repeat(
    () =>
      passNotices(control, {
        olderThanSeconds: noticeAgeSeconds,
        startNotices: (group) => startNotices(calls, group),
      }),
    {
      everyMs: noticesEveryMs,
      name: 'the pass over alerts',
      logger,
    },
  );
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${config.api.host}:${port}`,
    healthUrl: inner?.url ?? null,
    stop: async () => {
      stopping.abort();
      // At once: a pass under way may wait for a lock, and until it ended requests would come in.
      await Promise.all([closeWell(server), reconciler.stop(), chaser.stop(), notices.stop()]);
      await close();
    },
  };
}

/** @throws the listener's error when the port is taken */
function listen(server: Server, { host, port }: Config['api']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

/** A scrape waits no longer for Temporal. */
const scrapeMs = 4_000;
/** A request's headers and all of a request have come within this time. */
const headersWithinMs = 10_000;
const requestWithinMs = 30_000;
/** A connection on which nothing moves for so long is closed; streams say something more often. */
const silentForMs = 60_000;
/** Who asks, and whether the database answers: short statements. */
const keeperConnections = 3;
/** Answers under way when the server stops are waited for so long. */
const answersWithinMs = 10_000;

/** Takes no more requests, and ends when the answers under way are out. */
async function closeWell(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection rests when its answer is out, whatever its client meant to keep it for.
  const resting = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), answersWithinMs);
  server.closeIdleConnections();
  await closed;
  clearInterval(resting);
  clearTimeout(late);
}

const noticesEveryMs = 30_000;
/** Alerts younger than this may still be on their way from the run they tell of. */
const noticeAgeSeconds = 5;
