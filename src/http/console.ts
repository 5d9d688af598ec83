import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Request, type RequestHandler, type Response, Router } from 'express';

/** Everything from here, no inline script nor style, and no text that becomes markup. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const up = join(__dirname, '..', '..');
/** Beside the compiled code, or where a checkout builds it (src/console/build.mjs). */
const places = [join(up, 'console'), join(up, 'dist', 'console')];

const types: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', txt: 'text/plain' };
const encodings = { br: '.br', gzip: '.gz' } as const;

interface Bundle {
  readonly page: Buffer;
  /** By name, packed ones with their ending. */
  readonly assets: ReadonlyMap<string, Buffer>;
}

const missing = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>State Data Resync</title>
<h1>The console is not built</h1>
<p>Run "npm run build:console" and start the API again. The API is there: <a href="/api/docs">/api/docs</a></p>
</html>
`;

/** What every page of somebody who is signed in asks for first. */
const firstCalls = ['/api/v1/session', '/api/v1/districts'];

/**
 * The web console: its page for every path that a browser asks for as a page, and its assets. It is
 * read once, when it is first asked for, so that page and assets always fit.
 * @param isSignedIn whether a request comes from somebody who is signed in, as far as is known
 * without asking the database
 */
export function consoleRouter(isSignedIn: (request: Request) => boolean): Router {
  let bundle: Bundle | null | undefined;
  const read = (): Bundle | null => (bundle ??= readBundle());
  const router = Router();
  router.get('/assets/:name', (request, response, next) => {
    const { name } = request.params;
    const assets = read()?.assets;
    const plain = assets?.get(name);
    const type = types[name.split('.').at(-1) ?? ''];
    if (!assets || !plain || type === undefined) return next();
    const encoding = request.acceptsEncodings('br', 'gzip');
    const packed = encoding ? assets.get(name + encodings[encoding as keyof typeof encodings]) : undefined;
    if (encoding && packed) response.set('Content-Encoding', encoding);
    response
      .set('Cache-Control', 'public, max-age=31536000, immutable')
      .vary('Accept-Encoding')
      .type(type)
      .send(packed ?? plain);
  });
  const page: RequestHandler = (request, response, next) => {
    // JSON first: who takes anything is a program, and gets the problem document.
    const wantsPage = request.accepts(['json', 'html']) === 'html';
    if (request.method !== 'GET' || !wantsPage || request.path.startsWith('/api/')) return next();
    const found = read();
    const asksAtOnce = isSignedIn(request) && request.path !== '/sign-in';
    if (asksAtOnce) response.set('Link', firstCallsOf(request.path).map(preloaded).join(', '));
    sendPage(response, found?.page ?? missing, found === null ? 503 : 200);
  };
  return router.use(page);
}

/** Before the scripts are there that would ask for it: on a slow line that is a second. */
const preloaded = (path: string): string => `<${path}>; rel=preload; as=fetch; crossorigin`;

function firstCallsOf(path: string): string[] {
  const [, district] = /^\/d\/([\w.~%-]+)\/batch$/.exec(path) ?? [];
  return district === undefined ? firstCalls : [...firstCalls, `/api/v1/districts/${district}/objects`];
}

function sendPage(response: Response, html: Buffer | string, status: number): void {
  response
    .status(status)
    .set('Content-Security-Policy', policy)
    .set('Cache-Control', 'no-cache')
    .type('html')
    .send(html);
}

function readBundle(): Bundle | null {
  const folder = places.find((place) => existsSync(join(place, 'index.html')));
  if (folder === undefined) return null;
  const assets = join(folder, 'assets');
  return {
    page: readFileSync(join(folder, 'index.html')),
    assets: new Map(readdirSync(assets).map((name) => [name, readFileSync(join(assets, name))])),
  };
}
