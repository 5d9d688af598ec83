import { randomUUID } from 'node:crypto';
import { Client, Connection as TemporalConnection } from '@temporalio/client';
import type { Knex } from 'knex';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import pino from 'pino';
import { builtinCatalog } from '../../src/catalog/builtin';
import { type Config, type DistrictConfig, parseConfig } from '../../src/config';
import { newSigningKey } from '../../src/config/signing-key';
import { openControl } from '../../src/control/database';
import { createToken } from '../../src/features/access/token-store';
import type { SyncObject } from '../../src/domain/catalog';
import type { Level, ToolRight } from '../../src/domain/rights';
import { migrate } from '../../src/migrate';
import { generateDistrict } from '../../src/sample/generate';
import { startServer } from '../../src/server';
import { type RunningWorker, startWorker, type WorkerSettings } from '../../src/worker';
import { createTestDatabases, testStack } from '../support/stack';
import { answerCheck } from '../support/answer-check';
import { workflowBundle } from '../support/workflow-bundle';
import { resyncProgress, resyncWorkflowId } from '../../workflows/messages';

export const schoolYear = 2027;

const tablesOfDistrict = [...new Set(builtinCatalog.objects.map(({ table }) => table))];

/** Students of each district; the number is its tenant number at the state. */
const districts = { north: { number: 1, students: 20 }, south: { number: 2, students: 10 } } as const;
export type DistrictId = keyof typeof districts;

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** Somebody with a token; what they ask goes over HTTP. */
export interface Caller {
  readonly token: string;
  ask<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Answer<T>>;
}

/**
 * The service as it runs in production, API and worker, over two generated districts and their
 * state.
 */
export class ServiceWorld {
  private constructor(
    readonly url: string,
    readonly control: Knex,
    /**
     * What the API calls the districts: as no other test does, whose agents Temporal may still
     * know.
     */
    readonly ids: Readonly<Record<DistrictId, string>>,
    readonly temporal: Client,
    readonly config: Config,
    /** Of /livez, /readyz and /metrics. */
    readonly healthUrls: Readonly<Record<'api' | 'worker', string | null>>,
    /** Its own worker: the first build, where a test has two. */
    readonly worker: RunningWorker,
    private readonly stateUrl: string,
    private readonly connections: Readonly<Record<DistrictId | 'state', Connection>>,
    private readonly end: () => Promise<void>,
  ) {}

  /**
   * @param district what else the configuration says of each district; `settings`: and beside them
   * @param workflows of its worker; default: those of today
   */
  static async open(
    district: Partial<DistrictConfig> = {},
    { temporal: ofTemporal, ...settings }: Readonly<Record<string, unknown>> = {},
    workflows?: WorkerSettings['workflows'],
  ): Promise<ServiceWorld> {
    const north = await createTestDatabases();
    const south = await createTestDatabases();
    await migrate(north.stateUrl, 'state');
    for (const [id, { districtUrl }] of Object.entries({ north, south })) {
      await migrate(districtUrl, 'district');
      const { students, number: seed } = districts[id as DistrictId];
      await generateDistrict({ districtUrl, students, seed, defects: false, schoolYear });
    }
    const tail = randomUUID().slice(0, 8);
    const ids = { north: `north-${tail}`, south: `south-${tail}` };
    const config = parseConfig(
      {
        stateDatabaseUrl: north.stateUrl,
        controlDatabaseUrl: north.controlUrl,
        temporal: {
          ...{ address: (await testStack()).temporal.address, taskQueue: `service-${tail}` },
          ...(ofTemporal as object | undefined),
        },
        api: { port: 0 },
        stateRequests: { minPollMs: 50, maxPollMs: 200 },
        certification: { privateKey: newSigningKey() },
        ...settings,
        districts: Object.entries({ north, south }).map(([id, { districtUrl }]) => ({
          id: ids[id as DistrictId],
          number: districts[id as DistrictId].number,
          name: id,
          schoolYear,
          databaseUrl: districtUrl,
          ...district,
        })),
      },
      { env: {} },
    );
    const worker = await startWorker(config, {
      workflows: workflows ?? { workflowBundle: await workflowBundle() },
    });
    const answers = answerCheck();
    const logger = pino({ level: 'silent' });
    const server = await startServer(config, { logger, checkAnswer: answers.check });
    const control = openControl(config.controlDatabaseUrl);
    const connections = {
      north: await createConnection(north.districtUrl),
      south: await createConnection(south.districtUrl),
      state: await createConnection(north.stateUrl),
    };
    const connection = await TemporalConnection.connect({ address: config.temporal.address });
    const temporal = new Client({ connection });
    const healthUrls = { api: server.healthUrl, worker: worker.healthUrl };
    const told = [server.url, control, ids, temporal, config, healthUrls, worker] as const;
    return new ServiceWorld(...told, north.stateUrl, connections, async () => {
      await connection.close();
      await server.stop();
      await worker.stop();
      for (const connection of Object.values(connections)) await connection.end();
      await control.destroy();
      await north.drop();
      await south.drop();
      answers.throwFaults();
    });
  }

