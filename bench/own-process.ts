import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(__dirname, '..');
/** As in the Dockerfile. */
const imageEnv = { MALLOC_ARENA_MAX: '2', NODE_OPTIONS: '--max-semi-space-size=4' };

/** A part of the service as a process of its own, with its log in a file. */
export class OwnProcess {
  private static readonly started: OwnProcess[] = [];

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  /**
   * Starts `resync serve <name>` from the sources, or as `npm run build` made it with the image's
   * settings, which the environment may replace.
   */
  static start(
    name: 'api' | 'worker',
    { built, env, logFile }: { built: boolean; env: NodeJS.ProcessEnv; logFile: string },
  ): OwnProcess {
    const log = openSync(logFile, 'w');
    // The loader in the same process, so that its memory is the program's and nothing stands
    // between us and it.
    const loader = join(root, 'node_modules', 'tsx', 'dist', 'loader.mjs');
    const program = built
      ? [join(root, 'dist', 'src', 'cli', 'main.js')]
      : ['--import', loader, join(root, 'src', 'cli', 'main.ts')];
    const child = spawn(process.execPath, [...program, 'serve', name], {
      cwd: root,
      env: { ...(built ? imageEnv : {}), ...process.env, ...env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const started = new OwnProcess(name, child);
    OwnProcess.started.push(started);
    return started;
  }

  /** Stops every one that was started, the last first. */
  static async stopAll(): Promise<void> {
    for (const one of OwnProcess.started.splice(0).reverse()) await one.stop();
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The code or signal it ended with; null while it lives. */
  get ended(): string | null {
    const { exitCode, signalCode } = this.child;
    return signalCode ?? (exitCode === null ? null : `exit code ${exitCode}`);
  }

  /** SIGKILL, as the kernel does when memory runs out. */
  async kill(): Promise<void> {
    if (this.ended !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  /** SIGSTOP: it holds what it holds and does nothing, as on a machine without memory. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  wake(): void {
    this.child.kill('SIGCONT');
  }

  /** @throws Error when it has ended */
  assertLives(): void {
    if (this.ended !== null) throw new Error(`The ${this.name} ended: ${this.ended}.`);
  }

  /**
   * Most resident memory since the start or the last reset, and resident memory now, in MB (Linux).
   */
  memory(): { peakMb: number; nowMb: number } {
    this.assertLives();
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const megabytes = (field: string): number =>
      Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)![1]) / 1024);
    return { peakMb: megabytes('VmHWM'), nowMb: megabytes('VmRSS') };
  }

  /** From here on the peak counts anew. */
  resetPeak(): void {
    writeFileSync(`/proc/${this.child.pid}/clear_refs`, '5');
  }

  /** Asks it to end and waits for it. */
  async stop(): Promise<void> {
    if (this.ended !== null) return;
    const ended = once(this.child, 'exit');
    this.wake();
    this.child.kill('SIGTERM');
    await ended;
  }
}
