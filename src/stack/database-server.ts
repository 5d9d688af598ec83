/** One private database server: a data directory, a port, a process. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openConnection } from '../database/connect';
import type { Progress } from './commands';
import { logTail } from './log-tail';
import { asUser, ensureDataDirectory, temporaryFolder } from './data-directory';
import { freePort } from './ports';
import { argumentAfter, endProcesses, launchDetached, pidsWithArgument } from './processes';
import { StackError } from './stack-error';
import type { ServerHandle } from './server-handle';
import type { ServerKind, ServerPrograms, Vendor } from './server-kind';
import { ensurePrograms } from './server-programs';
import { type DatabaseServerInfo, databaseUrl } from './stack-info';

/** Crash recovery of a large data directory is part of a start. */
const startWithinMs = 120_000;
/** A clean stop writes the buffer pool's dirty pages. */
const stopWithinMs = 60_000;

export interface DatabaseServerOptions {
  readonly name: 'district' | 'state';
  /** Default: `mariadb`. Each kind has a data directory of its own. */
  readonly kind?: ServerKind;
  /** Further arguments of the server, which go after ours and so win. */
  readonly settings?: readonly string[];
  /** The stack's directory. */
  readonly dir: string;
  readonly password: string;
  /** Ports to try in this order before any free one. */
  readonly wantedPorts: readonly number[];
  readonly bufferPoolMb: number;
  /** false: commits don't wait for the disk; they survive a killed server, not a power cut. */
  readonly durable: boolean;
  readonly progress: Progress;
}

export class DatabaseServer implements ServerHandle {
  private port: number | null = null;

  constructor(private readonly options: DatabaseServerOptions) {}

  get dataDir(): string {
    const { dir, name, kind = 'mariadb' } = this.options;
    return join(dir, kind === 'mariadb' ? name : `${name}-${kind}`);
  }

  get pid(): number | null {
    return pidsWithArgument(this.mark)[0] ?? null;
  }

  /** Host, port and login. @throws StackError before the first start */
  get info(): DatabaseServerInfo {
    if (this.port === null)
      throw new StackError(`The ${this.options.name}'s database server was not started.`);
    return { host: '127.0.0.1', port: this.port, user: 'resync', password: this.options.password };
  }

  /**
   * Whether it answers on this port with our own data directory: another server may have taken the
   * port.
   */
  async answers(port: number): Promise<boolean> {
    try {
      const server = { host: '127.0.0.1', port, user: 'resync', password: this.options.password };
      const connection = await openConnection(databaseUrl(server, ''), { connectTimeout: 5_000 });
      try {
        const [rows] = await connection.query('SELECT @@datadir AS dir');
        return (rows as { dir: string }[])[0]?.dir.replace(/\/$/, '') === this.dataDir;
      } finally {
        connection.destroy();
      }
    } catch {
      return false;
    }
  }

  /**
   * Reuses the running server when it answers; ends one that doesn't; otherwise makes what is
   * missing and starts it.
   * @throws StackError with the end of its log
   */
  async start(): Promise<void> {
    const { name, kind = 'mariadb', dir, progress, wantedPorts, settings = [] } = this.options;
    if (this.pid !== null) {
      const port = await this.runningPort();
      if (port !== null) {
        this.port = port;
        return;
      }
      progress(`The ${name}'s database server runs but does not answer: starting it again.`);
      await endProcesses(this.mark, { graceMs: 10_000 });
    }
    const logs = join(dir, 'logs');
    mkdirSync(logs, { recursive: true });
    const programs = await ensurePrograms(kind, { logs, progress });
    await ensureDataDirectory(this.dataDir, {
      programs,
      options: settings.filter((setting) => setting.startsWith('--lower-case-table-names')),
      logFile: join(logs, `${name}-install.log`),
      progress,
    });
    // After the first start the port is kept: clients come back to it.
    const tries = this.port === null ? 3 : 1;
    const tried = new Set<number>();
    for (let attempt = 1; ; attempt += 1) {
      const port = this.port ?? (await freePort(wantedPorts, tried));
      tried.add(port);
      if (await this.launch(programs, port, join(logs, `${name}.log`))) {
        this.port = port;
        return;
      }
      // Most likely someone took the port between the look and the launch.
      if (attempt === tries) {
        throw new StackError(
          `The ${name}'s database server did not start:\n${logTail(join(logs, `${name}.log`))}\nIts data is ${this.dataDir}.`,
        );
      }
    }
  }

