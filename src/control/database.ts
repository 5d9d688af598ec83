import knex, { type Knex } from 'knex';
import { connectOptions } from '../database/connect';
import { beginWith, setUsual } from '../database/usual-settings';
import { ControlError, toControlError } from './control-error';

/** Most connections one process holds to the control database. */
const maxConnections = 10;
const attempts = 5;

interface Dialect {
  new (config: Knex.Config): Knex.Client;
  prototype: {
    query(connection: unknown, statement: unknown): Promise<unknown>;
    acquireConnection(): Promise<unknown>;
  };
}
const MySql = (knex({ client: 'mysql2' }).client as { constructor: Dialect }).constructor;

/**
 * knex puts the statement with its values into error messages; here they leave as ControlError
 * instead.
 */
class SafeMySql extends (MySql as unknown as new (
  config: Knex.Config,
) => Knex.Client & Dialect['prototype']) {
  override async query(connection: unknown, statement: unknown): Promise<unknown> {
    try {
      return await super.query(connection, statement);
    } catch (error) {
      throw toControlError(error);
    }
  }

  override async acquireConnection(): Promise<unknown> {
    try {
      return await super.acquireConnection();
    } catch (error) {
      throw toControlError(error);
    }
  }
}

/**
 * Opens the control database. Connections are made when they are needed; call `destroy()` at the
 * end. Times are UTC text, BIGINT sums are numbers (the counts are asserted to be safe integers
 * where they are used).
 * @param url mysql://user:password@host:port/database
 * @param connections most of them at a time
 * @returns a knex whose statements throw ControlError only
 * @throws AddressError, TlsError
 */
export function openControl(url: string, { connections = maxConnections } = {}): Knex {
  return knex({
    client: SafeMySql as unknown as typeof Knex.Client,
    // knex would print connection errors to standard output, which is for data.
    log: { warn() {}, error() {}, deprecate() {}, debug() {} },
    connection: {
      ...connectOptions(url),
      charset: 'utf8mb4_bin',
      dateStrings: true,
      timezone: 'Z',
      decimalNumbers: false,
      jsonStrings: true,
      connectTimeout: 5_000,
    } as Knex.MySql2ConnectionConfig,
    acquireConnectionTimeout: 10_000,
    pool: {
      min: 0,
      max: connections,
      afterCreate: beginWith(
        `${setUsual}, time_zone = '+00:00', SESSION innodb_lock_wait_timeout = 10, ` +
          "sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
      ),
    },
  });
}

/**
 * Runs `work` in one transaction and again after a deadlock or lock wait; a lost connection is the
 * caller's to retry, because the commit may have gone through.
 */
export async function inTransaction<T>(
  control: Knex,
  work: (transaction: Knex.Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await control.transaction(work);
    } catch (error) {
      if (!(error instanceof ControlError) || error.kind !== 'transient' || attempt >= attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 * 2 ** attempt * (0.5 + Math.random())));
    }
  }
}

/** Rows of a raw SELECT. */
export async function selectRows<Row>(
  control: Knex,
  sql: string,
  bindings: Readonly<Record<string, unknown>> | readonly unknown[] = [],
): Promise<Row[]> {
  const answer = (await control.raw(sql, bindings as Knex.RawBinding[])) as [Row[], unknown];
  return answer[0];
}

/** Time of the database's clock as ISO 8601, from the text of a DATETIME(3) column. */
export function toIso(datetime: string): string;
export function toIso(datetime: string | null): string | null;
export function toIso(datetime: string | null): string | null {
  return datetime === null ? null : `${datetime.replace(' ', 'T')}Z`;
}
