import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resync } from '../src/cli/client/answers';
import { ApiClient } from '../src/cli/client/api-client';
import { sendResync } from '../src/cli/client/watch-run';
import { loadConfig } from '../src/config';
import { openControl } from '../src/control/database';
import { endedStatuses } from '../src/domain/resync';
import { createToken } from '../src/features/access/token-store';
import { localDatabaseUrls, writeLocalConfig } from '../src/stack/local-config';
import { freePort } from '../src/stack/ports';
import { emptyDatabases } from '../src/stack/prepare-databases';
import { startStack, stopStack } from '../src/stack/stack';
import type { StackInfo } from '../src/stack/stack-info';
import { OwnProcess } from './own-process';

type Say = (line: string) => void;

/** Empty databases on a stack of their own, and the configuration of its one district. */
export interface BenchDistrict {
  readonly info: StackInfo;
  readonly urls: Record<'district' | 'state' | 'control', string>;
  readonly configFile: string;
  readonly id: string;
  readonly schoolYear: number;
}

/** Starts servers in `dir` that are as durable as a real district's. */
export async function prepareDistrict(
  dir: string,
  { bufferPoolMb, say }: { bufferPoolMb: number; say: Say },
): Promise<BenchDistrict> {
  const { info } = await startStack({ dir, ports: 'any', bufferPoolMb, progress: say });
  const urls = localDatabaseUrls(info);
  await emptyDatabases(urls);
  const configFile = await writeLocalConfig(dir, info);
  const { id, schoolYear } = loadConfig({ file: configFile, env: {} }).districts[0]!;
  return { info, urls, configFile, id, schoolYear };
}

/** The service: worker and API as processes of their own. */
export class BenchService {
  private constructor(
    readonly worker: OwnProcess,
    private readonly server: OwnProcess,
    private readonly client: ApiClient,
  ) {}

  /** @param built as `npm run build` made it, with the image's settings; otherwise the sources */
  static async start(
    dir: string,
    { configFile, urls }: BenchDistrict,
    { built }: { built: boolean },
  ): Promise<BenchService> {
    const port = await freePort([]);
    const env = { RESYNC_CONFIG: configFile, RESYNC_API_PORT: String(port) };
    const url = `http://127.0.0.1:${port}`;
    const { worker, server } = await startProcesses(dir, { env, url, built });
    return new BenchService(worker, server, new ApiClient({ url, token: await newToken(urls.control) }));
  }

  /** Sends the whole district and waits for its end, looking as often as told. */
  async runResync(district: string, { everyMs }: { everyMs: number }): Promise<Resync> {
    const { resyncId } = await sendResync(this.client, {
      district,
      request: { objects: 'all', scenario: 'GO_LIVE' },
    });
    for (;;) {
      for (const one of [this.worker, this.server]) one.assertLives();
      const resync = await this.client.get<Resync>(`/resyncs/${resyncId}`);
      if (resync.status === 'ended' || endedStatuses.includes(resync.status)) return resync;
      await sleep(everyMs);
    }
  }
}

/** Starts worker and API, and waits until both are ready. */
export async function startProcesses(
  dir: string,
  { env, url, built }: { env: NodeJS.ProcessEnv; url: string; built: boolean },
): Promise<{ readonly worker: OwnProcess; readonly server: OwnProcess }> {
  const logs = join(dir, 'logs');
  mkdirSync(logs, { recursive: true });
  const worker = OwnProcess.start('worker', { built, env, logFile: join(logs, 'worker.log') });
  while (!readFileSync(join(logs, 'worker.log'), 'utf8').includes('Worker state changed')) {
    worker.assertLives();
    await sleep(200);
  }
  return { worker, server: await startServer(dir, { env, url, built }) };
}

/** Starts the API alone and waits until it is ready. */
export async function startServer(
  dir: string,
  { env, url, built }: { env: NodeJS.ProcessEnv; url: string; built: boolean },
): Promise<OwnProcess> {
  const logs = join(dir, 'logs');
  mkdirSync(logs, { recursive: true });
  const server = OwnProcess.start('api', { built, env, logFile: join(logs, 'server.log') });
  while (!(await fetch(`${url}/readyz`).catch(() => null))?.ok) {
    server.assertLives();
    await sleep(200);
  }
  return server;
}

/** Ends the processes and the servers of `dir`. */
export async function stopService(dir: string, say: Say): Promise<void> {
  await OwnProcess.stopAll();
  await stopStack(dir, say);
}

/** A token of the state's for the API of a bench. */
export async function newToken(controlUrl: string): Promise<string> {
  const control = openControl(controlUrl);
  try {
    return (await createToken(control, { name: 'bench', level: 'state', expiresInDays: 1 })).token;
  } finally {
    await control.destroy();
  }
}
