/** What a failed call to Temporal is to a person who asked the API. */
import { Refused, Unavailable } from '../temporal/call-errors';
import { type ProblemType, problemTypes } from './problem-types';

/** Refusals of the workflows' validators, by type: nothing was written for them. */
const refusals: Readonly<Record<string, ProblemType>> = {
  QueueFull: 'queue-full',
  ResyncEnded: 'already-ended',
  RequestEnded: 'already-ended',
  VerificationEnded: 'already-ended',
  ObjectEnded: 'already-ended',
  NotAwaitingApproval: 'conflict',
  TooManyChanges: 'too-many-requests',
  TooBusy: 'too-many-requests',
  NotPlannedYet: 'conflict',
  ObjectNotPlanned: 'not-found',
};

/** Seconds after which to ask again. */
const retryAfter: Readonly<Record<number, string>> = { 429: '60', 503: '10' };

interface Answer {
  readonly type: ProblemType;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** `null`: the error is another one. */
export function answerToCallError(error: unknown): Answer | null {
  if (!(error instanceof Unavailable) && !(error instanceof Refused)) return null;
  const type = error instanceof Unavailable ? 'not-available' : refusals[error.type];
  if (type === undefined) return null;
  const { status } = problemTypes[type];
  const seconds = retryAfter[status];
  return { type, status, headers: seconds === undefined ? {} : { 'Retry-After': seconds } };
}
