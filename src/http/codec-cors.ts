import { type RequestHandler, Router, json } from 'express';

/** The CLI and Temporal Web send the payloads of a whole page of a history. */
const largestBody = '8mb';

/**
 * Before sign-in: Temporal Web, on its own origin, asks whether it may ask. It is let in with a
 * token, never with the console's cookie.
 * @param webUrl of Temporal Web; `undefined`: no page of another origin asks
 */
export function codecCors(webUrl: string | undefined): RequestHandler {
  const origin = webUrl === undefined ? null : new URL(webUrl).origin;
  const router = Router();
  router.use('/codec', (request, response, next) => {
    if (origin === null || request.get('Origin') !== origin) return next();
    response.set({ 'Access-Control-Allow-Origin': origin, Vary: 'Origin' });
    if (request.method !== 'OPTIONS') return next();
    response.set({
      'Access-Control-Allow-Methods': 'POST',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Namespace',
    });
    response.status(204).end();
  });
  return router;
}

/** After sign-in, before the bodies of all other routes: those that are larger than others. */
export function largeBodies(): RequestHandler {
  const router = Router();
  router.use('/codec', json({ limit: largestBody, strict: false }));
  router.use('/district-imports', json({ limit: largestBody, strict: false }));
  return router;
}
