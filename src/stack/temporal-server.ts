/** One private Temporal dev server: a SQLite file, two ports (gRPC and Web), a process. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from './commands';
import { logTail } from './log-tail';
import { freePort } from './ports';
import { argumentAfter, endProcesses, launchDetached, pidsWithArgument } from './processes';
import { withTemporal } from '../temporal/connect';
import { addSearchAttributes, searchAttributeArguments } from '../temporal/search-attributes';
import { StackError } from './stack-error';
import type { ServerHandle } from './server-handle';
import { ensureTemporal } from './temporal-program';

const startWithinMs = 90_000;
const stopWithinMs = 20_000;
const namespace = 'default';

/**
 * A task queue in one piece. With the four of a server's default a task can lie in one while the
 * few free slots of one worker ask another: lanes stood idle for up to seconds.
 */
const onePartition = ['Read', 'Write'].flatMap((kind) => [
  '--dynamic-config-value',
  `matching.numTaskqueue${kind}Partitions=1`,
]);

/**
 * With a journal that is only appended to, Temporal's SQLite writes each commit once. By default it
 * writes a page before it is changed into a file of its own, and takes twice the processor time.
 */
function journal(durable: boolean): string[] {
  return ['journal_mode=WAL', `synchronous=${durable ? 'FULL' : 'OFF'}`].flatMap((pragma) => [
    '--sqlite-pragma',
    pragma,
  ]);
}

export interface TemporalServerOptions {
  readonly dir: string;
  /** Whether what is committed outlives a machine that loses its power. Default: yes. */
  readonly durable?: boolean;
  /** Ports to try in this order before any free one. */
  readonly wantedPorts: readonly number[];
  readonly wantedWebPorts: readonly number[];
  readonly progress: Progress;
}

export class TemporalServer implements ServerHandle {
  private ports: { readonly grpc: number; readonly web: number } | null = null;

  constructor(private readonly options: TemporalServerOptions) {}

  get pid(): number | null {
    return pidsWithArgument(this.mark)[0] ?? null;
  }

  /** @throws StackError before the first start */
  get info(): { readonly address: string; readonly webUrl: string } {
    if (this.ports === null) throw new StackError('The Temporal server was not started.');
    return { address: `127.0.0.1:${this.ports.grpc}`, webUrl: `http://127.0.0.1:${this.ports.web}` };
  }

  /**
   * Reuses the running server when it answers ; ends it otherwise and starts a new
   * one on the same file. The search attributes are there when this resolves.
   * @throws StackError with the end of its log
   */
  async start(): Promise<void> {
    const { dir, progress } = this.options;
    const running = this.pid;
    if (running !== null) {
      const ports = {
        grpc: Number(argumentAfter(running, '--port=')),
        web: Number(argumentAfter(running, '--ui-port=')),
      };
      if (await this.answers(ports.grpc, 15_000)) {
        this.ports = ports;
        return;
      }
      progress('The Temporal server runs but does not answer: starting it again.');
      await endProcesses(this.mark, { graceMs: 5_000 });
    }
    const logs = join(dir, 'logs');
    mkdirSync(logs, { recursive: true });
    const program = await ensureTemporal({ logs, progress });
    const tries = this.ports === null ? 3 : 1;
    const tried = new Set<number>();
    for (let attempt = 1; ; attempt += 1) {
      const ports = this.ports ?? (await this.choosePorts(tried));
      if (await this.launch(program, ports, join(logs, 'temporal.log'))) {
        this.ports = ports;
        return;
      }
      if (attempt === tries) {
        throw new StackError(`Temporal did not start:\n${logTail(join(logs, 'temporal.log'))}`);
      }
    }
  }

  async kill(): Promise<void> {
    await endProcesses(this.mark, { graceMs: 0 });
  }

  /** @returns whether it ran */
  async stop(): Promise<boolean> {
    return (await endProcesses(this.mark, { graceMs: stopWithinMs })) > 0;
  }

  /** The argument our process is known by. */
  private get mark(): string {
    return `--db-filename=${join(this.options.dir, 'temporal.db')}`;
  }

  private async choosePorts(tried: Set<number>): Promise<{ grpc: number; web: number }> {
    const grpc = await freePort(this.options.wantedPorts, tried);
    tried.add(grpc);
    const web = await freePort(this.options.wantedWebPorts, tried);
    tried.add(web);
    return { grpc, web };
  }

  private async launch(
    program: string,
    ports: { grpc: number; web: number },
    logFile: string,
  ): Promise<boolean> {
    const server = launchDetached(
      program,
      [
        ...['server', 'start-dev', this.mark, '--ip', '127.0.0.1', '--log-level', 'error'],
        ...[`--port=${ports.grpc}`, `--ui-port=${ports.web}`],
        ...onePartition,
        ...journal(this.options.durable ?? true),
        ...searchAttributeArguments(),
      ],
      { cwd: this.options.dir, logFile },
    );
    const deadline = Date.now() + startWithinMs;
    while (Date.now() < deadline && server.ended() === null) {
      if (await this.answers(ports.grpc, 2_000)) {
        // Another program may hold the port and answer in our server's place.
        if (this.pid !== null) return true;
      }
      await sleep(100);
    }
    await endProcesses(this.mark, { graceMs: 5_000 });
    return false;
  }

  /** Whether it serves the namespace with our search attributes. */
  private async answers(port: number, withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    do {
      try {
        await withTemporal(
          { address: `127.0.0.1:${port}` },
          async (connection) => {
            await connection.workflowService.describeNamespace({ namespace });
            await addSearchAttributes(connection, namespace);
          },
          2_000,
        );
        return true;
      } catch {
        await sleep(100);
      }
    } while (Date.now() < deadline && this.pid !== null);
    return false;
  }
}
