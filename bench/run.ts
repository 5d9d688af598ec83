/**
 * Measures the data path against its peers on two private MariaDB servers, peers and ours
 * interleaved in one run, and exits 1 when a bound of the brief is missed or a result is wrong. npm
 * run bench -- [--records N] [--reps N] [--only empty|identical|drift]
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drift, extraRecords, fill, fingerprint } from './attendance';
import { dump, ours, tableSync } from './contenders';
import { type BenchServers, settle, startServers } from './servers';
import { exitWith } from './run-to-exit';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    reps: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
});
const records = Number(values.records);
const reps = Number(values.reps);
const mostMegabytes = 400;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

interface Case {
  readonly name: string;
  readonly peerName: string;
  /** Ours may take this share of the peer's time. */
  readonly bound: number;
  readonly prepare: (servers: BenchServers) => Promise<void>;
  readonly peer: (servers: BenchServers) => Promise<void>;
}

const inStep = async (servers: BenchServers): Promise<void> => {
  if ((await fingerprint(servers.state)) === (await fingerprint(servers.district))) return;
  await servers.state.query('TRUNCATE attendance');
  await dump(servers);
};

const cases: readonly Case[] = [
  {
    name: 'empty state',
    peerName: 'mariadb-dump | mariadb',
    bound: 1.0,
    prepare: async ({ state }) => void (await state.query('TRUNCATE attendance')),
    peer: dump,
  },
  { name: 'identical', peerName: 'pt-table-sync', bound: 0.7, prepare: inStep, peer: tableSync },
  {
    name: '1 % scattered drift',
    peerName: 'pt-table-sync',
    bound: 0.3,
    prepare: async (servers) => {
      await inStep(servers);
      await drift(servers.state);
    },
    peer: tableSync,
  },
];

async function timed(
  servers: BenchServers,
  prepare: Case['prepare'],
  work: () => Promise<unknown>,
): Promise<number> {
  await prepare(servers);
  await settle(servers);
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/**
 * Equal but for the extra records, which ours reports and leaves there (removing them is asked for
 * apart).
 */
async function verify({ district, state }: BenchServers, what: string): Promise<void> {
  const [left, right] = [await fingerprint(district), await fingerprint(state, `NOT (${extraRecords})`)];
  if (left !== right)
    throw new Error(`${what}: the state is not equal to the district afterwards (${left}, ${right}).`);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function peakMegabytes(): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Math.round(Number(kilobytes ?? process.resourceUsage().maxRSS) / 1024);
}

function ensurePeers(): void {
  const missing = ['mariadb-dump', 'pt-table-sync'].filter((program) => {
    try {
      execFileSync('which', [program], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Error(
      `Not found: ${missing.join(', ')}. Install the packages mariadb-client and percona-toolkit.`,
    );
  }
  say(`Not found: ${missing.join(', ')}. Installing mariadb-client and percona-toolkit.`);
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'mariadb-client', 'percona-toolkit'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}

async function main(): Promise<boolean> {
  ensurePeers();
  const servers = await startServers(join(__dirname, '..', '.bench'), say);
  try {
    say(`Filling ${records} records`);
    await fill(servers, records);
    let good = true;
    process.stdout.write(
      `| ${records} records, 18 columns | ours s | peer s | ours / peer | bound | |\n|---|---|---|---|---|---|\n`,
    );
    for (const { name, peerName, bound, prepare, peer } of cases.filter((one) =>
      one.name.includes(values.only),
    )) {
      const times = { ours: [] as number[], peer: [] as number[] };
      for (let rep = 1; rep <= reps; rep += 1) {
        const runOurs = async (): Promise<void> => {
          const resyncId = `${name}-${rep}-${Date.now()}`;
          times.ours.push(
            await timed(servers, prepare, async () => {
              const counts = await ours(servers, resyncId, records);
              say(`  ${name}, ours: ${JSON.stringify(counts)}`);
            }),
          );
          await verify(servers, `${name}, ours`);
        };
        const runPeer = async (): Promise<void> => {
          times.peer.push(await timed(servers, prepare, () => peer(servers)));
          await verify(servers, `${name}, ${peerName}`);
        };
        // Who goes first changes, so that neither always finds the warmer server.
        for (const run of rep % 2 === 1 ? [runOurs, runPeer] : [runPeer, runOurs]) await run();
        say(
          `  ${name} ${rep}: ours ${times.ours.at(-1)!.toFixed(2)} s, ${peerName} ${times.peer.at(-1)!.toFixed(2)} s`,
        );
      }
      const ratio = median(times.ours) / median(times.peer);
      good &&= ratio <= bound;
      process.stdout.write(
        `| ${name} against ${peerName} | ${median(times.ours).toFixed(2)} | ${median(times.peer).toFixed(2)} | ${ratio.toFixed(2)} | ${bound} | ${ratio <= bound ? 'kept' : 'MISSED'} |\n`,
      );
    }
    const megabytes = peakMegabytes();
    good &&= megabytes < mostMegabytes;
    process.stdout.write(
      `\nPeak memory of the moving process: ${megabytes} MB (bound ${mostMegabytes} MB: ${megabytes < mostMegabytes ? 'kept' : 'MISSED'})\n`,
    );
    return good;
  } finally {
    await servers.stop();
  }
}

exitWith(main(), say);
