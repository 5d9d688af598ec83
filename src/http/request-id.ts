import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * What a proxy or a client may call its request: nothing that could break a log line or a header.
 */
const acceptable = /^[\w.:-]{8,128}$/;

/**
 * The caller's own X-Request-Id where it is usable, else a new one; the answer names it whatever
 * becomes of it.
 */
export function giveRequestId(request: IncomingMessage, response: ServerResponse): string {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && acceptable.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', id);
  return id;
}

/** The id that pino-http keeps in the request; giveRequestId made it, so it is text. */
export function requestIdOf({ id }: IncomingMessage): string {
  return id as string;
}
