import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a part of the service can't do without, and whether it is there. */
export type Readiness = Readonly<Record<string, boolean>>;

export interface InnerServer {
  /** e.g. http://127.0.0.1:9464 */
  readonly url: string;
  close(): Promise<void>;
}

export interface InnerAnswers {
  /** Asked by every /readyz: cheap, and bounded in time. */
  readonly readiness: () => Promise<Readiness>;
  /** Text of Prometheus. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

/**
 * The port for operators: /livez (the process answers), /readyz (200, or 503 with what is missing
 * as false) and /metrics. It has no tokens and names districts: it belongs on the loopback
 * interface or an inner network.
 * @throws the listener's error when the port is taken
 */
export async function startInnerServer(
  { host, port }: { readonly host: string; readonly port: number },
  answers: InnerAnswers,
): Promise<InnerServer> {
  const server = createServer((request, response) => {
    answer(answers, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  { readiness, metrics }: InnerAnswers,
  { method, url = '/' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = url.split('?')[0];
  if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405).end();
  if (path === '/livez') return sendJson(response, 200, { status: 'ok' });
  if (path === '/readyz') {
    const found = await readiness();
    return sendJson(response, Object.values(found).every(Boolean) ? 200 : 503, found);
  }
  if (path === '/metrics') {
    const { contentType, text } = await metrics();
    return void response.writeHead(200, { 'Content-Type': contentType }).end(text);
  }
  response.writeHead(404).end();
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
