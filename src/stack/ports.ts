/** TCP ports of the local stack: the usual ones when free, any other free one otherwise. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** The ports a developer finds the stack on, unless they are taken. */
export const usualPorts = { district: 3307, state: 3308, temporal: 7233, temporalWeb: 8233 } as const;
export type PortName = keyof typeof usualPorts;

/** Below those that systems give to connections: a server that starts again finds its own free. */
const ownPorts = { from: 15_000, to: 32_000 };

/**
 * The first of `wanted` nobody listens on at 127.0.0.1 and `not` doesn't hold; else any that is
 * free, and not of those that the system gives to connections.
 */
export async function freePort(
  wanted: readonly number[],
  not: ReadonlySet<number> = new Set(),
): Promise<number> {
  for (const port of wanted) if (!not.has(port) && (await listen(port)) !== null) return port;
  for (;;) {
    const port = randomInt(ownPorts.from, ownPorts.to);
    if (!not.has(port) && (await listen(port)) !== null) return port;
  }
}

function listen(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null));
    });
  });
}
