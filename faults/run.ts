/**
 * Resyncs of a small district under hundreds of faults, with real servers and processes, each run
 * drawn from a seed: docs/reliability.md. npm run faults -- [--seed N] [--first N] [--runs N]
 * [--only kind,kind] [--server kind] [--json] [--sources]
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OwnProcess } from '../bench/own-process';
import { runToExit } from '../bench/run-to-exit';
import { endProcesses } from '../src/stack/processes';
import { type FaultsOptions, readOptions } from './options';
import { isClean, runLine, totalsOf } from './report';
import { runOne, type RunResult } from './run-one';
import { drawSchedule } from './schedule';
import { type Servers, startServers } from './world/servers';
import { SmallDisk } from './world/small-disk';

const enough = 300;
const mostRuns = 60;
const root = join(__dirname, '..', '.stack-faults');
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

let servers: Servers | null = null;

async function stopAll(): Promise<void> {
  // Once only: a signal may come while the end of a run is stopping them.
  const running = servers;
  servers = null;
  await OwnProcess.stopAll();
  await running?.stop();
}

/** What an earlier call that was killed left running or mounted. */
async function clear(dir: string): Promise<void> {
  for (const data of [join(dir, 'district'), join(dir, 'district-mysql'), join(dir, 'district-mariadb-11.8')])
    await endProcesses(`--datadir=${data}`, { graceMs: 0 });
  for (const data of ['state', 'state-mysql', 'state-mariadb-11.8'])
    await endProcesses(`--datadir=${join(dir, 'state-disk', data)}`, { graceMs: 0 });
  await endProcesses(`--db-filename=${join(dir, 'temporal.db')}`, { graceMs: 0 });
  SmallDisk.unmountLeft(dir);
  rmSync(dir, { recursive: true, force: true });
}

async function main(): Promise<boolean> {
  const options = readOptions(process.argv.slice(2));
  await clear(root);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  servers = await startServers(options.servers, { dir: root, disk: SmallDisk.mount(root), say });
  say(`Seed ${options.seed}.`);
  const results = await runAll(servers, options);
  const totals = totalsOf(results);
  const clean = isClean(totals);
  for (const line of new Set(results.flatMap(({ notPossible }) => [...notPossible])))
    say(`Left out: ${line}`);
  if (options.json) print(JSON.stringify(totals));
  else print(`${totals.faults} faults in ${totals.runs} runs: ${clean ? 'clean' : 'NOT CLEAN'}`);
  return clean;
}

async function runAll(on: Servers, options: FaultsOptions): Promise<RunResult[]> {
  const { seed, first, runs, only, built, json } = options;
  const results: RunResult[] = [];
  const faults = (): number => totalsOf(results).faults;
  while (runs === null ? faults() < enough && results.length < mostRuns : results.length < runs) {
    const number = first + results.length;
    const schedule = drawSchedule(`${seed}/${number}`, only);
    const result = await runOne(schedule, { servers: on, dir: root, name: `faults-${number}`, built });
    results.push(result);
    (json ? say : print)(runLine(result));
  }
  return results;
}

runToExit(main, { stop: stopAll, say });
