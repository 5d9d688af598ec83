/** Whether the accounts of the service have the rights they need (docs/servers.md); never root. */
import type { Config, DistrictConfig } from '../config';
import { ControlError } from '../control/control-error';
import { openControl } from '../control/database';
import { parseAddress } from '../database/address';
import { openServer } from '../database/connect';
import { Account, type Right } from '../database/rights';
import type { Catalog } from '../domain/catalog';
import { type FieldSetting, ownerOfTable, withSettings } from '../domain/field-ownership';
import { listFieldSettings } from '../features/field-ownership/settings-store';

/** What an account lacks at one database. */
export interface LackingRights {
  /** "district <id>", "state" or "control". */
  readonly database: string;
  readonly account: string;
  /** Statements that give what a resync can't do without. */
  readonly needed: readonly string[];
  /** Statements without which the service works, but sees less. */
  readonly wished: readonly string[];
}

type DatabaseAt = Pick<DistrictConfig, 'id' | 'databaseUrl'>;

const writes: readonly Right[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** @throws what connecting throws */
export async function districtRights(
  config: Config,
  catalog: Catalog,
  { id, name, databaseUrl }: DatabaseAt & { readonly name: string },
): Promise<LackingRights> {
  const own = withSettings(catalog, await settingsOf(config, id));
  return { ...(await rightsAtDistrict(own, { id, databaseUrl })), database: `district ${name}` };
}

/**
 * @param own the catalog as it holds for the district
 * @throws what connecting throws
 */
export async function rightsAtDistrict(own: Catalog, district: DatabaseAt): Promise<LackingRights> {
  const carried = own.objects.filter(
    (object) => ownerOfTable(own, object).stateOwnedColumns.length > 0 || object.stateAssigned !== null,
  );
  const { database } = parseAddress(district.databaseUrl);
  const account = await accountAt(district.databaseUrl);
  return {
    database: `district ${district.id}`,
    account: account.name,
    needed: [
      ...account.missing(database, ['SELECT'], tablesOf(own, 'table')),
      ...account.missing(
        database,
        ['UPDATE'],
        carried.map(({ table }) => table),
      ),
    ],
    wished: [],
  };
}

/** Of the state's account, which writes the books in the same transaction. @throws as above */
export async function stateRights(config: Config, catalog: Catalog): Promise<LackingRights> {
  const { database } = parseAddress(config.stateDatabaseUrl);
  const control = parseAddress(config.controlDatabaseUrl).database;
  const account = await accountAt(config.stateDatabaseUrl);
  return {
    database: 'state',
    account: account.name,
    needed: [
      ...account.missing(database, writes, tablesOf(catalog, 'stateTable')),
      ...account.missing(control, writes),
    ],
    wished: account.missing(database, ['TRIGGER']),
  };
}

/** Of the account of the books, which looks at the state's schema for plans. @throws as above */
export async function controlRights(config: Config): Promise<LackingRights> {
  const { database } = parseAddress(config.controlDatabaseUrl);
  const state = parseAddress(config.stateDatabaseUrl).database;
  const account = await accountAt(config.controlDatabaseUrl);
  return {
    database: 'control',
    account: account.name,
    needed: [
      ...account.missing(database, [...writes, 'CREATE TEMPORARY TABLES']),
      ...account.missing(state, ['SELECT']),
    ],
    wished: account.missing(state, ['TRIGGER']),
  };
}

/** Tables of what is sent unless a district has it off. */
export function tablesOf({ objects }: Catalog, side: 'table' | 'stateTable'): string[] {
  return objects.filter(({ enabledByDefault }) => enabledByDefault).map((object) => object[side]);
}

/** What is set for the district; nothing while the books can't be read, which is told elsewhere. */
async function settingsOf(config: Config, districtId: string): Promise<readonly FieldSetting[]> {
  const control = openControl(config.controlDatabaseUrl);
  try {
    return await listFieldSettings(control, districtId);
  } catch (error) {
    if (error instanceof ControlError) return [];
    throw error;
  } finally {
    await control.destroy();
  }
}

async function accountAt(url: string): Promise<Account> {
  // Without the database: an account may have no right to it yet.
  const connection = await openServer(url);
  try {
    return await Account.read(async (sql) => {
      const [rows] = await connection.query({ sql, rowsAsArray: true });
      return rows as (string | number | null)[][];
    });
  } finally {
    connection.destroy();
  }
}
