import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { main } from '../../src/cli/main';

const variables = ['RESYNC_API_URL', 'RESYNC_TOKEN', 'CONTROL_DATABASE_URL'];

/** The API at an address of its own, where the command line looks for it. */
export interface Served {
  readonly url: string;
  /** Ends it, and takes back what the command line was told. */
  close(): void;
}

/**
 * @param authorization whose word the command line speaks: "Bearer …"; absent: told later, by
 * speakAs
 */
export async function serve(app: Express, authorization?: string): Promise<Served> {
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env['RESYNC_API_URL'] = url;
  if (authorization !== undefined) speakAs(authorization);
  return {
    url,
    close: () => {
      for (const name of variables) delete process.env[name];
      process.exitCode = 0;
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Whose word the command line speaks from now on. */
export function speakAs(authorization: string): void {
  process.env['RESYNC_TOKEN'] = authorization.slice('Bearer '.length);
}

/**
 * Runs the command line. @returns its exit code, and what it printed: by stream, and all in its
 * order
 */
export async function resync(
  ...argv: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string; text: string }> {
  const out = { stdout: '', stderr: '', text: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((chunk: string | Uint8Array) => {
      out[name] += String(chunk);
      out.text += String(chunk);
      return true;
    }),
  );
  try {
    const code = await main(argv);
    return { code, ...out };
  } finally {
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
  }
}
