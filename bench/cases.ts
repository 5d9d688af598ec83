import {
  clusteredDrift,
  extraRecords,
  fingerprint,
  oneInEachRange,
  scatteredDrift,
  scatteredExtra,
} from './attendance';
import { ours } from './ours';
import { checksums, dump, myDumper, tableSync } from './peers';
import type { BenchServers } from './servers';

/** One way to bring the state into step, to be timed. */
interface Contender {
  readonly name: string;
  readonly run: (servers: BenchServers) => Promise<unknown>;
  /** Leaves the state as it found it: a peer that only looks. */
  readonly looksOnly?: boolean;
  /** State to start from, where it is another than the case's. */
  readonly prepare?: (servers: BenchServers) => Promise<void>;
}

/** A peer, and the share of its time that ours may take. */
export interface Peer extends Contender {
  readonly bound: number;
}

export interface Case {
  readonly name: string;
  readonly prepare: (servers: BenchServers) => Promise<void>;
  readonly ours: Contender;
  readonly peers: readonly Peer[];
  /** Ours removes what is extra, too: then the state has to be equal. */
  readonly removes: boolean;
}

/** The cases over one table of `records` records. */
export function tableCases(records: number): Case[] {
  let run = 0;
  const own = (removes = false): Contender => ({
    name: 'ours',
    run: (servers) => ours(servers, { resyncId: `bench-${(run += 1)}-${Date.now()}`, records, removes }),
  });
  const pt = (bound: number): Peer => ({ name: 'pt-table-sync', run: tableSync, bound });
  const drifted =
    (drift: (servers: BenchServers, records: number) => Promise<void>) =>
    async (servers: BenchServers): Promise<void> => {
      await inStep(servers);
      await drift(servers, records);
    };
  const of = (name: string, prepare: Case['prepare'], peers: readonly Peer[], removes = false): Case => ({
    ...{ name, prepare, peers, removes },
    ours: own(removes),
  });
  return [
    of('empty', async ({ state }) => void (await state.query('TRUNCATE attendance')), [
      { name: 'dump', run: dump, bound: 0.62 },
      { name: 'mydumper', run: myDumper, bound: 1.05 },
    ]),
    of('identical', inStep, [pt(0.5), { name: 'checksums', run: checksums, bound: 1.1, looksOnly: true }]),
    of('drift-scattered', drifted(scatteredDrift), [pt(0.12)]),
    of('one-a-range', drifted(oneInEachRange), [{ ...own(), name: 'ours', prepare: inStep, bound: 1.15 }]),
    of('drift-cluster', drifted(clusteredDrift), [pt(0.2)]),
    of('removed', drifted(scatteredExtra), [pt(0.2)], true),
  ];
}

/** Equal on both sides, by a dump where it isn't. */
async function inStep(servers: BenchServers): Promise<void> {
  if ((await fingerprint(servers.state)) === (await fingerprint(servers.district))) return;
  await servers.state.query('TRUNCATE attendance');
  await dump(servers);
}

/**
 * The state has to be equal afterwards, but for the extra records, which ours reports and leaves
 * there unless removing them was asked for.
 * @throws Error
 */
export async function verify(
  { district, state }: BenchServers,
  what: string,
  removes: boolean,
): Promise<void> {
  const condition = removes ? 'TRUE' : `NOT (${extraRecords})`;
  const [left, right] = [await fingerprint(district), await fingerprint(state, condition)];
  if (left !== right)
    throw new Error(`${what}: the state is not equal to the district afterwards (${left}, ${right}).`);
}