  async kill(): Promise<void> {
    await endProcesses(this.mark, { graceMs: 0 });
  }

  /** Clean shutdown. @returns whether it ran */
  async stop(): Promise<boolean> {
    return (await endProcesses(this.mark, { graceMs: stopWithinMs })) > 0;
  }

  /** The argument our process is known by. */
  private get mark(): string {
    return `--datadir=${this.dataDir}`;
  }

  /**
   * The port of the process that runs, once it answers there; null when it doesn't within 15
   * seconds.
   */
  private async runningPort(): Promise<number | null> {
    const deadline = Date.now() + 15_000;
    for (let pid = this.pid; pid !== null && Date.now() < deadline; pid = this.pid) {
      const port = Number(argumentAfter(pid, '--port='));
      if (port > 0 && (await this.answers(port))) return port;
      await sleep(250);
    }
    return null;
  }

  private async launch(programs: ServerPrograms, port: number, logFile: string): Promise<boolean> {
    const { dir, bufferPoolMb, durable, settings = [] } = this.options;
    const server = launchDetached(
      programs.server.command,
      [
        ...programs.server.args,
        this.mark,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${this.socketPath()}`,
        `--pid-file=${this.dataDir}.pid`,
        `--tmpdir=${temporaryFolder(this.dataDir)}`,
        `--init-file=${this.writeLogin()}`,
        '--skip-name-resolve',
        `--innodb-buffer-pool-size=${bufferPoolMb}M`,
        ...durability(durable),
        ...habits[programs.vendor],
        '--local-infile=1',
        '--max-allowed-packet=64M',
        '--max-connections=500',
        '--character-set-server=utf8mb4',
        '--collation-server=utf8mb4_unicode_ci',
        ...settings,
        ...asUser(),
      ],
      { cwd: dir, logFile },
    );
    const deadline = Date.now() + startWithinMs;
    while (Date.now() < deadline && server.ended() === null) {
      if (await this.answers(port)) return true;
      await sleep(100);
    }
    await endProcesses(this.mark, { graceMs: 10_000 });
    return false;
  }

  /**
   * Run by the server at each start. Only our own login may come in by TCP, and it has a password.
   */
  private writeLogin(): string {
    const file = `${this.dataDir}-login.sql`;
    const statements = [
      `CREATE USER IF NOT EXISTS 'resync'@'127.0.0.1'`,
      `ALTER USER 'resync'@'127.0.0.1' IDENTIFIED BY '${this.options.password}'`,
      `GRANT ALL PRIVILEGES ON *.* TO 'resync'@'127.0.0.1' WITH GRANT OPTION`,
      `DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1', ''@'localhost'`,
    ];
    writeFileSync(file, `${statements.join(';\n')};\n`, { mode: 0o600 });
    return file;
  }

  /** A Unix socket's path may have 107 bytes: a deep checkout gets one in the temporary folder. */
  private socketPath(): string {
    const path = `${this.dataDir}.sock`;
    if (Buffer.byteLength(path) < 100) return path;
    return join(
      tmpdir(),
      `resync-${createHash('sha256').update(this.dataDir).digest('hex').slice(0, 16)}.sock`,
    );
  }
}

/** What a vendor does unasked and a private server has no use for: a protocol, a log to copy. */
const habits: Readonly<Record<Vendor, readonly string[]>> = {
  mariadb: [],
  mysql: ['--mysqlx=OFF', '--skip-log-bin', '--secure-file-priv=NULL', '--performance-schema=OFF'],
};

/**
 * A committed page must survive a power cut; what only tests hold need not: there the log is
 * written at each commit and synced once a second (survives kill -9), which makes a commit ten
 * times as fast.
 */
function durability(durable: boolean): string[] {
  if (durable) return ['--innodb-flush-log-at-trx-commit=1'];
  return ['--innodb-flush-log-at-trx-commit=2', '--innodb-flush-method=nosync', '--skip-innodb-doublewrite'];
}
