/** TCP ports of the local stack: the usual ones when free, any other free one otherwise. */
import { createServer } from 'node:net';

/** The ports a developer finds the stack on, unless they are taken. */
export const usualPorts = { district: 3307, state: 3308, temporal: 7233, temporalWeb: 8233 } as const;
export type PortName = keyof typeof usualPorts;

/**
 * The first of `wanted` nobody listens on at 127.0.0.1 and `not` doesn't hold; else a port the
 * system chooses.
 */
export async function freePort(
  wanted: readonly number[],
  not: ReadonlySet<number> = new Set(),
): Promise<number> {
  for (const port of wanted) if (!not.has(port) && (await listen(port)) !== null) return port;
  for (;;) {
    const port = await listen(0);
    if (port !== null && !not.has(port)) return port;
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
