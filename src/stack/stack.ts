/**
 * The local stack: a district's database server, the state's (with the control database) and
 * Temporal.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeClientFile } from './client-file';
import type { Progress } from './commands';
import { DatabaseServer } from './database-server';
import { givenServer, serverOf, type GivenServers } from './given-servers';
import { withStackLock } from './lock';
import { usualPorts, type PortName } from './ports';
import type { ServerHandle } from './server-handle';
import { serverKinds, type ServerKind, type ServerKinds } from './server-kind';
import { readStackInfo, writeStackInfo, type StackInfo } from './stack-info';
import { TemporalServer } from './temporal-server';

export interface StackOptions {
  /** Folder of data, logs and stack.json. */
  readonly dir: string;
  /**
   * `usual`: 3307, 3308, 7233, 8233 where free. `any`: a stack that must not stand in a developer's
   * way.
   */
  readonly ports?: 'usual' | 'any';
  /** Servers to use instead of starting our own. */
  readonly given?: GivenServers;
  /** Default: what this directory had last, and MariaDB at first. */
  readonly servers?: ServerKinds;
  /** InnoDB buffer pool of each database server. */
  readonly bufferPoolMb?: number;
  /**
   * Whether what is committed survives a power cut; default true. Tests that kill no machine do
   * without.
   */
  readonly durable?: boolean;
  readonly progress?: Progress;
}

export interface Stack {
  readonly info: StackInfo;
  readonly district: ServerHandle;
  readonly state: ServerHandle;
  readonly temporal: ServerHandle;
  /** Clean stop of the servers that are ours; the data stays. */
  stop(): Promise<void>;
}

/** Which of a stack's own servers live, by pid. */
export type RunningServers = Readonly<Record<'district' | 'state' | 'temporal', number | null>>;

/**
 * Starts what does not run yet and resolves when all three answer. A running healthy server is
 * reused; leftovers of a killed start are repaired. The servers outlive this process until
 * `stopStack`.
 * @throws StackError that says what to install, or shows the end of the log of a server that did
 * not start
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = makeDirectory(options.dir);
  return withStackLock(dir, async () => {
    const given = options.given ?? {};
    const kinds = options.servers ?? readStackInfo(dir)?.servers ?? { district: 'mariadb', state: 'mariadb' };
    const makers = makeServers(dir, options);
    const district = await only(makers.database, 'district', kinds.district);
    const state = await only(makers.database, 'state', kinds.state);
    const { temporal } = makers;
    const infos = {
      district: given.districtUrl === undefined ? await started(district) : serverOf(given.districtUrl),
      state: given.stateUrl === undefined ? await started(state) : serverOf(given.stateUrl),
      temporal:
        given.temporalAddress === undefined
          ? await started(temporal)
          : { address: given.temporalAddress, webUrl: null },
      servers: kinds,
    };
    writeStackInfo(dir, infos);
    for (const name of ['district', 'state'] as const) writeClientFile(dir, name, infos[name]);
    return {
      info: infos,
      district: given.districtUrl === undefined ? district : givenServer,
      state: given.stateUrl === undefined ? state : givenServer,
      temporal: given.temporalAddress === undefined ? temporal : givenServer,
      stop: async () => {
        await stopStack(dir, options.progress);
      },
    };
  });
}

/**
 * Stops every server of this directory, also one whose start was killed half-way. @returns how many
 * ran
 */
export async function stopStack(dir: string, progress: Progress = () => {}): Promise<number> {
  if (!existsSync(dir)) return 0;
  const path = realpathSync(dir);
  return withStackLock(path, async () => {
    const { temporal, database } = makeServers(path, { dir, progress });
    // Temporal first: nothing should start work on databases that go away.
    let stopped = (await temporal.stop()) ? 1 : 0;
    const databases = [...ofEveryKind(database, 'district'), ...ofEveryKind(database, 'state')];
    for (const ran of await Promise.all(databases.map((server) => server.stop()))) stopped += ran ? 1 : 0;
    return stopped;
  });
}

/** Pids of the servers of this directory, found by their arguments, not by what a file claims. */
export function runningServers(dir: string): RunningServers {
  if (!existsSync(dir)) return { district: null, state: null, temporal: null };
  const path = realpathSync(dir);
  const { database, temporal } = makeServers(path, { dir });
  const pidOf = (name: 'district' | 'state'): number | null =>
    ofEveryKind(database, name).find(({ pid }) => pid !== null)?.pid ?? null;
  return { district: pidOf('district'), state: pidOf('state'), temporal: temporal.pid };
}

type MakeServer = (name: 'district' | 'state', kind: ServerKind) => DatabaseServer;

function ofEveryKind(make: MakeServer, name: 'district' | 'state'): DatabaseServer[] {
  return serverKinds.map((kind) => make(name, kind));
}

/** The edition's server of this kind; one of another kind that runs is stopped, its data stays. */
async function only(make: MakeServer, name: 'district' | 'state', kind: ServerKind): Promise<DatabaseServer> {
  for (const other of serverKinds) if (other !== kind) await make(name, other).stop();
  return make(name, kind);
}

async function started<T>(server: { start(): Promise<void>; readonly info: T }): Promise<T> {
  await server.start();
  return server.info;
}

/** The real path: the servers are recognized by it, however the directory was named. */
function makeDirectory(dir: string): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return realpathSync(dir);
}

function makeServers(
  dir: string,
  { ports = 'usual', bufferPoolMb = 256, durable = true, progress = () => {} }: StackOptions,
): { database: MakeServer; temporal: TemporalServer } {
  const last = readStackInfo(dir);
  const wanted = (name: PortName, used: number | undefined): number[] => [
    ...(used === undefined ? [] : [used]),
    ...(ports === 'usual' ? [usualPorts[name]] : []),
  ];
  const password = stackPassword(dir);
  return {
    database: (name, kind) =>
      new DatabaseServer({
        name,
        kind,
        dir,
        password,
        wantedPorts: wanted(name, last?.[name].port),
        bufferPoolMb,
        durable,
        progress,
      }),
    temporal: new TemporalServer({
      durable,
      dir,
      wantedPorts: wanted('temporal', last === null ? undefined : portOf(last.temporal.address)),
      wantedWebPorts: wanted('temporalWeb', last?.temporal.webUrl ? portOf(last.temporal.webUrl) : undefined),
      progress,
    }),
  };
}

/**
 * Made once and kept: a start killed before stack.json was written must still be able to log in.
 */
function stackPassword(dir: string): string {
  const file = join(dir, 'password');
  try {
    const kept = readFileSync(file, 'utf8');
    if (kept !== '') return kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = randomBytes(12).toString('hex');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(file, made, { mode: 0o600 });
  return made;
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
