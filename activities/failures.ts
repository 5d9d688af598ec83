import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import { ConflictError, ControlError, NotFoundError } from '../src/control/control-error';
import { OutcomeInvariantError } from '../src/domain/outcome';
import { PlanError } from '../src/domain/plan';
import { DatabaseError } from '../src/editions/connection/errors';

/**
 * An error no table knows is tried this often before the object gives up: it may be a fault of
 * ours.
 */
const unexpectedAttempts = 3;
/**
 * Waits that only a person can end (disk full, read-only): asking every few seconds would only fill
 * the log.
 */
const operatorRetryMs = 30_000;

/**
 * Runs an activity's work and turns what it throws into a failure with a type that the retry policy
 * knows (workflows/activity-options.ts). Messages are those of our own error classes, which carry
 * no record values; of anything else only the class name leaves the process.
 */
export async function withFailures<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFailure(error);
  }
}

function toFailure(error: unknown): Error {
  if (error instanceof TemporalFailure) return error;
  if (Context.current().cancellationSignal.aborted)
    return new CancelledFailure('The range stopped at a page boundary.');
  if (error instanceof DatabaseError) return databaseFailure(error);
  if (error instanceof ControlError && error.kind !== 'other') {
    const type = error.retryable ? 'TransientDatabaseError' : 'ConfigurationError';
    return ApplicationFailure.create({ message: error.message, type });
  }
  if (isOurs(error))
    return ApplicationFailure.create({ message: error.message, type: error.name, nonRetryable: true });
  const name = error instanceof Error ? error.name : 'unknown';
  const attempt = Context.current().info.attempt;
  // Frames only: the first lines of a stack repeat the message, and a driver's message may quote a
  // record.
  const frames = (error instanceof Error ? (error.stack ?? '') : '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  Context.current().log.error('Unexpected error in an activity', { name, frames: frames.slice(0, 8) });
  return ApplicationFailure.create({
    message: `An unexpected ${name}; the worker's log has its place in the code.`,
    type: attempt < unexpectedAttempts ? 'UnexpectedErrorRetried' : 'UnexpectedError',
  });
}

/** Errors that say what is wrong and that no retry can fix. */
function isOurs(error: unknown): error is Error {
  return [OutcomeInvariantError, PlanError, ConflictError, NotFoundError].some(
    (kind) => error instanceof kind,
  );
}

function databaseFailure(error: DatabaseError): ApplicationFailure {
  switch (error.errorClass) {
    case 'configuration':
    case 'record':
      return ApplicationFailure.create({
        message: error.message,
        type: 'ConfigurationError',
        nonRetryable: true,
      });
    case 'fenced':
      return ApplicationFailure.create({ message: error.message, type: 'FencedError', nonRetryable: true });
    case 'operator':
      return ApplicationFailure.create({
        message: error.message,
        type: 'OperatorNeeded',
        nextRetryDelay: operatorRetryMs,
      });
    case 'transient':
    case 'connection':
    case 'shrink':
      return ApplicationFailure.create({ message: error.message, type: 'TransientDatabaseError' });
  }
}
