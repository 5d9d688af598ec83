/**
 * Measures the data path against its peers on private MariaDB servers, peers and ours in turn in
 * one run, and exits 1 when a bound is missed or a result is wrong. npm run bench -- [--records N]
 * [--reps N] [--students N] [--only CASE,CASE] [--json] [--short] [--plot FILE]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fill } from './attendance';
import { type Case, tableCases, verify } from './cases';
import { districtCaseNames, measureDistrict } from './district';
import { ensurePeers } from './ensure-peers';
import { isKept, jsonLine, plotOf, type Result, resultOf, tableHead, tableLine } from './results';
import { exitWith } from './run-to-exit';
import { type BenchServers, settle, startServers } from './servers';

const { values } = parseArgs({
  options: {
    records: { type: 'string' },
    reps: { type: 'string' },
    students: { type: 'string' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
    plot: { type: 'string', default: '' },
  },
});
const records = Number(values.records ?? (values.short ? 150_000 : 1_000_000));
const reps = Number(values.reps ?? (values.short ? 1 : 3));
const students = Number(values.students ?? (values.short ? 2_000 : 20_000));
const only = values.only === '' ? null : new Set(values.only.split(','));
const mostMegabytes = 300;
const dir = join(__dirname, '..', '.bench');
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const isWanted = (name: string): boolean => only === null || only.has(name);

/** Seconds of one round, and the processor seconds of each part on stderr. */
async function timed(servers: BenchServers, what: string, work: () => Promise<unknown>): Promise<number> {
  // A short run writes too little to be worth the wait for it.
  if (!values.short) await settle(servers);
  const [servers0, own0, start] = [servers.cpuSeconds(), process.cpuUsage(), process.hrtime.bigint()];
  await work();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const [servers1, own1] = [servers.cpuSeconds(), process.cpuUsage(own0)];
  const cpu = [
    `node ${((own1.user + own1.system) / 1e6).toFixed(2)}`,
    `district ${(servers1.district - servers0.district).toFixed(2)}`,
    `state ${(servers1.state - servers0.state).toFixed(2)}`,
  ];
  say(`  ${what}: ${seconds.toFixed(2)} s (processor: ${cpu.join(', ')})`);
  return seconds;
}

async function measure(
  servers: BenchServers,
  { name, prepare, ours, peers, removes }: Case,
): Promise<Result[]> {
  const times = new Map([ours, ...peers].map((contender) => [contender, [] as number[]]));
  for (let rep = 0; rep < reps; rep += 1) {
    // Who goes first changes, so that nobody always finds the warmer servers.
    const turns = rep % 2 === 0 ? [ours, ...peers] : [...peers, ours];
    for (const contender of turns) {
      await (contender.prepare ?? prepare)(servers);
      const what = `${name}, ${contender === ours ? 'ours' : contender.name}`;
      times.get(contender)!.push(await timed(servers, what, () => contender.run(servers)));
      if (contender.looksOnly !== true) await verify(servers, what, removes);
    }
  }
  return peers.map((peer) =>
    resultOf(name, { peer: peer.name, bound: peer.bound }, times.get(ours)!, times.get(peer)!),
  );
}

function peakMegabytes(): number {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Math.round(Number(kilobytes ?? process.resourceUsage().maxRSS) / 1024);
}

function tell(results: readonly Result[]): void {
  for (const result of results)
    process.stdout.write(`${values.json ? jsonLine(result) : tableLine(result)}\n`);
}

async function measureTable(cases: readonly Case[]): Promise<Result[]> {
  const servers = await startServers(dir, say);
  const results: Result[] = [];
  try {
    say(`Filling ${records} records`);
    await fill(servers, records);
    for (const one of cases) {
      const measured = await measure(servers, one);
      tell(measured);
      results.push(...measured);
    }
    return results;
  } finally {
    await servers.stop();
  }
}

async function main(): Promise<boolean> {
  ensurePeers(say);
  if (!values.json) process.stdout.write(`${tableHead}\n`);
  const results: Result[] = [];
  const cases = tableCases(records).filter(({ name }) => isWanted(name));
  if (cases.length > 0) results.push(...(await measureTable(cases)));
  const megabytes = peakMegabytes();
  if (districtCaseNames.some(isWanted)) {
    const measured = (await measureDistrict({ students, reps, say })).filter((result) =>
      isWanted(result.case),
    );
    tell(measured);
    results.push(...measured);
  }
  say(`Peak memory of the moving process: ${megabytes} MB (bound ${mostMegabytes} MB)`);
  if (values.plot !== '') writeFileSync(values.plot, plotOf(results));
  return results.every(isKept) && megabytes <= mostMegabytes;
}

exitWith(main(), say);
