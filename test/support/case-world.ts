/**
 * The small inputs of test/cases/inputs: the tables and records of a district and its state, sent
 * by the real workflow with the catalog that introspection makes of them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { introspect, type Introspection } from '../../src/introspection/introspect';
import { readEditions } from '../../src/introspection/read-editions';
import type { Catalog } from '../../src/domain/catalog';
import type { Config } from '../../src/config';
import { type ObjectRow, ResyncWorld } from '../activities/world';
import { asAnyServer } from './any-server';
import { createEditionsWithControl, type EditionServers, type TestDatabases } from './stack';

const inputs = join(__dirname, '..', 'cases', 'inputs');
export const districtNumber = 7;
export const secondDistrict = 'second-district';

export interface CaseOptions {
  readonly copy?: Partial<Config['copy']>;
  readonly removals?: Partial<Config['removals']>;
  readonly safety?: Partial<Config['safety']>;
  /** What introspection can't know, as exclusions. */
  readonly catalog?: (made: Catalog) => Catalog;
  readonly introspect?: Parameters<typeof introspect>[1];
  /** The district's code where the state's tenant column is a text. */
  readonly districtCode?: string;
  /** A second district, with the records of the case's district2.sql, or these statements. */
  readonly second?: boolean | readonly string[];
  /** The shared ones when none are given. */
  readonly servers?: EditionServers;
  /** Statements of the test's own, after the files have been read. */
  readonly district?: readonly string[];
  readonly state?: readonly string[];
}

type Counts = Pick<
  ObjectRow,
  'inserted' | 'updated' | 'unchanged' | 'excluded' | 'blocked' | 'failed' | 'extra'
>;

/** Two editions with the records of a case, and the verbs of a test over them. */
export class CaseWorld {
  constructor(
    private readonly databases: TestDatabases,
    readonly introspection: Introspection,
    readonly world: ResyncWorld,
  ) {}

  district(sql: string): Promise<Record<string, unknown>[]> {
    return query(this.databases.districtUrl, sql);
  }

  state(sql: string): Promise<Record<string, unknown>[]> {
    return query(this.databases.stateUrl, sql);
  }

  /**
   * A full resync to its end.
   * @returns of each object its status and the counts that aren't 0, and the stored errors as
   * "object outcome code field"
   */
  async resync(overrides: Parameters<ResyncWorld['resync']>[0] = {}): Promise<{
    status: string;
    resyncId: string;
    objects: Record<string, { status: string; color: string } & Partial<Counts>>;
    errors: string[];
  }> {
    const { status, resyncId, objects } = await this.world.resync(overrides);
    const errors = (await this.world
      .control('recordError')
      .where({ resyncID: resyncId })
      .orderBy('recordErrorID')) as Record<string, string | null>[];
    return {
      status,
      resyncId,
      objects: Object.fromEntries(objects.map((row) => [row.objectName, outcomeOf(row)])),
      errors: errors.map((row) =>
        [row['objectName'], row['recordKey'], row['outcome'], row['code'], row['field'] ?? '']
          .join(' ')
          .trim(),
      ),
    };
  }
}

/**
 * Loads a case into two new databases and runs `work` on them; `name` is its folder in
 * test/cases/inputs, or null where the statements of the options are all there is.
 */
export async function useCase(
  name: string | null,
  work: (world: CaseWorld) => Promise<void>,
  options: CaseOptions = {},
): Promise<void> {
  const databases = await createEditionsWithControl(options.servers);
  const second = options.second ? await createEditionsWithControl(options.servers) : null;
  try {
    if (second !== null && options.second === true)
      await query(second.districtUrl, readFileSync(join(inputs, name!, 'district2.sql'), 'utf8'));
    if (second !== null && Array.isArray(options.second))
      for (const sql of options.second as readonly string[]) await query(second.districtUrl, sql);
    for (const side of ['district', 'state'] as const) {
      const url = side === 'district' ? databases.districtUrl : databases.stateUrl;
      if (name !== null) await query(url, readFileSync(join(inputs, name, `${side}.sql`), 'utf8'));
      for (const sql of options[side] ?? []) await query(url, sql);
    }
    const introspection = introspect(await readEditions(databases), options.introspect);
    const { copy = {}, removals = {}, safety = {}, catalog = (made: Catalog) => made } = options;
    const world = {
      databases,
      catalog: catalog(introspection.catalog),
      schoolYear: 2027,
      districtNumber,
      copy,
      removals,
      safety,
      districtCode: options.districtCode,
      others: second === null ? [] : [{ id: secondDistrict, number: 8, databaseUrl: second.districtUrl }],
    };
    await ResyncWorld.use(world, (used) => work(new CaseWorld(databases, introspection, used)));
  } finally {
    await databases.drop();
    await second?.drop();
  }
}

function outcomeOf(row: ObjectRow): { status: string; color: string } & Partial<Counts> {
  const { status, color, inserted, updated, unchanged, excluded, blocked, failed, extra } = row;
  const counts = { inserted, updated, unchanged, excluded, blocked, failed, extra };
  const some = Object.entries(counts).filter(([, count]) => Number(count) > 0);
  return { status, color, ...Object.fromEntries(some.map(([key, count]) => [key, Number(count)])) };
}

/** Runs statements as the server's own client would: its own SQL mode, several at once. */
async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const connection = await createConnection({
    uri: url,
    charset: 'utf8mb4',
    dateStrings: true,
    multipleStatements: true,
  });
  try {
    // The client's own command; the server itself finds the end of a trigger.
    const statements = asAnyServer(sql.replace(/^DELIMITER .*$/gm, '').replaceAll('//', ';'));
    const [rows] = await connection.query(statements);
    return Array.isArray(rows) ? (rows as RowDataPacket[]) : [];
  } finally {
    await connection.end();
  }
}
