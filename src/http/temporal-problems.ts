/** What Temporal's errors are to a person who asked the API. */
import { isGrpcServiceError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Problem } from './problem';

/** Refusals of the workflows' validators, by type: nothing was written for them. */
const refusals: Readonly<Record<string, number>> = {
  QueueFull: 429,
  ResyncEnded: 409,
  RequestEnded: 409,
  VerificationEnded: 409,
  ObjectEnded: 409,
  NotAwaitingApproval: 409,
  ObjectNotPlanned: 404,
};

/** The words of a workflow that refuses an update. `null`: it is no refusal. */
export function refusalOf(error: unknown): Problem | null {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure))
    return null;
  const { type, message } = error.cause;
  const status = refusals[type ?? ''];
  if (status === undefined) return null;
  return new Problem(status, message, [], status === 429 ? { 'Retry-After': '60' } : {});
}

/** Errors of the connection, the server or a worker that doesn't answer; classified by class and gRPC code. `null`: another. */
export function unreachable(error: unknown): Problem | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const name = at.constructor.name;
    if (
      isGrpcServiceError(at) ||
      name === 'ServiceError' ||
      name === 'WorkflowUpdateRPCTimeoutOrCancelledError' ||
      name === 'TransportError' ||
      at.message === 'Failed to connect before the deadline'
    ) {
      return notAvailable();
    }
  }
  return null;
}

/** 503: nothing is lost by it. */
export function notAvailable(): Problem {
  return new Problem(
    503,
    'Temporal or its worker does not answer; nothing is lost: repeat the request with the same Idempotency-Key, or wait.',
    [],
    { 'Retry-After': '10' },
  );
}
