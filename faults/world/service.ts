/** API and worker as processes of their own, as many workers as a fault needs. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OwnProcess } from '../../bench/own-process';

export interface ServiceOptions {
  readonly configFile: string;
  readonly logs: string;
  readonly apiPort: number;
  readonly built: boolean;
}

export class Service {
  private api: OwnProcess | null = null;
  private readonly workers: OwnProcess[] = [];
  private readonly frozen = new Set<OwnProcess>();
  private started = 0;
  /** Processes that ended though nobody had ended them. */
  readonly died: string[] = [];

  constructor(private readonly options: ServiceOptions) {}

  get url(): string {
    return `http://127.0.0.1:${this.options.apiPort}`;
  }

  startApi(): void {
    this.api = this.start('api');
  }

  startWorker(): void {
    this.workers.push(this.start('worker'));
  }

  async killApi(): Promise<void> {
    await this.api?.kill();
    this.api = null;
  }

  /** Whether the API takes requests. */
  async apiAnswers(): Promise<boolean> {
    const answer = await fetch(`${this.url}/readyz`).catch(() => null);
    return answer?.ok ?? false;
  }

  /** The longest living worker that isn't frozen. */
  get activeWorker(): OwnProcess {
    const active = this.workers.find((worker) => !this.frozen.has(worker) && worker.ended === null);
    if (!active) throw new Error('No worker lives.');
    return active;
  }

  async killWorker(): Promise<void> {
    const worker = this.activeWorker;
    this.leave(worker);
    await worker.kill();
  }

  /** @returns what wakes it */
  freezeWorker(): () => void {
    const worker = this.activeWorker;
    this.frozen.add(worker);
    worker.freeze();
    return () => {
      this.frozen.delete(worker);
      worker.wake();
    };
  }

  /** Workers that are neither frozen nor gone. */
  get activeWorkers(): number {
    return this.workers.filter((worker) => !this.frozen.has(worker) && worker.ended === null).length;
  }

  /** What a service manager does: a process that ended by itself is started again, and noted. */
  startFallen(): void {
    for (const worker of this.workers.filter(({ ended }) => ended !== null)) {
      this.died.push(`worker: ${worker.ended}`);
      this.leave(worker);
      this.startWorker();
    }
    if (this.api !== null && this.api.ended !== null) {
      this.died.push(`API: ${this.api.ended}`);
      this.startApi();
    }
  }

  async stop(): Promise<void> {
    const all = [...this.workers, ...(this.api === null ? [] : [this.api])];
    this.workers.length = 0;
    this.api = null;
    // What a run left behind is nobody's: there is nothing to commit.
    await Promise.all(all.map((one) => one.kill()));
    await sleep(0);
  }

  private leave(worker: OwnProcess): void {
    this.frozen.delete(worker);
    this.workers.splice(this.workers.indexOf(worker), 1);
  }

  private start(part: 'api' | 'worker'): OwnProcess {
    const { built, configFile, logs, apiPort } = this.options;
    this.started += 1;
    return OwnProcess.start(part, {
      built,
      env: { RESYNC_CONFIG: configFile, RESYNC_API_PORT: String(apiPort) },
      logFile: join(logs, `${this.started}-${part}.log`),
    });
  }
}
