import { type RequestHandler, Router } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { ApiContext } from './context';

export interface Metrics {
  readonly registry: Registry;
  /** Times every request; the label is the route's pattern, never an id. */
  readonly observe: RequestHandler;
}

/** Metrics of one app; each app has a registry of its own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'resync_http_request_duration_seconds',
    help: 'Duration of HTTP requests',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    registers: [registry],
  });
  return {
    registry,
    observe: (request, response, next) => {
      const stop = durations.startTimer();
      response.once('close', () => {
        const { path = 'none' } = (request.route ?? {}) as { path?: string };
        stop({ method: request.method, route: path, status: response.statusCode });
      });
      next();
    },
  };
}

/**
 * /healthz: the process lives. /readyz: control database and Temporal answer. /metrics: Prometheus
 * text.
 */
export function healthRouter({ control, temporal: calls }: ApiContext, { registry }: Metrics): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/readyz', async (_request, response) => {
    const [database, temporal] = await Promise.all([
      control.raw('SELECT 1').then(
        () => true,
        () => false,
      ),
      calls.answers(),
    ]);
    response.status(database && temporal ? 200 : 503).json({ controlDatabase: database, temporal });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}
