import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import { ConflictError, ControlError, NotFoundError } from '../src/control/control-error';
import { OutcomeInvariantError } from '../src/domain/outcome';
import { PlanError } from '../src/domain/plan';
import { DatabaseError, type ErrorClass } from '../src/editions/connection/errors';
import { attemptsWithoutProgress } from './progress';

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

/**
 * Attempts that came no further before the object gives up; a database that is away is waited for
 * longer (docs/data-path.md, What ends what).
 */
const fruitlessAttempts: Readonly<Partial<Record<ErrorClass, number>>> = {
  // Of a single statement or record by then: the same one would be refused again.
  shrink: unexpectedAttempts,
  // Nobody's record to isolate: it may be a fault of ours or of the server.
  record: unexpectedAttempts,
  // Each has waited for locks some ten times: for an hour and more.
  transient: 60,
};

function databaseFailure({ errorClass, message }: DatabaseError): ApplicationFailure {
  const most = fruitlessAttempts[errorClass];
  if (most !== undefined && attemptsWithoutProgress() >= most)
    return ApplicationFailure.create({
      message: `${message} It came no further in ${most} attempts, and was given up.`,
      type: 'ConfigurationError',
      nonRetryable: true,
    });
  switch (errorClass) {
    case 'configuration':
      return ApplicationFailure.create({ message, type: 'ConfigurationError', nonRetryable: true });
    case 'fenced':
      return ApplicationFailure.create({ message, type: 'FencedError', nonRetryable: true });
    case 'operator':
      return ApplicationFailure.create({
        message,
        type: 'OperatorNeeded',
        nextRetryDelay: operatorRetryMs,
      });
    case 'record':
      return ApplicationFailure.create({ message, type: 'UnexpectedErrorRetried' });
    case 'transient':
    case 'connection':
    case 'shrink':
      return ApplicationFailure.create({ message, type: 'TransientDatabaseError' });
  }
}
