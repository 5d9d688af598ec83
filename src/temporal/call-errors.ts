/**
 * How a call to Temporal fails, in words of ours: by class and code, never by the server's text.
 */
import { isGrpcServiceError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

/** Nobody answered in time. Nothing is lost by it. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  constructor(
    message = 'Temporal or its worker does not answer; nothing is lost: repeat the request with the same Idempotency-Key, or wait.',
  ) {
    super(message);
  }
}

/** A workflow's validator refused an update; it wrote nothing. The message may be shown. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    /** As the workflow names it, e.g. QueueFull. */
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

/** @returns the error as one of the two above; any other one as it is */
export function toCallError(error: unknown): unknown {
  return refusalOf(error) ?? limitOf(error) ?? (isUnreachable(error) ? new Unavailable() : error);
}

/** gRPC's RESOURCE_EXHAUSTED. */
const exhausted = 8;

/** A limit of Temporal, e.g. of updates of one workflow at a time: it answers, so it isn't away. */
function limitOf(error: unknown): Refused | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (isGrpcServiceError(at) && Number(at.code) === exhausted)
      return new Refused('TooBusy', 'Too much is asked of it at the same time: ask again in a minute.');
  return null;
}

function refusalOf(error: unknown): Refused | null {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure))
    return null;
  const { type, message } = error.cause;
  return typeof type === 'string' ? new Refused(type, message) : null;
}

/**
 * The connection, the server or a worker doesn't answer. The SDK exports not all of these classes.
 */
function isUnreachable(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (isGrpcServiceError(at) || unreachableNames.has(at.constructor.name)) return true;
    if (at.message === 'Failed to connect before the deadline') return true;
  }
  return false;
}

const unreachableNames: ReadonlySet<string> = new Set([
  'ServiceError',
  'WorkflowUpdateRPCTimeoutOrCancelledError',
  'TransportError',
]);
