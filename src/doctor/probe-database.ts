/** What a database server says about itself, as far as a resync depends on it. */
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { parseAddress } from '../database/address';
import { openConnection } from '../database/connect';
import { whyNotConnected, type NotConnected } from '../database/not-connected';

export type DatabaseProbe =
  | { readonly kind: 'unreachable'; readonly code: string; readonly why: NotConnected | null }
  | ReachedDatabase;

export interface ReachedDatabase {
  readonly kind: 'reached';
  readonly version: string;
  /** As in the URL. */
  readonly host: string;
  /** Tells servers apart: MariaDB has no @@server_uuid, so host, port and data directory. */
  readonly server: string;
  readonly database: string;
  /** Version of TLS, or `null` where the connection isn't encrypted. */
  readonly tls: string | null;
  readonly sqlMode: string;
  readonly maxAllowedPacket: number;
  readonly localInfile: boolean;
  readonly flushAtCommit: number;
  readonly galera: boolean;
  /** Its binary log is on and written by statement. */
  readonly logsStatements: boolean;
  /** Its clock minus ours. */
  readonly skewSeconds: number;
}

/**
 * Connects and asks; an error becomes `unreachable` with the driver's code, never its text (it may
 * quote a login).
 */
export async function probeDatabase(url: string): Promise<DatabaseProbe> {
  try {
    const connection = await openConnection(url, { connectTimeout: 5_000 });
    try {
      const asked = Date.now();
      const [rows] = await connection.query<RowDataPacket[]>(
        `SELECT VERSION() AS version, DATABASE() AS db, CONCAT_WS(' ', @@hostname, @@port, @@datadir) AS server,
                @@GLOBAL.sql_mode AS sqlMode, @@GLOBAL.max_allowed_packet AS packet, @@GLOBAL.local_infile AS localInfile,
                @@GLOBAL.innodb_flush_log_at_trx_commit AS flushAtCommit, UNIX_TIMESTAMP(NOW(3)) AS clock`,
      );
      const here = (asked + Date.now()) / 2000;
      // A vendor lacks one or the other, so they are looked up by name.
      const [named] = await connection.query<RowDataPacket[]>(
        `SHOW GLOBAL VARIABLES WHERE Variable_name IN ('wsrep_on', 'log_bin', 'binlog_format')`,
      );
      const values = new Map(named.map(({ Variable_name: name, Value: value }) => [name, value]));
      const row: Record<string, unknown> = rows[0] ?? {};
      return {
        kind: 'reached',
        version: String(row['version']),
        host: parseAddress(url).host,
        server: String(row['server']),
        database: String(row['db']),
        tls: await tlsOf(connection),
        sqlMode: String(row['sqlMode']),
        maxAllowedPacket: Number(row['packet']),
        localInfile: Number(row['localInfile']) === 1,
        flushAtCommit: Number(row['flushAtCommit']),
        galera: values.get('wsrep_on') === 'ON',
        logsStatements: values.get('log_bin') === 'ON' && values.get('binlog_format') === 'STATEMENT',
        skewSeconds: Number(row['clock']) - here,
      };
    } finally {
      connection.destroy();
    }
  } catch (error) {
    const { code = (error as Error).name } = error as { code?: string };
    return { kind: 'unreachable', code, why: whyNotConnected(error) };
  }
}

async function tlsOf(connection: Connection): Promise<string | null> {
  const [rows] = await connection.query<RowDataPacket[]>("SHOW SESSION STATUS LIKE 'Ssl_version'");
  const version = String(rows[0]?.['Value'] ?? '');
  return version === '' ? null : version;
}
