import type { PoolConnection } from 'mysql2/promise';
import { usualSettings } from '../../database/usual-settings';
import type { DatabaseSide } from './errors';

/**
 * Longest time a statement may take; the server's own limit ends it a little earlier, so that the
 * socket stays usable.
 */
export const statementMs = 300_000;
const serverStatementSeconds = statementMs / 1000 - 5;
const askMs = 10_000;

/**
 * Hash functions that servers of both vendors have: SHA1, which is cheaper, and SHA2 where one side
 * lacks it (MySQL 9.6 and newer without the component for it).
 */
export type HashFunction = 'SHA1' | 'SHA2';

/** How records of a pair of servers are hashed: the same bytes, by the same function. */
export interface Hashing {
  readonly by: HashFunction;
  /** MySQL joins text and bytes only where all is cast to bytes. */
  readonly casts: { readonly district: boolean; readonly state: boolean };
}

/** Two of them a lane are in memory, however large the server's packets are. */
const mostPackedBytes = 16_777_216;

/**
 * Bytes by which a server tells apart what it sorts. Pages are cut by the order of keys of up to
 * 512 characters, and of those that it holds to be equal, one behind the cut would never be read.
 */
const sortedBytes = 4_096;

/** What a connection's server is and can do. */
export interface ServerFacts {
  readonly mariadb: boolean;
  readonly maxPacketBytes: number;
  /** Longest value that GROUP_CONCAT makes: a longer one is cut. */
  readonly packedBytes: number;
  /** MySQL 9.6 and newer have SHA1() only with a component that a DBA installs. */
  readonly sha1: boolean;
  /** LOAD DATA LOCAL is allowed. */
  readonly localInfile: boolean;
  /** Its binary log is written by statement, which takes no writes at READ COMMITTED (1665). */
  readonly logsStatements: boolean;
}

const strict = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO';
/** Of what is only read any day may be named, also one that no calendar has. */
const modes: Readonly<Record<DatabaseSide, string>> = {
  district: `${strict},ALLOW_INVALID_DATES`,
  state: strict,
  control: strict,
};

/**
 * Settings that decide what is read and how errors show (docs/data-path.md, Sessions).
 * @returns what is worth knowing of the server
 */
export async function setUp(connection: PoolConnection, side: DatabaseSide): Promise<ServerFacts> {
  const [rows] = await connection.query({
    sql: `SELECT @@version AS version, @@max_allowed_packet AS packet, @@local_infile AS localInfile,
                 @@explicit_defaults_for_timestamp AS explicitTimestamps`,
    timeout: askMs,
  });
  const found = (rows as Record<string, number | string>[])[0]!;
  const mariadb = /mariadb/i.test(String(found['version']));
  const packedBytes = Math.min(Number(found['packet']), mostPackedBytes);
  const settings = [
    `sql_mode='${modes[side]}'`,
    `time_zone='+00:00'`,
    'innodb_lock_wait_timeout=5',
    'lock_wait_timeout=10',
    'foreign_key_checks=1',
    'unique_checks=1',
    'sql_auto_is_null=0',
    ...usualSettings,
    `group_concat_max_len=${packedBytes}`,
    `max_sort_length=${sortedBytes}`,
    ...(mariadb ? ofMariadb : ofMysql),
  ];
  const statements = [
    'SET NAMES utf8mb4',
    `SET SESSION ${settings.join(', SESSION ')}`,
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    ...(side === 'district' ? ['SET SESSION TRANSACTION READ ONLY'] : []),
  ];
  for (const sql of statements) await connection.query({ sql, timeout: askMs });
  await listWarnings(connection);
  if (Number(found['explicitTimestamps']) === 0) await keepMissingMoments(connection);
  return {
    mariadb,
    maxPacketBytes: Number(found['packet']),
    packedBytes,
    sha1: mariadb || (await hasSha1(connection)),
    localInfile: Number(found['localInfile']) === 1,
    logsStatements: await logsStatements(connection),
  };
}

/** MySQL lets administrators set it only. What isn't listed counts as a warning about a value. */
async function listWarnings(connection: PoolConnection): Promise<void> {
  await connection
    .query({ sql: 'SET SESSION max_error_count=65535', timeout: askMs })
    .catch((error: unknown) => {
      if ((error as { errno?: unknown }).errno !== notAdministrator) throw error;
    });
}

/** By name, not as @@binlog_format: MySQL is about to remove the variable. */
async function logsStatements(connection: PoolConnection): Promise<boolean> {
  const [rows] = await connection.query({
    sql: "SHOW VARIABLES WHERE Variable_name IN ('log_bin', 'binlog_format')",
    timeout: askMs,
  });
  const values = (rows as Record<string, string>[]).map((row) => row['Value']);
  return values.includes('ON') && values.includes('STATEMENT');
}

/**
 * A frozen worker must not keep its row locks, a statement must end before our patience, and the
 * state's checks hold for what we send, whoever turned them off for the sake of something else.
 */
const ofMariadb = [
  'idle_write_transaction_timeout=15',
  // An administrator's may be shorter than the rest of a connection that nobody asks anew.
  'wait_timeout=600',
  `max_statement_time=${serverStatementSeconds}`,
  'check_constraint_checks=1',
];
/**
 * MySQL has no limit for idle transactions, only for idle connections: one that rests longer in the
 * pool is replaced. Its limit for statements is one for reading ones.
 */
const ofMysql = ['wait_timeout=30', `max_execution_time=${serverStatementSeconds * 1000}`];

/**
 * Where explicit_defaults_for_timestamp is off, NULL sent to a TIMESTAMP NOT NULL is stored as the
 * present. Some servers let nobody, or only an administrator, change it: there the rule of the
 * column refuses such a record (mapping/column-problems.ts).
 */
async function keepMissingMoments(connection: PoolConnection): Promise<void> {
  await connection
    .query({ sql: 'SET SESSION explicit_defaults_for_timestamp=1', timeout: askMs })
    .catch((error: unknown) => {
      if (typeof (error as { errno?: unknown }).errno !== 'number') throw error;
    });
}

const notAdministrator = 1227;
/** Function unknown, none without a database, or none that this account may call. */
const noFunction = new Set([1305, 1046, 1370]);

async function hasSha1(connection: PoolConnection): Promise<boolean> {
  try {
    await connection.query({ sql: "SELECT SHA1('')", timeout: askMs });
    return true;
  } catch (error) {
    if (noFunction.has(Number((error as { errno?: unknown }).errno))) return false;
    throw error;
  }
}
