import type { ErrorRequestHandler, RequestHandler } from 'express';
import { isHttpError } from 'http-errors';
import type { Logger } from 'pino';
import { z } from 'zod';
import { ConflictError, ControlError, NotFoundError } from '../control/control-error';
import { CursorError } from '../control/page';
import { PlanError } from '../domain/plan';
import { answerToCallError } from './temporal-problems';

/** Where in the request a problem is: `pointer` into the body (JSON Pointer as URI fragment), or a named parameter. */
export interface ProblemDetail {
  readonly detail: string;
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict',
  413: 'Request too large',
  415: 'Unsupported media type',
  422: 'The request can’t be carried out as it stands',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available now',
};

/** An answer that isn't a success, as RFC 9457 tells it. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly errors: readonly ProblemDetail[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }

  /** The body, as application/problem+json. */
  toBody(): z.output<typeof problemSchema> {
    return {
      type: 'about:blank',
      title: titles[this.status] ?? 'Error',
      status: this.status,
      detail: this.detail,
      ...(this.errors.length > 0 ? { errors: [...this.errors] } : {}),
    };
  }
}

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z
      .array(
        z.object({
          detail: z.string(),
          pointer: z.string().optional().meta({ example: '#/objects/0' }),
          parameter: z.string().optional(),
          header: z.string().optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });

/** The one answer to everything that isn't there or isn't the caller's to see. */
export function notFound(): Problem {
  return new Problem(404, 'There is no such thing here.');
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

/** Every error as a Problem; of an unknown one nothing is told. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof NotFoundError) return notFound();
  if (error instanceof ConflictError) return new Problem(409, error.message);
  if (error instanceof PlanError) {
    return new Problem(422, error.message, [{ detail: error.message, pointer: `#/${error.field}` }]);
  }
  if (error instanceof CursorError) {
    return new Problem(400, error.message, [{ detail: error.message, parameter: 'cursor' }]);
  }
  if (error instanceof ControlError && error.retryable) {
    return new Problem(503, error.message, [], { 'Retry-After': '5' });
  }
  const call = answerToCallError(error);
  if (call) return new Problem(call.status, (error as Error).message, [], call.headers);
  if (isHttpError(error) && error.expose) {
    const detail = error.status === 413 ? 'The body is larger than 100 kB.' : 'The request can’t be read.';
    return new Problem(error.status, detail);
  }
  return new Problem(500, 'Something went wrong here; the log of the API has its place in the code.');
}

/** Sends problems; what it can't explain goes to the log by class and frames, without the message. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const problem = toProblem(error);
    if (problem.status === 500) {
      const stack = error instanceof Error ? (error.stack ?? '') : '';
      const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
      logger.error(
        { error: error instanceof Error ? error.name : typeof error, frames: frames.slice(0, 8) },
        'request failed',
      );
    }
    if (response.headersSent) return next(error);
    response
      .status(problem.status)
      .set(problem.headers)
      .type('application/problem+json')
      .send(JSON.stringify(problem.toBody()));
  };
}

/** The last route: 404 as a problem. */
export const unknownPath: RequestHandler = () => {
  throw notFound();
};
