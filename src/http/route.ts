import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { Principal } from '../domain/principal';
import type { ToolRight } from '../domain/rights';
import { requireToolRight } from './require';
import { Problem, zodProblem } from './problem';

type Shape = z.ZodObject;
const nothing = z.object({});

/** What one status answers with. */
interface ResponseSpec {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Default application/json. */
  readonly contentType?: string;
}

/** What a handler gets: checked values only. */
interface Call<P extends Shape, Q extends Shape, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  readonly principal: Principal;
  readonly request: Request;
  readonly response: Response;
}

/** One route, said once: it checks the request, and it is the route's row in the OpenAPI document. */
export interface RouteSpec<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  B extends z.ZodType = z.ZodType,
> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As in OpenAPI, e.g. /districts/{district}/plan. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  /** The tool right it needs; `null`: a valid token is enough. */
  readonly right: ToolRight | null;
  /** Only for principals of the state. */
  readonly stateOnly?: true;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly headers?: Shape;
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /**
   * A route that isn't a GET leaves an audit event: who, when, from where, the path with its ids, the status. Here is what
   * else the event tells, never a secret nor a student's value; `false`: the route changes nothing and leaves none.
   */
  readonly audit?: false | ((asked: { body: z.output<B>; answer: unknown }) => Record<string, unknown>);
  /** Sends the answer itself, or returns the body of the first (success) response. */
  readonly handler: (call: Call<P, Q, B>) => Promise<unknown>;
}

/** What the audit needs to know of a request. */
export interface AskedRoute {
  readonly request: Request;
  readonly principal: Principal;
  /** Status of the answer when the work ends well. */
  readonly status: number;
  /** The checked body; undefined as long as it isn't checked. */
  readonly bodyOf: () => unknown;
}

/** Does a route's work and leaves the audit event of it. */
export type KeepAudit = (
  spec: RouteSpec,
  asked: AskedRoute,
  work: () => Promise<unknown>,
) => Promise<unknown>;

/** Keeps the types of a route's parts together. */
export function route<
  P extends Shape = typeof nothing,
  Q extends Shape = typeof nothing,
  B extends z.ZodType = z.ZodUndefined,
>(spec: RouteSpec<P, Q, B>): RouteSpec {
  return spec;
}

/** Puts the routes on a router whose requests were authenticated (`response.locals.principal`). */
export function addRoutes(
  router: Router,
  routes: readonly RouteSpec[],
  { keepAudit }: { readonly keepAudit: KeepAudit },
): void {
  for (const spec of routes) {
    const path = spec.path.replace(/\{(\w+)\}/g, ':$1');
    const [status = 200] = Object.keys(spec.responses).map(Number);
    router[spec.method](path, async (request: Request, response: Response) => {
      const principal = response.locals['principal'] as Principal;
      let body: unknown;
      const answer = await keepAudit(spec, { request, principal, status, bodyOf: () => body }, async () => {
        // Before anything of the request is looked at: the answer can't tell what is there and what isn't.
        requireRight(spec, principal);
        const params = check(spec.params ?? nothing, request.params, 'parameter') as Record<string, unknown>;
        const query = check(spec.query ?? nothing.strict(), request.query, 'parameter');
        body = spec.body ? check(spec.body, bodyOf(request), 'body') : undefined;
        return spec.handler({
          params,
          query: query as Record<string, unknown>,
          body,
          principal,
          request,
          response,
        });
      });
      if (!response.headersSent) response.status(status).json(answer);
    });
  }
}

/** @throws Problem 403 naming what is missing, whatever the path leads to */
function requireRight({ right, stateOnly }: RouteSpec, principal: Principal): void {
  if (right !== null) requireToolRight(principal, right);
  if (stateOnly && principal.level !== 'state') throw new Problem(403, 'Only the state does this.');
}

function check(schema: z.ZodType, value: unknown, where: 'body' | 'parameter'): unknown {
  const checked = schema.safeParse(value);
  if (!checked.success) throw zodProblem(checked.error, where);
  return checked.data;
}

function bodyOf(request: Request): unknown {
  const sent = Number(request.headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in request.headers;
  if (sent && !request.is('application/json')) throw new Problem(415, 'Send the body as application/json.');
  return sent ? request.body : {};
}
