/** A real Prometheus, and its tool that checks rules. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../src/stack/ports';

/**
 * A program of this machine's PATH, else of the system's package, where root may install it.
 * @throws Error when it is missing and can't be installed
 */
function programOf(name: 'prometheus' | 'promtool'): string {
  const folders = (process.env['PATH'] ?? '').split(':');
  const file = folders.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
  if (file !== undefined) return file;
  if (process.getuid?.() !== 0)
    throw new Error('These tests need Prometheus: install the package "prometheus" of your system.');
  const options = { stdio: 'ignore', timeout: 240_000 } as const;
  execFileSync('apt-get', ['update', '-qq'], options);
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'prometheus'], options);
  return `/usr/bin/${name}`;
}

/** What promtool says of files in a folder. @throws Error with its words when it finds a fault */
export function promtool(cwd: string, ...args: readonly string[]): string {
  return execFileSync(programOf('promtool'), args, { cwd, encoding: 'utf8', stdio: 'pipe' });
}

export interface RunningPrometheus {
  /** Answer of its API, e.g. of query?query=up. */
  ask<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

/** Starts one that scrapes every second and has these rules. */
export async function startPrometheus({
  targets,
  rules,
}: {
  /** Addresses (host:port) by the job's name. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  readonly rules: string;
}): Promise<RunningPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'resync-prometheus-'));
  const address = `127.0.0.1:${await freePort([])}`;
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: Object.entries(targets).map(([job, addresses]) => ({
      job_name: job,
      static_configs: [{ targets: addresses }],
    })),
  };
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
  const child = spawn(
    programOf('prometheus'),
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  );
  return {
    ask: async <T>(path: string) => {
      const answer = await fetch(`http://${address}/api/v1/${path}`);
      return ((await answer.json()) as { readonly data: T }).data;
    },
    stop: async () => {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
