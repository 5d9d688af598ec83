/** One run's databases, configuration, API and worker, on servers that outlive it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { stringify } from 'yaml';
import { introspect } from '../../src/introspection/introspect';
import { catalogToYaml } from '../../src/catalog/print';
import { readEditions } from '../../src/introspection/read-editions';
import { openControl } from '../../src/control/database';
import { createToken } from '../../src/features/access/token-store';
import { migrate } from '../../src/migrate';
import { freePort } from '../../src/stack/ports';
import type { Random } from '../../src/sample/generator/random';
import { agingStatements } from '../district/age';
import { openAs, readContents, writeContents } from '../district/store';
import type { Contents } from '../district/records';
import { tables, tableStatements, tenantColumn } from '../district/tables';
import { Api } from './api';
import { grant, type Servers } from './servers';
import { Service } from './service';

export const districtNumber = 77;
const schoolYear = 2027;

export interface WorldOptions {
  readonly servers: Servers;
  readonly dir: string;
  /** Of its own in each run: another run's agent may still be there, without a worker. */
  readonly name: string;
  readonly district: Contents;
  readonly state: Contents;
  readonly built: boolean;
}

export class RunWorld {
  private constructor(
    readonly servers: Servers,
    readonly name: string,
    readonly service: Service,
    readonly api: Api,
    /** Another person, who may approve what the first has asked for. */
    readonly approver: Api,
  ) {}

  static async create({ servers, dir, name, district, state, built }: WorldOptions): Promise<RunWorld> {
    const names = databasesOf(name);
    await onServer(servers, 'district', [
      `DROP DATABASE IF EXISTS ${names.district}`,
      `CREATE DATABASE ${names.district}`,
      grant('district', names.district),
      `USE ${names.district}`,
      ...tableStatements('district'),
    ]);
    await onServer(servers, 'state', [
      `DROP DATABASE IF EXISTS ${names.state}`,
      `DROP DATABASE IF EXISTS ${names.control}`,
      `CREATE DATABASE ${names.state}`,
      `CREATE DATABASE ${names.control}`,
      grant('state', names.state),
      grant('control', names.control),
      `USE ${names.state}`,
      ...tableStatements('state'),
    ]);
    await migrate(servers.adminUrl('state', names.control), 'control');
    await writeContents(servers.adminUrl('district', names.district), district);
    await writeContents(servers.adminUrl('state', names.state), state, districtNumber);

    const logs = join(dir, 'logs', name);
    mkdirSync(logs, { recursive: true });
    const catalogFile = join(logs, 'catalog.yaml');
    writeFileSync(catalogFile, await catalog(servers, names));
    const configFile = join(logs, 'resync.config.yaml');
    const apiPort = await freePort([]);
    const config = {
      stateDatabaseUrl: servers.serviceUrl('state', names.state),
      controlDatabaseUrl: servers.serviceUrl('state', names.control),
      temporal: { address: servers.temporalAddress, taskQueue: name },
      // Small ranges and pages, so that there are many moments to be struck at.
      copy: { rangeRecords: 500, pageRecords: 50, lanes: 3, rangesInFlight: 4 },
      catalogFile,
      districts: [
        {
          id: name,
          number: districtNumber,
          name: 'Fault District',
          schoolYear,
          databaseUrl: servers.serviceUrl('district', names.district),
        },
      ],
    };
    writeFileSync(configFile, stringify(config), { mode: 0o600 });
    const service = new Service({ configFile, logs, apiPort, built });
    service.startApi();
    service.startWorker();
    const [one, other] = await tokensFor(servers.adminUrl('state', names.control));
    return new RunWorld(servers, name, service, new Api(service.url, one), new Api(service.url, other));
  }

  get databases(): ReturnType<typeof databasesOf> {
    return databasesOf(this.name);
  }

  /** One statement at the control database, as the administrator. */
  async books<T>(sql: string, values: readonly (string | number)[] = []): Promise<T[]> {
    const connection = await this.servers.admin('state', this.databases.control);
    try {
      const [rows] = await connection.query<RowDataPacket[]>(sql, [...values]);
      return rows as T[];
    } finally {
      connection.destroy();
    }
  }

  async read(side: 'district' | 'state'): Promise<Contents> {
    const connection = await openAs(this.servers.adminUrl(side, this.databases[side]));
    try {
      return await readContents(connection, side === 'state' ? districtNumber : undefined);
    } finally {
      await connection.end();
    }
  }

  /** Lets the state drift. */
  async age(random: Random): Promise<void> {
    await onServer(this.servers, 'state', [
      `USE ${this.databases.state}`,
      ...agingStatements(districtNumber, random),
    ]);
  }

  async close(): Promise<void> {
    await this.service.stop();
    const { district, state, control } = this.databases;
    await onServer(this.servers, 'district', [`DROP DATABASE IF EXISTS ${district}`]);
    await onServer(this.servers, 'state', [
      `DROP DATABASE IF EXISTS ${state}`,
      `DROP DATABASE IF EXISTS ${control}`,
    ]);
  }
}

function databasesOf(name: string): { district: string; state: string; control: string } {
  const tail = name.replaceAll('-', '_');
  return { district: `district_${tail}`, state: `state_${tail}`, control: `control_${tail}` };
}

async function onServer(
  servers: Servers,
  side: 'district' | 'state',
  statements: readonly string[],
): Promise<void> {
  const connection = await servers.admin(side);
  try {
    for (const sql of statements) await connection.query(sql);
  } finally {
    await connection.end();
  }
}

/** The catalog that introspection makes, with the one rule of exclusion that it can't know. */
async function catalog(
  servers: Servers,
  names: { readonly district: string; readonly state: string },
): Promise<string> {
  const urls = {
    districtUrl: servers.adminUrl('district', names.district),
    stateUrl: servers.adminUrl('state', names.state),
  };
  const found = introspect(await readEditions(urls), { tenantColumn });
  if (found.catalog.objects.length !== tables.length)
    throw new Error(`The catalog has ${found.catalog.objects.length} objects of ${tables.length} tables.`);
  const objects = found.catalog.objects.map((object) =>
    object.name === 'calendar'
      ? {
          ...object,
          exclusions: [
            {
              code: 'EXCLUDED_CALENDAR',
              when: { column: 'excluded', equals: 1 },
              message: 'The calendar is excluded.',
            },
          ],
        }
      : object,
  );
  return catalogToYaml({ ...found.catalog, objects });
}

async function tokensFor(controlUrl: string): Promise<[string, string]> {
  const control = openControl(controlUrl);
  const tokenOf = async (name: string): Promise<string> =>
    (await createToken(control, { name, level: 'state', expiresInDays: 1 })).token;
  try {
    return [await tokenOf('faults'), await tokenOf('approver')];
  } finally {
    await control.destroy();
  }
}
