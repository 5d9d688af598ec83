import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** One connection through the proxy: both its ends. */
interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/**
 * Stands between the service and one server, and can cut what goes through after any number of
 * bytes, delay it, or let it go nowhere while the connection seems to live.
 */
export class Proxy {
  private readonly pairs = new Set<Pair>();
  private delayMs = 0;
  private stalled = false;
  /** Bytes that may still pass; null: any number. */
  private left: number | null = null;

  private constructor(
    private readonly server: Server,
    private readonly target: { readonly host: string; readonly port: number },
  ) {}

  static async start(target: { readonly host: string; readonly port: number }): Promise<Proxy> {
    const server = createServer();
    const proxy = new Proxy(server, target);
    server.on('connection', (client) => proxy.join(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Every connection ends once so many more bytes have passed, in either direction. */
  cutAfter(bytes: number): void {
    this.left = bytes;
  }

  /** Whether the cut that was asked for has been made. */
  get hasCut(): boolean {
    return this.left === null;
  }

  /** Cuts at once. */
  cut(): void {
    this.left = null;
    for (const pair of this.pairs) end(pair);
  }

  /** Every packet arrives so much later. */
  delay(ms: number): void {
    this.delayMs = ms;
  }

  /** Nothing passes, and nobody is told; then everything goes on. */
  stall(stalled: boolean): void {
    this.stalled = stalled;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private join(client: Socket): void {
    const server = createConnection(this.target);
    const pair = { client, server };
    this.pairs.add(pair);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true);
      this.pass(from, to);
      from.on('error', () => end(pair));
      from.on('close', () => {
        this.pairs.delete(pair);
        end(pair);
      });
    }
  }

  private pass(from: Socket, to: Socket): void {
    // One after the other: a delay may not turn packets around.
    let before: Promise<void> = Promise.resolve();
    from.on('data', (data) => {
      const arrives = Date.now() + this.delayMs;
      from.pause();
      before = before.then(async () => {
        while (this.stalled || Date.now() < arrives) await sleep(this.stalled ? 20 : arrives - Date.now());
        if (this.left !== null && (this.left -= data.length) <= 0) {
          // What was allowed still arrives: a cut in the middle of a packet.
          to.write(data.subarray(0, Math.max(0, data.length + this.left)));
          this.cut();
          return;
        }
        if (!to.destroyed && !to.write(data)) await drained(to);
        from.resume();
      });
    });
    from.on('end', () => void before.then(() => to.end()));
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });
}

function end({ client, server }: Pair): void {
  client.destroy();
  server.destroy();
}
