import { join } from 'node:path';
import closeWithGrace from 'close-with-grace';
import { Command } from 'commander';
import { loadCatalog } from '../../catalog/load';
import { openControl } from '../../control/database';
import { createToken } from '../../features/access/token-store';
import type { Cause } from '../../features/outcomes/read-causes';
import type { ResyncView } from '../../features/resyncs/read';
import { givenServers } from '../../stack/given-servers';
import { emptyDatabases } from '../../stack/prepare-databases';
import { startLocalStack, type LocalStack } from '../../stack/local-stack';
import { startService } from '../../service';
import type { ServerKinds } from '../../stack/server-kind';
import { stopStack } from '../../stack/stack';
import { ApiClient } from '../client/api-client';
import { causesText, verificationText } from './demo-table';
import { countEditions } from './demo-verify';
import { auditLocally } from './local-audit';
import { takeAsOneInterrupt } from './one-interrupt';
import { outcomeTable } from '../client/outcome-table';
import { progress, reportingStackErrors, serverOption } from './stack-verb';
import { runResyncAndWatch } from '../client/watch-run';
import { createWatchView } from '../client/watch-view';

const out = (text: string): void => void process.stdout.write(`${text}\n`);

/**
 * `resync demo` (`npm run demo`): a real district's data to a real state database, checked from
 * outside.
 */
export function demoCommand(): Command {
  return new Command('demo')
    .description('load the sample district, resync it through the API, verify both editions')
    .option('--dir <dir>', 'folder of the demo’s own stack', '.stack-demo')
    .addOption(serverOption())
    .option('--keep', 'leave the stack running')
    .action(({ dir, server, keep }: { dir: string; server?: ServerKinds; keep?: true }) =>
      reportingStackErrors(async () => {
        // Ctrl-C leaves nothing behind either.
        const guard = closeWithGrace({ delay: 60_000 }, async () => {
          takeAsOneInterrupt();
          await stopStack(dir);
          // Interrupted: not what was expected of it.
          process.exit(130);
        });
        const clock = new StepClock();
        try {
          process.exitCode = (await runDemo(dir, server, clock)) ? 0 : 4;
        } finally {
          guard.uninstall();
          if (keep) out(`The stack goes on running; "npx resync down --dir ${dir}" stops it.`);
          else await clock.step('Stopping everything', () => stopStack(dir, progress));
        }
        out(clock.summary());
      }),
    );
}

/**
 * @returns whether it did what was expected: everything finished, every difference explained,
 * nothing left to write
 */
async function runDemo(dir: string, servers: ServerKinds | undefined, clock: StepClock): Promise<boolean> {
  const local = await clock.step('Servers, databases, configuration', () =>
    startLocalStack({ dir, ports: 'any', progress, ...(servers === undefined ? {} : { servers }) }),
  );
  const { config, stack } = local;
  const district = config.districts[0];
  if (district === undefined) throw new Error('The demo’s configuration has no district.');
  await clock.step('Sample district: Grand Bend', () => loadSample(local, district.databaseUrl));
  const service = await clock.step('Worker and API', () =>
    startService(
      { ...config, api: { ...config.api, port: 0 } },
      { logFile: join(dir, 'logs', 'service.log') },
    ),
  );
  try {
    out(`API docs ${service.url}/api/docs   Temporal Web ${stack.info.temporal.webUrl ?? '-'}`);
    const client = new ApiClient({
      url: service.url,
      token: await demoToken(config.controlDatabaseUrl, district.id),
    });
    const first = await clock.step('Full resync', () => watched(client, district.id));
    out(outcomeTable(first.objectResults, first.totals));
    if (first.totals.errors > 0) {
      const { items } = await client.get<{ items: Cause[] }>(`/resyncs/${first.resyncId}/causes`);
      out(causesText(items));
    }
    const counts = await clock.step('Counting both editions', () =>
      countEditions({
        catalog: loadCatalog(config.catalogFile === undefined ? {} : { file: config.catalogFile }),
        district,
        stateUrl: config.stateDatabaseUrl,
        resync: first,
      }),
    );
    out(verificationText(counts));
    const second = await clock.step('Second full resync', () => watched(client, district.id));
    const written = second.totals.inserted + second.totals.updated;
    out(
      `Second resync: ${written} written${written === 0 ? ' (nothing was left to send)' : ', although nothing had changed'}, ${second.totals.unchanged.toLocaleString('en-US')} unchanged, ${second.totals.errors} errors.`,
    );
    const finished = [...first.objectResults, ...second.objectResults].every(
      ({ status }) => status === 'finished',
    );
    return (
      first.status === 'finished' &&
      first.totals.processed > 0 &&
      second.status === 'finished' &&
      finished &&
      written === 0 &&
      counts.every(({ agrees }) => agrees)
    );
  } finally {
    await service.stop();
  }
}

/**
 * Our own databases are emptied first, so that every demo shows a state that gets everything; given
 * ones never.
 */
async function loadSample({ config }: LocalStack, districtUrl: string): Promise<void> {
  const given = givenServers(process.env);
  if (given.districtUrl === undefined && given.stateUrl === undefined) {
    await emptyDatabases({ district: districtUrl, state: config.stateDatabaseUrl });
  }
  // Only the demo needs the sample's files: other verbs start without reading them.
  const { loadGrandBend } = await import('../../sample/index.js');
  await loadGrandBend({ districtUrl, onProgress: () => {} });
}

async function demoToken(controlUrl: string, districtId: string): Promise<string> {
  const control = openControl(controlUrl);
  try {
    const made = await createToken(control, {
      ...{ name: 'demo', level: 'district', districts: [districtId], expiresInDays: 1 },
    } as const);
    const target = `/principals/${made.principalId}/tokens/${made.tokenId}`;
    await auditLocally(control, { action: 'resync demo', target });
    return made.token;
  } finally {
    await control.destroy();
  }
}

/**
 * Sends everything, shows how it goes, and reads the ended resync once more: its records, not the
 * stream's last word.
 */
async function watched(client: ApiClient, district: string): Promise<ResyncView> {
  const request = { objects: 'all', scenario: 'GO_LIVE' } as const;
  const { resyncId } = await runResyncAndWatch(client, { district, request }, createWatchView());
  return client.get<ResyncView>(`/resyncs/${resyncId}`);
}

/** Tells what each step took. */
class StepClock {
  private readonly steps: { name: string; seconds: string }[] = [];

  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    progress(`▸ ${name}`);
    const started = Date.now();
    const result = await work();
    this.steps.push({ name, seconds: ((Date.now() - started) / 1000).toFixed(1) });
    return result;
  }

  summary(): string {
    return this.steps.map(({ name, seconds }) => `${seconds.padStart(7)} s  ${name}`).join('\n');
  }
}
