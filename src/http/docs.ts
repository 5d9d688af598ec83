import { dirname, join } from 'node:path';
import { type RequestHandler, Router, static as serveFiles } from 'express';

/** The package's own module would load its two megabytes of page scripts into the server. */
const swaggerFiles = dirname(require.resolve('swagger-ui-dist/package.json'));

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>State Data Resync: API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;
const start = `SwaggerUIBundle({ url: '/api/v1/openapi.json', dom_id: '#swagger-ui', deepLinking: true });\n`;

const errors = join(__dirname, '..', '..', 'docs', 'errors.md');

/**
 * Swagger UI from our own files, without inline scripts: fits the content security policy and works
 * offline.
 */
export function docsRouter(): Router {
  const router = Router();
  const send =
    (type: string, text: string): RequestHandler =>
    (_request, response) =>
      void response.type(type).send(text);
  router.get('/', send('html', page));
  router.get('/start.js', send('js', start));
  // The types of problems lead here. It is text that every browser shows; its tables read well as
  // they are.
  router.get('/errors.md', (_request, response) => {
    response.sendFile(errors, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
  });
  router.use(serveFiles(swaggerFiles, { index: false }));
  return router;
}
