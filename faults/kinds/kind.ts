import type { Connection } from 'mysql2/promise';
import type { Random } from '../../src/sample/generator/random';
import type { Contents, Row } from '../district/records';
import type { RunWorld } from '../world/run-world';
import type { Side } from '../world/servers';

/** What two faults must not have in hand at the same time. */
export type Held = Side | 'temporal' | 'api' | 'worker' | 'frozen worker' | 'request' | 'writer' | 'network';

/** One request under way, and what the faults did to it that may change its end. */
export interface Leg {
  readonly resyncId: string;
  /** It was asked to remove at the state what is gone at the district. */
  readonly removals: boolean;
  /** It may end cancelled, or with cancelled and skipped objects. */
  mayBeCancelled: boolean;
  /** Objects may fail, because for a while their tables did not fit. */
  mayFail: boolean;
  /** As the harness last saw it. */
  ended: boolean;
}

/** Versions of the records that somebody wrote at the district during the leg, by table and key. */
export type Written = Map<string, Map<string, (Row | null)[]>>;

export interface Strike {
  readonly world: RunWorld;
  /** Of this fault alone. */
  readonly random: Random;
  readonly leg: Leg;
  /** The district as the run began. */
  readonly district: Contents;
  readonly written: Written;
}

export interface FaultKind {
  readonly name: string;
  readonly holds: readonly Held[];
  /** Most of them in one run: some take long to get over. */
  readonly most: number;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** null: it can't be done here, and why. */
  readonly whyNot?: (world: RunWorld) => string | null;
  /** Does it and takes it back. @returns what was done; null when it hit nothing */
  strike(context: Strike): Promise<string | null>;
}

/** Work of an administrator on a connection of its own. */
export async function asAdmin<T>(
  world: RunWorld,
  side: Side,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await world.servers.admin(side, world.databases[side]);
  try {
    return await work(connection);
  } finally {
    connection.destroy();
  }
}

/** Sets a global variable for some time. */
export async function withGlobal(
  world: RunWorld,
  side: Side,
  { name, value, usual }: { readonly name: string; readonly value: number; readonly usual: number },
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  await asAdmin(world, side, async (connection) => {
    await connection.query(`SET GLOBAL ${name} = ${value}`);
    try {
      await work(connection);
    } finally {
      await connection.query(`SET GLOBAL ${name} = ${usual}`);
    }
  });
}
