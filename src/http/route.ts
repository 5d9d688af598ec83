import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { Principal } from '../domain/principal';
import { type ToolRight, viewRights } from '../domain/rights';
import type { CheckAnswer } from './check-answer';
import { refuseHalfCharacters } from './half-characters';
import { refuseIfMatch } from './if-match';
import { ListCursor } from './list-cursor';
import { noteResync } from './log-context';
import { fileNameOf, type FileOfList, type List, listFormat, listOf, sendList } from './list-file';
import { requireToolRight } from './require';
import { Problem, zodProblem } from './problem';
import type { FileFormat } from './send-file';
import { type Sent, sent } from './sent';

type Shape = z.ZodObject;
const nothing = z.object({});

/** What one status answers with. */
interface ResponseSpec {
  readonly description: string;
  /** Of the JSON that the handler returns. Without one the handler returns nothing. */
  readonly schema?: z.ZodType;
  /**
   * Another form of the same answer, which the handler sends itself: text/csv for a table, a
   * stream, a document.
   */
  readonly sends?: string | readonly string[];
}

type Responses = Readonly<Record<number, ResponseSpec>>;

/** A schema's input, as readonly as what the stores give. */
type Readable<T> = T extends readonly (infer Item)[]
  ? readonly Readable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Readable<T[Key]> }
    : T;

/** What a handler returns for a response of this schema. */
export type AnswerTo<S extends z.ZodType> = Readable<z.input<S>>;

/** What the handler of these responses returns. */
type AnswerOf<R extends Responses> = {
  [Status in keyof R]:
    | (R[Status] extends { readonly schema: infer S extends z.ZodType } ? AnswerTo<S> : never)
    | (R[Status] extends { readonly sends: string | readonly string[] } ? Sent : never)
    | (R[Status] extends { readonly schema: z.ZodType } | { readonly sends: string | readonly string[] }
        ? never
        : void);
}[keyof R];

/** An item of the list that a route answers with. */
type ItemOf<R extends Responses> = R[200] extends { readonly schema: infer S extends z.ZodType }
  ? AnswerTo<S> extends { readonly items: readonly (infer Item)[] }
    ? Item
    : never
  : never;

/** What the audit is given of an answer: nothing when the work failed. */
type AuditedOf<R extends Responses> = Exclude<AnswerOf<R>, Sent | void> | undefined;

/** What a handler gets: checked values only. */
interface Call<P extends Shape, Q extends Shape, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  readonly principal: Principal;
  readonly request: Request;
  readonly response: Response;
}

/** What a named handler takes of a call: the parts that its route has schemas for. */
export type Asked<
  Parts extends { readonly params?: Shape; readonly query?: Shape; readonly body?: z.ZodType } = object,
> = Pick<Call<Shape, Shape, z.ZodType>, 'principal' | 'request' | 'response'> & {
  readonly [Part in keyof Parts]: Parts[Part] extends z.ZodType ? z.output<Parts[Part]> : never;
};

/** What a route says of itself, whatever it takes and answers. */
interface RouteHead {
  /**
   * Its name in the OpenAPI document, and so in clients made from it: listResyncs, startResync …
   */
  readonly operationId: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As in OpenAPI, e.g. /districts/{district}/plan. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  /** The tool right it needs; `null`: a valid token is enough. */
  readonly right: ToolRight | null;
  /** Rights any of which is enough as well, it may be for less of the answer. */
  readonly orRights?: readonly ToolRight[];
  /**
   * A GET that shows records by their keys: when the state reads it, the audit has who, when and
   * what of. `perhaps`: where the answer has samples or errors of some.
   */
  readonly showsRecords?: true | 'perhaps';
  /** Only for principals of the state. */
  readonly stateOnly?: true;
  /** Asked without a token. It has no principal. */
  readonly public?: true;
  readonly headers?: Shape;
}

/**
 * One route with the types of its parts: the answer's is that of the schema it is documented with.
 */
interface TypedRoute<
  P extends Shape,
  Q extends Shape,
  B extends z.ZodType,
  R extends Responses,
