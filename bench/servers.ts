import { mkdirSync, readFileSync } from 'node:fs';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { migrate } from '../src/migrate';
import { writeClientFile } from '../src/stack/client-file';
import { DatabaseServer } from '../src/stack/database-server';
import { stopOnSignal } from './stop-on-signal';

const password = 'bench-only';

/** Two private servers on loopback and the three schemas of the bench. */
export interface BenchServers {
  readonly districtUrl: string;
  readonly stateUrl: string;
  readonly controlUrl: string;
  /** Options files for the command-line programs, so that no password stands in a process list. */
  readonly districtFile: string;
  readonly stateFile: string;
  readonly district: Connection;
  readonly state: Connection;
  /** Folder of the servers, for files of a peer. */
  readonly dir: string;
  /** Processor seconds that each of the two servers has used so far (Linux). */
  cpuSeconds(): { readonly district: number; readonly state: number };
  stop(): Promise<void>;
}

/** Starts them on their own data, kept between runs; the schemas are made anew. */
export async function startServers(dir: string, progress: (line: string) => void): Promise<BenchServers> {
  mkdirSync(dir, { recursive: true });
  const [district, state] = (['district', 'state'] as const).map(
    (name) =>
      new DatabaseServer({
        name,
        dir,
        password,
        wantedPorts: [],
        bufferPoolMb: 1024,
        durable: true,
        progress,
      }),
  ) as [DatabaseServer, DatabaseServer];
  const stopServers = async (): Promise<void> => {
    await Promise.all([district.stop(), state.stop()]);
  };
  stopOnSignal(async () => {
    // Again while one lives: a start that was under way takes its server's end for a failure and
    // tries once more.
    while (district.pid !== null || state.pid !== null) await stopServers();
  }, progress);
  try {
    // One after the other: a starting server clears the temporary folder that the other would be
    // using.
    await district.start();
    await state.start();
    const address = (server: DatabaseServer): string =>
      `mysql://resync:${password}@127.0.0.1:${server.info.port}`;
    const connect = (server: DatabaseServer): Promise<Connection> =>
      createConnection({ uri: address(server), timezone: 'Z', dateStrings: true });
    const connections = await Promise.all([connect(district), connect(state)]);
    await remake(connections[0], ['bench']);
    await remake(connections[1], ['bench', 'bench_control']);
    const controlUrl = `${address(state)}/bench_control`;
    await migrate(controlUrl, 'control');
    return {
      districtUrl: `${address(district)}/bench`,
      stateUrl: `${address(state)}/bench`,
      controlUrl,
      districtFile: writeClientFile(dir, 'district', district.info),
      stateFile: writeClientFile(dir, 'state', state.info),
      district: connections[0],
      state: connections[1],
      dir,
      cpuSeconds: () => ({ district: cpuOf(district.pid), state: cpuOf(state.pid) }),
      stop: async () => {
        for (const connection of connections) connection.destroy();
        await stopServers();
      },
    };
  } catch (error) {
    await stopServers();
    throw error;
  }
}

/** Hundredths of a second, in the 14th and 15th field of what the kernel tells of a process. */
function cpuOf(pid: number | null): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function remake(connection: Connection, schemas: readonly string[]): Promise<void> {
  for (const schema of schemas) {
    await connection.query(`DROP DATABASE IF EXISTS ${schema}`);
    await connection.query(`CREATE DATABASE ${schema} CHARACTER SET utf8mb4`);
  }
  await connection.query(`USE ${schemas[0]!}`);
}

/** One row of one statement, as numbers or text. */
export async function one(connection: Connection, sql: string): Promise<Record<string, unknown>> {
  const [rows] = await connection.query<RowDataPacket[]>(sql);
  return rows[0] ?? {};
}

/** Waits until what earlier runs wrote is on disk, so that no run pays for the one before it. */
export async function settle({ district, state }: BenchServers): Promise<void> {
  for (const connection of [district, state]) {
    await connection.query('SET GLOBAL innodb_max_dirty_pages_pct = 0');
    for (let tries = 0; tries < 600; tries += 1) {
      const { Value: pages } = await one(connection, "SHOW STATUS LIKE 'Innodb_buffer_pool_pages_dirty'");
      if (Number(pages) < 50) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await connection.query('SET GLOBAL innodb_max_dirty_pages_pct = 90');
  }
}
