import { createConnection } from 'mysql2/promise';
import type { RowDataPacket } from 'mysql2';
import { syncObject } from '../../src/catalog/builtin/entry';
import type { Catalog, SyncObject } from '../../src/domain/catalog';
import { assertOutcome, addCounts, noRecords, type RangeCounts } from '../../src/domain/outcome';
import { cutRanges } from '../../src/editions/transfer/bounds';
import type { PageJob, RangeJob } from '../../src/editions/mapping/job';
import { loadMapping } from '../../src/editions/mapping/load';
import { type Editions, openEditions } from '../../src/editions/connection/pools';
import { syncRange } from '../../src/editions/transfer/sync-range';
import { setUsual } from '../../src/database/usual-settings';
import { asAnyServer } from '../support/any-server';
import { createEditionsWithControl, type EditionServers, type TestDatabases } from '../support/stack';

export const districtNumber = 7;
const schoolYear = 2027;

/** An object with as little as a test needs to say. */
export function object(name: string, key: readonly string[], fields: Partial<SyncObject> = {}): SyncObject {
  return syncObject({ name, label: name, key, guidColumn: null, ...fields });
}

export interface StoredError {
  readonly recordKey: string;
  readonly outcome: string;
  readonly code: string;
  readonly field: string | null;
  readonly message: string;
  readonly parentObject: string | null;
  readonly parentKey: string | null;
}

/** Two empty editions with pools and a lease, and the verbs of a test over them. */
export class World {
  private resyncs = 0;
  private constructor(
    readonly databases: TestDatabases,
    readonly editions: Editions,
  ) {}

  /** @param servers the shared ones when none are given */
  static async open(servers?: EditionServers, controlName?: string): Promise<World> {
    const databases = await createEditionsWithControl(servers, controlName);
    return new World(databases, openEditions({ ...databases, lanes: 2 }));
  }

  async close(): Promise<void> {
    await this.editions.close();
    await this.databases.drop();
  }

  district(...statements: string[]): Promise<Record<string, unknown>[]> {
    return run(this.databases.districtUrl, statements);
  }

  state(...statements: string[]): Promise<Record<string, unknown>[]> {
    return run(this.databases.stateUrl, statements);
  }

  control(...statements: string[]): Promise<Record<string, unknown>[]> {
    return run(this.databases.controlUrl, statements);
  }

  /** A job of a new resync that holds the lease of the district and year. */
  async job(objects: readonly SyncObject[], name: string, fields: Partial<PageJob> = {}): Promise<PageJob> {
    const catalog: Catalog = { name: 'test', objects };
    const fence = fields.fence ?? (await this.takeLease(fields.scope?.schoolYear));
    return {
      editions: this.editions,
      catalog,
      mapping: await loadMapping(this.editions, catalog, name),
      scope: { districtId: 'd1', districtNumber, schoolYear },
      fence,
      mode: 'compare',
      pageRecords: 100,
      signal: new AbortController().signal,
      ...fields,
    };
  }

  async takeLease(year = schoolYear): Promise<{ resyncId: string; epoch: number }> {
    this.resyncs += 1;
    const resyncId = `r${this.resyncs}`;
    await this.control(
      `INSERT INTO districtLease (districtID, schoolYear, resyncID, epoch) VALUES ('d1', ${year}, '${resyncId}', 1)
         ON DUPLICATE KEY UPDATE resyncID = '${resyncId}', epoch = epoch + 1`,
    );
    const [row] = await this.control(
      `SELECT epoch FROM districtLease WHERE districtID = 'd1' AND schoolYear = ${year}`,
    );
    return { resyncId, epoch: Number(row!['epoch']) };
  }

  /** A whole object from cutting to the end; asserts that the books balance. */
  async sync(
    objects: readonly SyncObject[],
    name: string,
    { rangeRecords = 250, ...fields }: Partial<RangeJob> & { rangeRecords?: number } = {},
  ): Promise<{ counts: RangeCounts; read: number; errors: StoredError[]; job: PageJob }> {
    const job = await this.job(objects, name, fields);
    let counts = noRecords;
    let read = 0;
    for (const range of await cutRanges(this.editions, job.mapping, job.scope, { rangeRecords })) {
      const { read: rangeRead, ...rangeCounts } = await syncRange({ ...job, ...fields, range });
      counts = addCounts(counts, rangeCounts);
      read += rangeRead;
    }
    const errors = await this.errors(job);
    assertOutcome(name, counts, { read, storedErrors: errors.length });
    return { counts, read, errors, job };
  }

  async errors({ fence, mapping }: PageJob): Promise<StoredError[]> {
    return (await this.control(
      `SELECT recordKey, outcome, code, field, message, parentObject, parentKey FROM recordError
        WHERE resyncID = '${fence.resyncId}' AND objectName = '${mapping.object.name}' ORDER BY recordErrorID`,
    )) as unknown as StoredError[];
  }

  /** Ledger sums over all ranges, corrections included; balanced against the errors table. */
  async books(job: PageJob): Promise<RangeCounts> {
    const [row] = await this.control(
      `SELECT COALESCE(SUM(recordsRead), 0) AS recordsRead, ${Object.keys(noRecords)
        .map((name) => `COALESCE(SUM(${name}), 0) AS ${name}`)
        .join(', ')}
         FROM rangeLedger WHERE resyncID = '${job.fence.resyncId}' AND objectName = '${job.mapping.object.name}'`,
    );
    const counts = Object.fromEntries(
      Object.keys(noRecords).map((name) => [name, Number(row![name])]),
    ) as unknown as RangeCounts;
    const errors = await this.errors(job);
    assertOutcome(job.mapping.object.name, counts, {
      read: Number(row!['recordsRead']),
      storedErrors: errors.length,
    });
    return counts;
  }
}

/** Runs statements on a connection of the test's own. @returns the rows of the last */
async function run(url: string, statements: readonly string[]): Promise<Record<string, unknown>[]> {
  const connection = await createConnection({ uri: url, charset: 'utf8mb4', dateStrings: true });
  try {
    await connection.query(
      `${setUsual}, SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00'`,
    );
    let last: unknown = [];
    for (const sql of statements) [last] = await connection.query(asAnyServer(sql));
    return Array.isArray(last) ? (last as RowDataPacket[]) : [];
  } finally {
    await connection.end();
  }
}

/** Counts with the zeros left out of the test. */
export function counts(some: Partial<RangeCounts>): RangeCounts {
  return { ...noRecords, ...some };
}

/** `VALUES` of n numbered rows. */
export function rows(n: number, row: (i: number) => string): string {
  return Array.from({ length: n }, (_, i) => `(${row(i + 1)})`).join(', ');
}