  close(): Promise<void> {
    return this.end();
  }

  /** Somebody of a district, or of the state, with these rights and no other. */
  async caller(
    where: DistrictId | 'state',
    rights: readonly ToolRight[],
    { url = this.url }: { readonly url?: string } = {},
  ): Promise<Caller> {
    const level: Level = where === 'state' ? 'state' : 'district';
    const reach = where === 'state' ? null : [this.ids[where]];
    const { token } = await createToken(this.control, { name: where, level, districts: reach, rights });
    return {
      token,
      ask: async <T>(method: string, path: string, body?: object) => {
        const answer = await fetch(`${url}/api/v1${path}`, {
          method,
          headers: {
            ...{ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
            // The same words twice are meant twice here.
            ...(method === 'POST' ? { 'Idempotency-Key': randomUUID() } : {}),
          },
          body: body === undefined ? null : JSON.stringify(body),
        });
        return { status: answer.status, body: (await answer.json()) as T };
      },
    };
  }

  /** Runs SQL past the application. @returns the rows */
  async sql(where: DistrictId | 'state', statement: string): Promise<Record<string, unknown>[]> {
    const [rows] = await this.connections[where].query(statement);
    return Array.isArray(rows) ? (rows as RowDataPacket[]) : [];
  }

  /**
   * Holds what `statement` locks at the state, in a transaction, until the function it gives is
   * called.
   */
  async hold(statement: string): Promise<() => Promise<void>> {
    const connection = await createConnection(this.stateUrl);
    await connection.beginTransaction();
    await connection.query(statement);
    let release: Promise<void> | undefined;
    return () => (release ??= connection.rollback().then(() => connection.end()));
  }

  /** What the workflow of a run says of itself. */
  async statusInTemporal(resyncId: string): Promise<string> {
    const run = this.temporal.workflow.getHandle(resyncWorkflowId(resyncId));
    return (await run.query(resyncProgress)).status;
  }

  /** Whether the run's workflow has ended. */
  async endedInTemporal(resyncId: string): Promise<boolean> {
    const run = await this.temporal.workflow.getHandle(resyncWorkflowId(resyncId)).describe();
    return run.status.name !== 'RUNNING';
  }

  /** Locks all tables of a district until the function it gives is called, as a backup does. */
  async lockDistrict(district: DistrictId, tables = tablesOfDistrict): Promise<() => Promise<void>> {
    await this.sql(district, `LOCK TABLES ${tables.map((table) => `${table} WRITE`).join(', ')}`);
    let release: Promise<unknown> | undefined;
    return async () => void (await (release ??= this.sql(district, 'UNLOCK TABLES')));
  }

  /** Takes every record of all districts away at the state. */
  async emptyState(): Promise<void> {
    const tables = [...new Set(builtinCatalog.objects.map(({ stateTable }) => stateTable))];
    await this.sql('state', 'SET foreign_key_checks = 0');
    for (const table of tables) await this.sql('state', `DELETE FROM ${table}`);
  }

  /**
   * An object's records of the school year at the district, every value of them as its bytes, in
   * order of the key.
   */
  districtRecords(district: DistrictId, object: SyncObject): Promise<string[]> {
    return this.records(district, object, object.table, object.schoolYear?.column, []);
  }

  /** The same at the state, without the tenant column. */
  stateRecords(district: DistrictId, object: SyncObject): Promise<string[]> {
    const tenant = `${object.tenantColumn} = ${districts[district].number}`;
    return this.records('state', object, object.stateTable, object.schoolYear?.column, [tenant]);
  }

  private async records(
    where: DistrictId | 'state',
    { key, tenantColumn }: SyncObject,
    table: string,
    yearColumn: string | undefined,
    conditions: readonly string[],
  ): Promise<string[]> {
    const columns = (await this.sql(where, `SHOW COLUMNS FROM ${table}`))
      .map(({ Field }) => String(Field))
      .filter((name) => name !== tenantColumn);
    const values = columns.map((name) => `COALESCE(HEX(\`${name}\`), 'NULL')`).join(', ');
    const all = [...conditions, ...(yearColumn === undefined ? [] : [`${yearColumn} = ${schoolYear}`])];
    const rows = await this.sql(
      where,
      `SELECT CONCAT_WS(' ', ${values}) AS record FROM ${table}
        ${all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`} ORDER BY ${key.join(', ')}`,
    );
    return rows.map(({ record }) => String(record));
  }
}
