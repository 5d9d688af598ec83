/** The service with its console, as browsers find it. */
import { execFileSync } from 'node:child_process';
import { createServer, type Server, type Socket, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const root = join(__dirname, '..', '..');

/** The bundle of the present sources. */
export function buildConsole(): void {
  execFileSync(process.execPath, [join(root, 'src', 'console', 'build.mjs'), '--if-changed']);
}

/** Signs in as a person does. */
export async function signIn(page: Page, token: string, path = '/'): Promise<void> {
  await page.goto(path);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** A wire to the server that can be cut and mended, as a killed server's is. */
export class Wire {
  private server: Server | null = null;
  private isCut = false;
  private port = 0;
  private readonly sockets = new Set<Socket>();

  constructor(private readonly target: URL) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async mend(): Promise<void> {
    this.isCut = false;
    if (this.server !== null) return;
    const server = createServer((near) => {
      if (this.isCut) return void near.resetAndDestroy();
      const far = connect(Number(this.target.port), this.target.hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.sockets.delete(from);
          to.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /**
   * Every connection breaks, and none is taken. Its port stays its own: somebody else might have it
   * when the wire is mended.
   */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    const { server } = this;
    this.server = null;
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  }
}