> extends RouteHead {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** A body that the document shows; `grand-bend` stands for a district. A test sends it. */
  readonly example?: z.input<B>;
  readonly responses: R;
  /** Of a list: how it looks as a file, if not as its schema has it. */
  readonly file?: FileOfList<ItemOf<R>>;
  /**
   * A route that isn't a GET leaves an audit event: who, when, from where, the path with its ids,
   * the status. Here is what else the event tells, never a secret nor a student's value; `false`:
   * the route changes nothing and leaves none.
   */
  readonly audit?: false | ((asked: { body: z.output<B>; answer: AuditedOf<R> }) => Record<string, unknown>);
  /** Path below the API's root of what the route made: the Location header of its answer. */
  readonly location?: (answer: AnswerOf<R>, params: z.output<P>) => string;
  /** Returns the body of the success response, or `sent` once it has sent it itself. */
  readonly handler: (call: Call<P, Q, B>) => Promise<AnswerOf<R>>;
}

/**
 * One route, said once: it checks the request, and it is the route's row in the OpenAPI document.
 */
export interface RouteSpec extends RouteHead {
  readonly params?: Shape;
  readonly query?: Shape;
  readonly body?: z.ZodType;
  readonly example?: unknown;
  readonly responses: Responses;
  readonly auditDetails: false | ((asked: { body: unknown; answer: unknown }) => Record<string, unknown>);
  readonly handle: (call: Call<Shape, Shape, z.ZodType>) => Promise<unknown>;
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

/**
 * Keeps the types of a route's parts together; what it gives has lost them, so that all routes fit
 * one list.
 */
export function route<
  const R extends Responses,
  P extends Shape = typeof nothing,
  Q extends Shape = typeof nothing,
  B extends z.ZodType = z.ZodUndefined,
>({ audit, file, handler, location, ...rest }: TypedRoute<P, Q, B, R>): RouteSpec {
  const list = rest.method === 'get' ? listOf(rest.responses[200]?.schema, file) : null;
  const view = rest.method === 'get' && rest.right !== null ? viewRights[rest.right] : undefined;
  return {
    ...(view !== undefined && { orRights: [view] }),
    ...rest,
    ...(list && asList(list, rest)),
    // addRoutes gives all of these what the schemas of this very route have checked.
    handle: async (call) => {
      if (list)
        return answerList(list, rest.path, call, (query) => handler({ ...call, query } as Call<P, Q, B>));
      const answer = await handler(call);
      if (location)
        call.response.location(call.request.baseUrl + location(answer, call.params as z.output<P>));
      return answer;
    },
    auditDetails:
      audit === undefined
        ? () => ({})
        : audit &&
          (({ body, answer }) => audit({ body: body as z.output<B>, answer: answer as AuditedOf<R> })),
  };
}

/** What every list takes and answers with beside its own. */
function asList(list: List, { query, responses }: Pick<RouteSpec, 'query' | 'responses'>) {
  return {
    query: (query ?? nothing.strict()).safeExtend({ format: listFormat }),
    responses: { ...responses, 200: { ...responses[200]!, sends: list.types } },
  };
}

/** A list as it is asked for: a page of JSON, or all of it as a file. */
async function answerList(
  list: List,
  path: string,
  { params, query, principal, response }: Call<Shape, Shape, z.ZodType>,
  read: (query: object) => Promise<unknown>,
): Promise<unknown> {
  const { format, ...asked } = query as { readonly format: FileFormat | 'json'; readonly cursor?: unknown };
  if (format === 'json') return read(asked);
  return sendList(response, {
    ...{ list, format, principal, name: fileNameOf(path, params), cursor: asked.cursor },
    read: (page) => read({ ...asked, ...page }),
  });
}

/** Puts the routes on a router whose requests were authenticated (`response.locals.principal`). */
export function addRoutes(
  router: Router,
  routes: readonly RouteSpec[],
  {
    keepAudit,
    checkAnswer,
  }: { readonly keepAudit: KeepAudit; readonly checkAnswer?: CheckAnswer | undefined },
): void {
  for (const spec of routes) {
    const [[code, success] = ['200', undefined]] = Object.entries(spec.responses);
    const status = Number(code);
    router[spec.method](pathOf(spec.path), async (request: Request, response: Response) => {
      const principal = response.locals['principal'] as Principal;
      let body: unknown;
      const answer = await keepAudit(spec, { request, principal, status, bodyOf: () => body }, async () => {
        // Before anything of the request is looked at: the answer can't tell what is there and what
        // isn't.
        requireRight(spec, principal);
        if (!('If-Match' in (spec.headers ?? nothing).shape)) refuseIfMatch(request);
        const params = check(spec.params ?? nothing, request.params, 'parameter') as Record<string, unknown>;
        const query = check(spec.query ?? nothing.strict(), request.query, 'parameter') as Record<
          string,
          unknown
        >;
        const cursor = new ListCursor(spec.operationId, { ...params, sort: query['sort'] });
        noteAbout(spec.path, params['id']);
        body = spec.body ? check(spec.body, bodyOf(request), 'body') : undefined;
        const asked = { params, query: cursor.taken(query), body, principal, request, response };
        return cursor.given(await spec.handle(asked));
      });
      noteStarted(answer);
      if (answer === sent) return;
      if (success?.schema) checkAnswer?.({ route: nameOf(spec), schema: success.schema }, answer);
      response.status(status).json(answer);
    });
  }
}

/** Before all routes: /alerts/count is no id of /alerts/{id}, which DELETE knows. */
export const refuseAtLiteralPaths = (router: Router, routes: readonly RouteSpec[]): void =>
  refuseOtherMethods(router, routes, (path) => !path.includes('{'));

/** After all routes. */
export const refuseAtOtherPaths = (router: Router, routes: readonly RouteSpec[]): void =>
  refuseOtherMethods(router, routes, (path) => path.includes('{'));

/** What a path doesn't do: 405, and what it does. */
function refuseOtherMethods(
  router: Router,
  routes: readonly RouteSpec[],
  isOne: (path: string) => boolean,
): void {
  const paths = new Map<string, RouteSpec[]>();
  for (const spec of routes) paths.set(spec.path, [...(paths.get(spec.path) ?? []), spec]);
  for (const [path, specs] of paths) {
    if (!isOne(path)) continue;
    const methods = specs.map(({ method }) => method.toUpperCase());
    if (methods.includes('GET')) methods.push('HEAD');
    const Allow = methods.toSorted().join(', ');
    router.all(pathOf(path), (request, response, next) => {
      if (methods.includes(request.method)) return next();
      if (request.method === 'OPTIONS') return void response.set({ Allow }).status(204).end();
      throw new Problem(405, `This path knows ${Allow} only.`, [], { Allow });
    });
  }
}

/** As Express writes it. */
const pathOf = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

/** As we make the ids of resyncs; what else a person types into a path may be a record's key. */
const ownId = /^\d{8}-(\d{4,6}-s)?[\da-f]{10,16}$/;

/** The path's resync, in the log lines of the request. */
function noteAbout(path: string, id: unknown): void {
  if (path.startsWith('/resyncs/{id}') && typeof id === 'string' && ownId.test(id)) noteResync(id);
}

/** A resync that the request has started, or found. */
function noteStarted(answer: unknown): void {
  if (typeof answer !== 'object' || answer === null || !('resyncId' in answer)) return;
  if (typeof answer.resyncId === 'string') noteResync(answer.resyncId);
}

function nameOf({ method, path }: RouteSpec): string {
  return `${method.toUpperCase()} ${path}`;
}

/** @throws Problem 403 naming what is missing, whatever the path leads to */
function requireRight({ right, orRights = [], stateOnly }: RouteSpec, principal: Principal): void {
  const enough = orRights.some((one) => principal.rights.includes(one));
  if (right !== null && !enough) requireToolRight(principal, right);
  if (stateOnly && principal.level !== 'state') throw new Problem(403, 'Only the state can do this.');
}

function check(schema: z.ZodType, value: unknown, where: 'body' | 'parameter'): unknown {
  const checked = schema.safeParse(value);
  if (!checked.success) throw zodProblem(checked.error, where);
  return checked.data;
}

function bodyOf(request: Request): unknown {
  const sent = Number(request.headers['content-length'] ?? 0) > 0 || 'transfer-encoding' in request.headers;
  if (sent && !request.is('application/json')) throw new Problem(415, 'Send the body as application/json.');
  if (sent) refuseHalfCharacters(request.body);
  return sent ? request.body : {};
}
