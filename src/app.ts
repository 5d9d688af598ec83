import type { Client } from '@temporalio/client';
import express, {
  type ErrorRequestHandler,
  type Express,
  json,
  type RequestHandler,
  Router,
  type RouterOptions,
} from 'express';
import { ipKeyGenerator, rateLimit, type Options } from 'express-rate-limit';
import helmet from 'helmet';
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { Registry } from 'prom-client';
import type { Config } from './config';
import type { Principal } from './domain/principal';
import type { Catalog } from './domain/catalog';
import { aboutRoutes } from './features/about/routes';
import { alertRoutes } from './features/alerts/routes';
import { sessionSecretOf } from './features/access/session-cookie';
import { auditRoutes } from './features/access/audit-routes';
import { codecRoutes } from './features/codec/routes';
import { complianceRoutes } from './features/year-end/compliance-routes';
import { blackoutRoutes } from './features/blackouts/routes';
import { certificationRoutes } from './features/certifications/routes';
import type { CheckAnswer } from './http/check-answer';
import type { ApiContext } from './http/context';
import { DistrictRegistry } from './features/registrations/registry';
import { districtActionRoutes } from './features/district-actions/routes';
import { districtRoutes } from './features/districts/routes';
import { codecCors, largeBodies } from './http/codec-cors';
import { consoleRouter } from './http/console';
import { docsRouter } from './http/docs';
import { doctorRoutes } from './features/doctor/routes';
import { eventRoutes } from './features/events/routes';
import { fieldSettingRoutes } from './features/field-ownership/settings-routes';
import { healthRouter, timeRequests } from './http/health';
import { auditKeeper } from './features/access/keep-audit';
import { createOidcVerifier } from './features/access/oidc';
import { OidcClient } from './features/access/oidc-client';
import { oidcSignInRoutes } from './features/access/oidc-sign-in-routes';
import { openApiDocument } from './http/openapi';
import { noticeRoutes } from './features/notices/routes';
import { comparisonRoutes } from './features/outcomes/comparison-routes';
import { districtErrorRoutes } from './features/outcomes/district-errors-routes';
import { outcomeRoutes } from './features/outcomes/routes';
import { authenticate } from './features/access/authenticate';
import { sessionRoutes } from './features/access/session-routes';
import { signInRoutes } from './features/access/sign-in-routes';
import { principalTokenRoutes } from './features/access/token-routes';
import { principalRoutes } from './features/access/principal-routes';
import { Problem, problemHandler, unknownPath } from './http/problem';
import { packAnswers } from './http/pack-answers';
import { inLogContext, logFieldsOf } from './http/log-context';
import { giveRequestId } from './http/request-id';
import { registrationRoutes } from './features/registrations/routes';
import { retentionRoutes } from './features/retention/routes';
import { removalRoutes } from './features/removals/routes';
import { recordHistoryRoutes } from './features/record-history/routes';
import { resyncRoutes } from './features/resyncs/routes';
import { runLogRoutes } from './features/resyncs/log-routes';
import { retryRoutes } from './features/resyncs/retry-routes';
import { addRoutes, refuseAtLiteralPaths, refuseAtOtherPaths, type RouteSpec } from './http/route';
import { pathsInLogs } from './http/paths-in-logs';
import { runControlRoutes } from './features/resyncs/run-routes';
import { stateRequestRoutes } from './features/state-requests/routes';
import { scopedYearRoutes } from './features/year-end/routes';
import { identityConflictRoutes } from './features/identity-conflicts/routes';
import { selectiveSyncRoutes } from './features/selective-sync/routes';
import { recurringRequestRoutes } from './features/recurring-requests/routes';
import { schoolRoutes } from './features/schools/routes';
import { scheduleRoutes } from './features/schedules/routes';
import { verificationRoutes } from './features/verifications/routes';
import { type Shares, Turns } from './http/take-turn';
import { TemporalCalls } from './temporal/calls';
import { syncEventRoutes } from './features/field-ownership/sync-event-routes';

