/** The servers of all runs, each behind a proxy, and what an administrator does to them. */
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { DatabaseServer } from '../../src/stack/database-server';
import type { ServerKinds } from '../../src/stack/server-kind';
import { databaseUrl } from '../../src/stack/stack-info';
import { TemporalServer } from '../../src/stack/temporal-server';
import { Proxy } from './proxy';
import type { SmallDisk } from './small-disk';

const adminPassword = 'faults-only';
/** The account of API and worker: no right beyond its databases, so that read-only means it too. */
const service = { user: 'service', password: 'service-only' } as const;

export type Side = 'district' | 'state';
export type Target = Side | 'temporal';

export interface Servers {
  readonly district: DatabaseServer;
  readonly state: DatabaseServer;
  readonly temporal: TemporalServer;
  readonly proxies: Readonly<Record<Target, Proxy>>;
  readonly disk: SmallDisk;
  /** As the administrator, past the proxy. */
  admin(side: Side, database?: string): Promise<Connection>;
  adminUrl(side: Side, database: string): string;
  /** As API and worker connect: through the proxy. */
  serviceUrl(side: Side, database: string): string;
  readonly temporalAddress: string;
  stop(): Promise<void>;
}

/** Starts them with the settings of production: what is committed is on disk. */
export async function startServers(
  kinds: ServerKinds,
  {
    dir,
    disk,
    say,
  }: { readonly dir: string; readonly disk: SmallDisk; readonly say: (line: string) => void },
): Promise<Servers> {
  const shared = {
    password: adminPassword,
    wantedPorts: [],
    bufferPoolMb: 128,
    durable: true,
    progress: say,
  };
  const database = (name: Side, folder: string): DatabaseServer => {
    const kind = kinds[name];
    return new DatabaseServer({ ...shared, name, kind, dir: folder, settings: small[vendorOf(kind)] });
  };
  const district = database('district', dir);
  const state = database('state', disk.folder);
  const temporal = new TemporalServer({ dir, wantedPorts: [], wantedWebPorts: [], progress: say });
  const proxies: Proxy[] = [];
  const stop = async (): Promise<void> => {
    for (const proxy of proxies) await proxy.stop();
    await temporal.stop();
    await Promise.all([district.stop(), state.stop()]);
    disk.unmount();
  };
  try {
    for (const server of [district, state, temporal]) await server.start();
    const behind = async (port: number): Promise<Proxy> => {
      const proxy = await Proxy.start({ host: '127.0.0.1', port });
      proxies.push(proxy);
      return proxy;
    };
    const temporalPort = Number(temporal.info.address.split(':')[1]);
    const through = {
      district: await behind(district.info.port),
      state: await behind(state.info.port),
      temporal: await behind(temporalPort),
    };
    const sides = { district, state };
    const servers: Servers = {
      ...sides,
      temporal,
      disk,
      proxies: through,
      admin: async (side, name) => {
        const database = name === undefined ? {} : { database: name };
        const connection = await createConnection({ ...sides[side].info, ...database });
        // Without a listener a server that is killed meanwhile would end this process.
        connection.on('error', () => undefined);
        return connection;
      },
      adminUrl: (side, name) => databaseUrl(sides[side].info, name),
      serviceUrl: (side, name) =>
        databaseUrl({ ...service, host: '127.0.0.1', port: through[side].port }, name),
      temporalAddress: `127.0.0.1:${through.temporal.port}`,
      stop,
    };
    for (const side of ['district', 'state'] as const) await makeAccount(servers, side);
    return servers;
  } catch (error) {
    await stop();
    throw error;
  }
}

const small = {
  mariadb: ['--innodb-log-file-size=32M'],
  mysql: ['--innodb-redo-log-capacity=64M'],
} as const;

function vendorOf(kind: ServerKinds['state']): keyof typeof small {
  return kind === 'mysql' ? 'mysql' : 'mariadb';
}

async function makeAccount(servers: Servers, side: Side): Promise<void> {
  const admin = await servers.admin(side);
  try {
    await admin.query(
      `CREATE USER IF NOT EXISTS '${service.user}'@'127.0.0.1' IDENTIFIED BY '${service.password}'`,
    );
  } finally {
    await admin.end();
  }
}

/** What the account needs: reading at the district, writing at the state, all of its own books. */
export const rights: Readonly<Record<'district' | 'state' | 'control', string>> = {
  district: 'SELECT, SHOW VIEW',
  state: 'SELECT, INSERT, UPDATE, DELETE, SHOW VIEW, TRIGGER',
  control: 'ALL PRIVILEGES',
};

export function grant(what: keyof typeof rights, database: string): string {
  return `GRANT ${rights[what]} ON \`${database}\`.* TO '${service.user}'@'127.0.0.1'`;
}

/** Connections of API and worker at a server, and whether they rest. */
export async function serviceConnections(
  admin: Connection,
): Promise<readonly { readonly id: number; readonly rests: boolean }[]> {
  const [rows] = await admin.query<(RowDataPacket & { ID: number; COMMAND: string })[]>(
    'SELECT ID, COMMAND FROM information_schema.PROCESSLIST WHERE USER = ?',
    [service.user],
  );
  return rows.map(({ ID, COMMAND }) => ({ id: ID, rests: COMMAND === 'Sleep' }));
}
