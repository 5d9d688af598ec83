import { type RequestHandler, Router } from 'express';
import { Histogram, type Registry } from 'prom-client';
import { answersInTime } from '../control/answers-in-time';
import type { ApiContext } from './context';

/** Times every request; the label is the route's pattern, never an id. */
export function timeRequests(registry: Registry): RequestHandler {
  const durations = new Histogram({
    name: 'resync_http_request_duration_seconds',
    help: 'Duration of HTTP requests',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    registers: [registry],
  });
  return (request, response, next) => {
    const stop = durations.startTimer();
    response.once('close', () => {
      const { path = 'none' } = (request.route ?? {}) as { path?: string };
      stop({ method: request.method, route: path, status: response.statusCode });
    });
    next();
  };
}

/** What the API can't do without; each is asked with a bound in time. */
export async function readinessOf({
  control,
  temporal,
}: Pick<ApiContext, 'control' | 'temporal'>): Promise<{ controlDatabase: boolean; temporal: boolean }> {
  const [database, answers] = await Promise.all([answersInTime(control), temporal.answers()]);
  return { controlDatabase: database, temporal: answers };
}

/**
 * /livez (and /healthz): the process answers. /readyz: control database and Temporal answer, or 503
 * and which doesn't.
 */
export function healthRouter(context: Pick<ApiContext, 'control' | 'temporal'>): Router {
  const router = Router();
  router.get(['/livez', '/healthz'], (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', async (_request, response) => {
    const readiness = await readinessOf(context);
    response.status(Object.values(readiness).every(Boolean) ? 200 : 503).json(readiness);
  });
  return router;
}
