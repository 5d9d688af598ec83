/** What a failed call to Temporal is to a person who asked the API. */
import { Refused, Unavailable } from '../temporal/call-errors';

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

/** Seconds after which to ask again. */
const retryAfter: Readonly<Record<number, string>> = { 429: '60', 503: '10' };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** `null`: the error is another one. */
export function answerToCallError(error: unknown): Answer | null {
  if (!(error instanceof Unavailable) && !(error instanceof Refused)) return null;
  const status = error instanceof Unavailable ? 503 : refusals[error.type];
  if (status === undefined) return null;
  const seconds = retryAfter[status];
  return { status, headers: seconds === undefined ? {} : { 'Retry-After': seconds } };
}
