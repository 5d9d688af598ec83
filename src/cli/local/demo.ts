import { join } from 'node:path';
import { Command } from 'commander';
import { loadCatalog } from '../../catalog/load';
import { openControl } from '../../control/database';
import { createToken } from '../../features/access/token-store';
import { givenServers } from '../../stack/given-servers';
import { emptyDatabases } from '../../stack/prepare-databases';
import { startLocalStack, type LocalStack } from '../../stack/local-stack';
import { type RunningService, startService } from '../../service';
import type { ServerKinds } from '../../stack/server-kind';
import { stopStack } from '../../stack/stack';
import type { Cause, Resync } from '../client/answers';
import { ApiClient } from '../client/api-client';
import { causesText, verificationText } from './demo-table';
import { countEditions, type OwnResync } from './demo-verify';
import { buildConsoleIfChanged, signInLink } from './console-link';
import { auditLocally } from './local-audit';
import { onInterrupt } from './on-interrupt';
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
    .option('--keep', 'leave it running, with a page to look at; Ctrl-C stops it')
    .action(({ dir, server, keep }: { dir: string; server?: ServerKinds; keep?: true }) =>
      reportingStackErrors(async () => {
        let kept: RunningService | null = null;
        // Ctrl-C leaves nothing behind either.
        const uninstall = onInterrupt(async () => {
          await kept?.stop();
          await stopStack(dir);
          // Interrupted: not what was expected of it.
          process.exit(kept === null ? 130 : 0);
        });
        const clock = new StepClock();
        let links: readonly string[] = [];
        try {
          const end = await runDemo(dir, { servers: server, keep, clock });
          ({ kept, links } = end);
          process.exitCode = end.asExpected ? 0 : 4;
        } finally {
          if (kept === null) {
            uninstall();
            await clock.step('Stopping everything', () => stopStack(dir, progress));
          }
        }
        out(clock.summary());
        out(pageText(links));
      }),
    );
}

interface DemoOptions {
  readonly servers: ServerKinds | undefined;
  readonly keep: true | undefined;
  readonly clock: StepClock;
}

interface DemoEnd {
  /** Everything finished, every difference explained, nothing left to write. */
  readonly asExpected: boolean;
  /** The service, where it is to go on. */
  readonly kept: RunningService | null;
  readonly links: readonly string[];
}

/** Says that there is more to see than this terminal shows. */
function pageText(links: readonly string[]): string {
  if (links.length === 0)
    return 'There is a page to look at, too: "npm run demo -- --keep" goes on running, and prints a link to it.';
  return [
    'Look at it in a browser (each link signs in once, within five minutes):',
    ...links,
    'Ctrl-C stops it.',
  ].join('\n');
}

async function runDemo(dir: string, { servers, keep, clock }: DemoOptions): Promise<DemoEnd> {
  const local = await clock.step('Servers, databases, configuration', () =>
    startLocalStack({ dir, ports: 'any', progress, ...(servers === undefined ? {} : { servers }) }),
  );
  const { config, stack } = local;
  const district = config.districts[0];
  if (district === undefined) throw new Error('The demo’s configuration has no district.');
  await clock.step('Sample district: Grand Bend', () => loadSample(local, district.databaseUrl));
  const service = await clock.step('Worker, API and console', () => {
    buildConsoleIfChanged();
    return startService(
      { ...config, api: { ...config.api, port: 0 } },
      { logFile: join(dir, 'logs', 'service.log') },
    );
  });
  try {
    out(`API docs ${service.url}/api/docs   Temporal Web ${stack.info.temporal.webUrl ?? '-'}`);
    const token = await demoToken(config.controlDatabaseUrl, district.id);
    const client = new ApiClient({ url: service.url, token });
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
    const asExpected =
      first.status === 'finished' &&
      first.totals.processed > 0 &&
      second.status === 'finished' &&
      finished &&
      written === 0 &&
      counts.every(({ agrees }) => agrees);
    if (!keep) {
      await service.stop();
      return { asExpected, kept: null, links: [] };
    }
    const { controlDatabaseUrl } = config;
    const asState = await demoToken(controlDatabaseUrl, null);
    const links = [
      `  the district  ${await signInLink(service.url, { token, controlDatabaseUrl })}`,
      `  the state     ${await signInLink(service.url, { token: asState, controlDatabaseUrl })}`,
    ];
    return { asExpected, kept: service, links };
  } catch (error) {
    await service.stop();
    throw error;
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

/** @param districtId `null`: of the state */
async function demoToken(controlUrl: string, districtId: string | null): Promise<string> {
  const control = openControl(controlUrl);
  try {
    const made = await createToken(control, {
      ...(districtId === null
        ? { name: 'demo, state', level: 'state' as const }
        : { name: 'demo', level: 'district' as const, districts: [districtId] }),
      expiresInDays: 1,
    });
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
async function watched(client: ApiClient, district: string): Promise<OwnResync> {
  const request = { objects: 'all', scenario: 'GO_LIVE' } as const;
  const { resyncId } = await runResyncAndWatch(client, { district, request }, createWatchView());
  const { totals, objectResults, ...rest } = await client.get<Resync>(`/resyncs/${resyncId}`);
  if (totals === null || objectResults === null)
    throw new Error(`The demo may not see the counts of its own resync ${resyncId}.`);
  return { ...rest, totals, objectResults };
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
