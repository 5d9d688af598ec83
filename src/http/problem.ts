import type { ErrorRequestHandler, RequestHandler } from 'express';
import { isHttpError } from 'http-errors';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { ConflictError, ControlError, NotFoundError } from '../control/control-error';
import { CursorError } from '../control/page';
import { PlanError } from '../domain/plan';
import type { CheckAnswer } from './check-answer';
import { errorsPath, type ProblemType, problemTypes, typeOfStatus } from './problem-types';
import { problemSchema } from './problem-schema';
import { requestIdOf } from './request-id';
import { answerToCallError } from './temporal-problems';

/**
 * Where in the request a problem is: `pointer` into the body (JSON Pointer as URI fragment), or a
 * named parameter.
 */
export interface ProblemDetail {
  readonly detail: string;
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
}

/** An answer that isn't a success, as RFC 9457 tells it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly errors: readonly ProblemDetail[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
    readonly type: ProblemType = typeOfStatus(status),
  ) {
    super(detail);
  }

  /** The body, as application/problem+json. */
  toBody(requestId: string): z.output<typeof problemSchema> {
    return {
      type: `${errorsPath}#${this.type}`,
      title: problemTypes[this.type].title,
      status: this.status,
      detail: this.detail,
      requestId,
      ...(this.errors.length > 0 ? { errors: [...this.errors] } : {}),
    };
  }
}

/** The one answer to everything that isn't there or isn't the caller's to see. */
export function notFound(): Problem {
  return new Problem(404, 'Not found.');
}

/** 422 with the one part of the request that can't be carried out. */
export function unusable(detail: string, where: Omit<ProblemDetail, 'detail'>): Problem {
  return new Problem(422, detail, [{ detail, ...where }]);
}

/** Issues of a zod error as problem details in the body, the query or the path. */
export function zodProblem(error: z.ZodError, where: 'body' | 'parameter'): Problem {
  const errors = error.issues.map((issue): ProblemDetail => {
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
    if (where === 'parameter') return { detail: issue.message, parameter: path.map(String).join('.') };
    const pointer = path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`);
    return { detail: issue.message, pointer: `#${pointer.join('')}` };
  });
  const first = errors[0];
  const at = first?.parameter ?? first?.pointer ?? '';
  return new Problem(where === 'body' ? 422 : 400, `${at}: ${first?.detail ?? 'not valid'}`, errors);
}

/** Every error as a Problem; an unknown one says nothing but where to look. */
export function toProblem(error: unknown, requestId?: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof NotFoundError) return notFound();
  if (error instanceof ConflictError) return new Problem(409, error.message);
  if (error instanceof PlanError) return unusable(error.message, { pointer: `#/${error.field}` });
  if (error instanceof CursorError) {
    return new Problem(400, error.message, [{ detail: error.message, parameter: 'cursor' }]);
  }
  if (error instanceof ControlError && error.retryable) {
    return new Problem(503, error.message, [], { 'Retry-After': '5' });
  }
  // Of the router, about a path like /resyncs/%.
  if (error instanceof URIError) return new Problem(400, 'The path is not valid: write % as %25.');
  const call = answerToCallError(error);
  if (call) return new Problem(call.status, (error as Error).message, [], call.headers, call.type);
  if (isHttpError(error) && error.expose) {
    const detail = error.status === 413 ? 'The body is larger than 100 kB.' : 'The request can’t be read.';
    return new Problem(error.status, detail);
  }
  const named = requestId === undefined ? '' : ` (request id ${requestId})`;
  return new Problem(500, `Internal error. The API log has the details${named}.`);
}

/**
 * Sends problems; what it can't explain goes to the log by class and frames, without the message.
 */
export function problemHandler(logger: Logger, checkAnswer?: CheckAnswer): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const requestId = requestIdOf(request);
    const problem = toProblem(error, requestId);
    if (problem.status === 500) {
      const stack = error instanceof Error ? (error.stack ?? '') : '';
      const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
      logger.error(
        { requestId, error: error instanceof Error ? error.name : typeof error, frames: frames.slice(0, 8) },
        'request failed',
      );
    }
    if (response.headersSent) return next(error);
    const body = problem.toBody(requestId);
    checkAnswer?.({ route: `problem ${problem.type}`, schema: problemSchema }, body);
    response
      .status(problem.status)
      .set(problem.headers)
      .type('application/problem+json')
      .send(JSON.stringify(body));
  };
}

/** The last route: 404 as a problem. */
export const unknownPath: RequestHandler = () => {
  throw notFound();
};