export interface AppOptions {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly control: Knex;
  /**
   * Connections to the same database for who asks and whether it answers: these never wait behind
   * what is read. Default: `control`.
   */
  readonly keeper?: Knex;
  /** Districts, also those that are registered while it runs. Default: one of its own. */
  readonly districts?: DistrictRegistry | undefined;
  /** Aborted when the server stops: streams end. */
  readonly stopping?: AbortSignal;
  readonly temporal: Client;
  readonly logger: Logger;
  /** Where requests are counted and timed. Default: nowhere. */
  readonly registry?: Registry | undefined;
  /** Traces each request. Default: none. */
  readonly traced?: RequestHandler | undefined;
  /** Requests a minute of one token, and refused ones of one address. */
  readonly limits?: {
    readonly perToken?: number;
    readonly refusedPerAddress?: number;
    /** What one caller may have done at a time. */
    readonly shares?: Shares;
    /** Longest event stream; see ApiContext. */
    readonly streamMs?: number;
    readonly streamCheckMs?: number;
  };
  /** Of every JSON answer: the tests hold the API to its document with it. */
  readonly checkAnswer?: CheckAnswer;
}

/** Routes under /api/v1 that are asked without a token. */
export function publicRoutes(context: ApiContext, client: OidcClient | null = null): RouteSpec[] {
  return [...signInRoutes(context), ...oidcSignInRoutes(context, client)];
}

/** Every other route under /api/v1, in the order of the document. */
export function apiRoutes(context: ApiContext, client: OidcClient | null = null): RouteSpec[] {
  return [
    ...districtRoutes(context),
    ...schoolRoutes(context),
    ...registrationRoutes(context),
    ...districtActionRoutes(context),
    ...aboutRoutes(context),
    ...doctorRoutes(context),
    ...retentionRoutes(context),
    ...codecRoutes(context),
    ...resyncRoutes(context),
    ...runControlRoutes(context),
    ...runLogRoutes(context),
    ...retryRoutes(context),
    ...identityConflictRoutes(context),
    ...selectiveSyncRoutes(context),
    ...outcomeRoutes(context),
    ...districtErrorRoutes(context),
    ...comparisonRoutes(context),
    ...removalRoutes(context),
    ...recordHistoryRoutes(context),
    ...eventRoutes(context),
    ...alertRoutes(context),
    ...sessionRoutes(context, client),
    ...principalRoutes(context),
    ...principalTokenRoutes(context),
    ...auditRoutes(context),
    ...stateRequestRoutes(context),
    ...scopedYearRoutes(context),
    ...complianceRoutes(context),
    ...noticeRoutes(context),
    ...blackoutRoutes(context),
    ...scheduleRoutes(context),
    ...recurringRequestRoutes(context),
    ...certificationRoutes(context),
    ...fieldSettingRoutes(context),
    ...verificationRoutes(context),
    ...syncEventRoutes(context),
  ];
}

