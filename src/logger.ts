import type { Logger as SdkLogger, LogLevel } from '@temporalio/common';
import { logFields } from './http/log-context';
import pino, { type DestinationStream, type Logger } from 'pino';

/**
 * What must not stand in a log whatever object it hangs on: secrets, and the statement of a
 * database error.
 */
const redacted = [
  'authorization',
  'token',
  'secret',
  'password',
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["idempotency-key"]',
  'err.sql',
  'err.sqlMessage',
  'error.sql',
  'error.sqlMessage',
];

/**
 * JSON lines on standard error, so that standard output stays for data. Level from RESYNC_LOG_LEVEL
 * (default info).
 * @param name the process: api, worker
 */
export function createLogger(
  name: string,
  {
    level = process.env['RESYNC_LOG_LEVEL'] ?? 'info',
    destination = pino.destination(2),
  }: {
    level?: string;
    destination?: DestinationStream;
  } = {},
): Logger {
  return pino(
    { name, level, redact: { paths: redacted, censor: '[redacted]' }, mixin: logFields },
    destination,
  );
}

/** SIGUSR2 puts loggers to debug, and the next one back. @returns what ends that */
export function switchLevelOnSignal(loggers: readonly Logger[]): () => void {
  const levels = loggers.map((logger) => ({ logger, usual: logger.level }));
  let isDebugging = false;
  const onSignal = (): void => {
    isDebugging = !isDebugging;
    for (const { logger, usual } of levels) {
      logger.level = isDebugging ? 'debug' : usual;
      logger.info({ level: logger.level }, 'log level changed');
    }
  };
  process.on('SIGUSR2', onSignal);
  return () => void process.off('SIGUSR2', onSignal);
}

/**
 * Fields of the SDK's log lines that are ids or numbers; error messages of activities are not among
 * them.
 */
const sdkFields = [
  'workflowId',
  'runId',
  'workflowType',
  'activityId',
  'activityType',
  'attempt',
  'taskQueue',
  'durationMs',
  'resyncId',
  'name',
  'frames',
  'state',
  'sdkComponent',
] as const;

/** The resync of a workflow: a run's own, or one of its objects'. */
function resyncOf(workflowId: unknown): { readonly resyncId?: string } {
  const found = typeof workflowId === 'string' ? /^resync:([^/]+)/.exec(workflowId) : null;
  return found?.[1] === undefined ? {} : { resyncId: found[1] };
}

/**
 * A logger for Temporal's Runtime.install. The SDK's own prints the message of every failed
 * activity in clear; this one keeps its sentence and the ids, and of an error its class.
 */
export function sdkLogger(logger: Logger): SdkLogger {
  const levels: Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
    TRACE: 'trace',
    DEBUG: 'debug',
    INFO: 'info',
    WARN: 'warn',
    ERROR: 'error',
  };
  const log = (level: LogLevel, message: string, meta: Record<string | symbol, unknown> = {}): void => {
    const kept = Object.fromEntries(
      sdkFields.flatMap((field) => (meta[field] === undefined ? [] : [[field, meta[field]]])),
    );
    const error = meta['error'];
    const resync = resyncOf(meta['workflowId']);
    logger[levels[level]](
      { ...resync, ...kept, ...(error instanceof Error ? { error: error.name } : {}) },
      message,
    );
  };
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}
