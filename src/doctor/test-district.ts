/** Whether a database is a district's, before anybody relies on it. */
import type { RowDataPacket } from 'mysql2/promise';
import type { Config } from '../config';
import { AddressError, parseAddress } from '../database/address';
import { openConnection } from '../database/connect';
import type { Catalog } from '../domain/catalog';
import { rightsAtDistrict, tablesOf } from './check-rights';
import { type DatabaseProbe, probeDatabase, type ReachedDatabase } from './probe-database';

const operators = '"resync doctor" where the worker runs prints the GRANT statements.';

/** The state's databases, which are no district's: looked at once for many districts. */
export function probeOurs({ stateDatabaseUrl, controlDatabaseUrl }: Config): Promise<DatabaseProbe[]> {
  return Promise.all([stateDatabaseUrl, controlDatabaseUrl].map(probeDatabase));
}

/**
 * Looks at the database of a URL as a run would: reached, not the state's own, with the catalog's
 * tables and the rights to read them.
 * @param ours databases that no district has; see probeOurs
 * @param catalog as it holds for the district
 * @returns why it can't be a district's, without login, host or name; `null`: it can
 */
export async function whyNoDistrict(
  url: string,
  {
    ours,
    catalog,
    districtId,
  }: { readonly ours: readonly DatabaseProbe[]; readonly catalog: Catalog; readonly districtId: string },
): Promise<string | null> {
  const name = nameIn(url);
  if (name === null) return 'Its database URL must look like mysql://user:password@host:port/database.';
  const probe = await probeDatabase(url);
  if (probe.kind === 'unreachable') {
    const { code, why } = probe;
    return why === null
      ? `Its database cannot be reached (${code}).`
      : `Its database ${why.what} (${code}). ${why.todo}`;
  }
  if (ours.some(({ kind }) => kind === 'unreachable'))
    return 'The state’s own databases cannot be reached now, so nobody can tell that it is none of them: try again later.';
  if (ours.some((other) => isSame(probe, other)))
    return 'Its database is the state’s own: give the district a database of its own.';
  const tables = tablesOf(catalog, 'table');
  const lacking = await missingTables(url, tables);
  if (lacking.length === tables.length)
    return `Its database has none of the catalog’s ${tables.length} tables (${tables.slice(0, 3).join(', ')} …): check the name at the end of its URL.`;
  const { needed } = await rightsAtDistrict(catalog, { id: districtId, databaseUrl: url });
  return needed.length === 0 ? null : `Its account lacks rights at its database. ${operators}`;
}

function nameIn(url: string): string | null {
  try {
    const { database } = parseAddress(url);
    return database === '' ? null : database;
  } catch (error) {
    if (error instanceof AddressError) return null;
    throw error;
  }
}

function isSame(one: ReachedDatabase, other: DatabaseProbe): boolean {
  return other.kind === 'reached' && other.server === one.server && other.database === one.database;
}

async function missingTables(url: string, tables: readonly string[]): Promise<string[]> {
  const connection = await openConnection(url, { connectTimeout: 5_000 });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    const there = new Set(rows.map(({ name }) => String(name).toLowerCase()));
    return tables.filter((table) => !there.has(table.toLowerCase()));
  } finally {
    connection.destroy();
  }
}