/** The API as an Express app; it opens and closes nothing itself. */
export function createApp({
  limits = {},
  temporal,
  checkAnswer,
  registry,
  traced,
  ...options
}: AppOptions): Express {
  const { keeper = options.control, stopping = new AbortController().signal, ...given } = options;
  const { districts = new DistrictRegistry(given.config, keeper) } = given;
  const { config } = districts;
  const rest = { ...given, config, refreshDistricts: () => districts.refresh() };
  const context: ApiContext = {
    ...rest,
    temporal: new TemporalCalls(temporal, rest.config.temporal.taskQueue),
    streamMs: limits.streamMs ?? 300_000,
    streamCheckMs: limits.streamCheckMs ?? 3_000,
    stopping,
  };
  const { control, logger } = context;
  const { oidc } = context.config.auth;
  const client = oidc?.console ? new OidcClient(oidc.issuer, oidc.console, logger) : null;
  const routes = apiRoutes(context, client);
  const open = publicRoutes(context, client);
  const document = openApiDocument([...open, ...routes]);
  const inLogs = pathsInLogs([...open, ...routes], {
    isDistrict: (part) => context.config.districts.some(({ id }) => id === part),
    objects: context.catalog.objects.map(({ name }) => name),
  });

  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.enable('case sensitive routing');
  app.set('trust proxy', rest.config.api.trustProxy);
  const requestLog = pinoHttp({
    logger,
    genReqId: giveRequestId,
    quietReqLogger: true,
    serializers: {
      req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
        id,
        method,
        url: inLogs(url.split('?')[0]!),
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
    },
    customSuccessObject: (request, _response, line: object) => ({ ...line, ...logFieldsOf(request) }),
    customErrorObject: (request, _response, _error, line: object) => ({ ...line, ...logFieldsOf(request) }),
    autoLogging: { ignore: ({ url }) => /^\/(livez|healthz|readyz)/.test(url ?? '') },
  });
  // It made a child of the logger, which would keep the level of now.
  logger.on('level-change', (level: string) => (requestLog.logger.level = level));
  app.use(requestLog, inLogContext);
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          imgSrc: ["'self'", 'data:'],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
    }),
  );
  if (registry) app.use(timeRequests(registry));
  if (traced) app.use(traced);
  app.use(healthRouter({ ...context, control: keeper }));
  app.use('/api/docs', docsRouter());
  app.get('/api/v1/openapi.json', packAnswers, (_request, response) => void response.json(document));

  const refused = refusedLimit(limits.refusedPerAddress ?? 300);
  const v1 = Router(exactly);
  // Answers are of this moment and this caller: no browser keeps them for the next one.
  v1.use((request, response, next) => {
    response.set('Cache-Control', 'no-store');
    // Whoever has not kept an answer gets one.
    if (request.headers['if-none-match'] === '*') delete request.headers['if-none-match'];
    next();
  });
  v1.use(codecCors(context.config.temporal.webUrl));
  const turns = new Turns(limits.shares);
  v1.use(turns.take);
  v1.use(openRouter(open, refused, checkAnswer));
  v1.use(authenticate(keeper, oidc ? createOidcVerifier(oidc) : null, refused));
  v1.use(turns.learn);
  v1.use(tokenLimit(limits.perToken ?? 1200));
  v1.use(packAnswers);
  v1.use(largeBodies());
  v1.use(turns.takeHeavy);
  const readBody = json({ limit: '100kb', strict: false });
  // What a GET carries says nothing, so nothing can be wrong with it.
  v1.use((request, response, next) =>
    request.method === 'GET' ? next() : readBody(request, response, next),
  );
  refuseAtLiteralPaths(v1, [...open, ...routes]);
  addRoutes(v1, routes, { keepAudit: auditKeeper(control, logger), checkAnswer });
  refuseAtOtherPaths(v1, routes);
  app.use('/api/v1', v1);
  app.use(consoleRouter((request) => sessionSecretOf(request) !== null));
  app.use(unknownPath);
  app.use(problemHandler(logger, checkAnswer));
  return app;
}

/** A path in another spelling is none of ours: limits know the paths as they are written. */
const exactly: RouterOptions = { caseSensitive: true, strict: true };

/** The routes that need no token; who is refused there is counted as who guesses tokens. */
function openRouter(
  routes: readonly RouteSpec[],
  refused: RequestHandler,
  checkAnswer: CheckAnswer | undefined,
): Router {
  const router = Router(exactly);
  router.post('/session', json({ limit: '10kb', strict: false }));
  addRoutes(router, routes, { keepAudit: (_spec, _asked, work) => work(), checkAnswer });
  const count: ErrorRequestHandler = async (error: unknown, request, response, next) => {
    if (!(error instanceof Problem) || error.status !== 401) return next(error);
    await refused(request, response, (tooMuch?: unknown) => next(tooMuch ?? error));
  };
  return router.use(count);
}

const tooMany: Partial<Options> = {
  windowMs: 60_000,
  standardHeaders: 'draft-8',
  legacyHeaders: false,
  handler: (_request, _response, next) =>
    next(new Problem(429, 'Too many requests in this minute.', [], { 'Retry-After': '60' })),
};

/** Guessing tokens: asked of refused requests only. */
function refusedLimit(limit: number) {
  return rateLimit({
    ...tooMany,
    limit,
    keyGenerator: ({ ip }) => ipKeyGenerator(ip ?? ''),
  });
}

function tokenLimit(limit: number) {
  return rateLimit({
    ...tooMany,
    limit,
    keyGenerator: (_request, response) => (response.locals['principal'] as Principal).tokenId,
  });
}
