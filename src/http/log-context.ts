import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { resyncWorkflowId } from '../../workflows/messages';
import { requestIdOf } from './request-id';

/** What every log line of a request carries: its id, and the resync that it is about. */
type LogFields = Record<string, string>;

const running = new AsyncLocalStorage<LogFields>();
const ofRequest = new WeakMap<IncomingMessage, LogFields>();

/** Fields of the request under way; none outside of one. */
export function logFields(): LogFields {
  return { ...running.getStore() };
}

/** The same for the line that ends a request, which may be written outside of it. */
export function logFieldsOf(request: IncomingMessage): LogFields {
  return { ...ofRequest.get(request) };
}

/** Everything that a request does from here on logs its id. */
export const inLogContext: RequestHandler = (request, _response, next) => {
  const fields = { requestId: requestIdOf(request) };
  ofRequest.set(request, fields);
  running.run(fields, next);
};

/** The request under way is about this resync: log lines name it and its workflow. */
export function noteResync(resyncId: string): void {
  const fields = running.getStore();
  if (fields) Object.assign(fields, { resyncId, workflowId: resyncWorkflowId(resyncId) });
}
