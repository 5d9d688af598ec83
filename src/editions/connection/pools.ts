import {
  createPool,
  type Pool,
  type PoolConnection,
  type QueryOptions,
  type ResultSetHeader,
} from 'mysql2/promise';
import type { Readable } from 'node:stream';
import { classify, DatabaseError, type DatabaseSide } from './errors';
import { quoteName } from './sql';

/**
 * Longest time a statement may take; the server's own limit ends it a little earlier, so that the
 * socket stays usable.
 */
const statementMs = 300_000;
/** A socket that rested longer may be dead: it is asked before it is used. */
const restedMs = 5_000;

export type Row = (string | number | null)[];

/** A value as the driver gives it: binary columns, BLOB and GEOMETRY as bytes. */
export type RawValue = string | number | Buffer | null;

export interface EditionsOptions {
  readonly districtUrl: string;
  readonly stateUrl: string;
  /** Database of the ledger and the errors; on the state's server. */
  readonly controlUrl: string;
  /**
   * Ranges moved at the same time; each needs one connection per side, and one for reading beside a
   * transaction.
   */
  readonly lanes: number;
}

/** Both editions of one district, and the control schema beside the state's. */
export interface Editions {
  readonly district: Edition;
  readonly state: Edition;
  /** Quoted name of the control database, reached through the state's connections. */
  readonly control: string;
  close(): Promise<void>;
}

/**
 * Opens pools with the options and session settings of docs/data-path.md. Nothing is connected yet.
 * @throws DatabaseError configuration when the control database isn't on the state's server
 */
export function openEditions({ districtUrl, stateUrl, controlUrl, lanes }: EditionsOptions): Editions {
  const state = new URL(stateUrl);
  const control = new URL(controlUrl);
  if (state.hostname !== control.hostname || (state.port || '3306') !== (control.port || '3306')) {
    throw new DatabaseError(
      "The control database must be on the state's server: a page and its ledger row are one transaction.",
      { errorClass: 'configuration', side: 'control' },
    );
  }
  const editions = {
    district: new Edition('district', districtUrl, lanes * 2 + 2),
    state: new Edition('state', stateUrl, lanes * 2 + 2),
  };
  return {
    ...editions,
    control: quoteName(databaseOf(controlUrl)),
    close: async () => {
      await Promise.all([editions.district.close(), editions.state.close()]);
    },
  };
}

function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

/** One side's database. Everything it throws is a DatabaseError. */
export class Edition {
  readonly schema: string;
  private readonly pool: Pool;
  private readonly prepared = new WeakMap<object, SessionFacts>();
  private readonly lastUsed = new WeakMap<object, number>();

  constructor(
    readonly side: DatabaseSide,
    url: string,
    connections: number,
  ) {
    const { hostname, port, username, password } = new URL(url);
    this.schema = databaseOf(url);
    this.pool = createPool({
      host: hostname,
      port: port === '' ? 3306 : Number(port),
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      database: this.schema,
      connectionLimit: connections,
      maxIdle: connections,
      idleTimeout: 60_000,
      connectTimeout: 5_000,
      enableKeepAlive: true,
      keepAliveInitialDelay: 10_000,
      charset: 'utf8mb4',
      timezone: 'Z',
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      decimalNumbers: false,
      jsonStrings: true,
      multipleStatements: false,
      // With FOUND_ROWS the server would report rows matched instead of rows changed.
      flags: ['-FOUND_ROWS'],
    });
  }

  /** One statement on any connection; rows as arrays. @throws DatabaseError */
  async rows(sql: string): Promise<Row[]> {
    return this.withSession((session) => session.rows(sql));
  }

  /** The same where the statement reads binary columns as they are. @throws DatabaseError */
  async rawRows(sql: string): Promise<RawValue[][]> {
    return this.withSession((session) => session.rawRows(sql));
  }

  /**
   * Runs work on one connection of its own. The connection goes back only when the work ended well;
   * otherwise it is destroyed, so that no open transaction or changed setting can return to the
   * pool.
   * @throws DatabaseError from the driver; other errors as they are
   */
  async withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.openSession();
    try {
      const result = await work(session);
      session.release();
      return result;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  /**
   * A connection of one's own: release it when its work ended well, destroy it otherwise.
   * @throws DatabaseError
   */
  async openSession(): Promise<OpenSession> {
    const connection = await this.acquire();
    const socket = connection.connection;
    return new OpenSession(connection, this.side, this.prepared.get(socket)!, () =>
      this.lastUsed.set(socket, Date.now()),
    );
  }

  async close(): Promise<void> {
    await this.pool.end().catch(() => undefined);
  }

  /**
   * A connection that answers, with our settings. Dead ones left by a server's restart are thrown
   * away on the way.
   */
  private async acquire(): Promise<PoolConnection> {
    for (;;) {
      const connection = await this.pool.getConnection().catch((error: unknown) => {
        throw classify(error, this.side);
      });
      const socket = connection.connection;
      const fresh = !this.prepared.has(socket);
      try {
        if (fresh) {
          // Without a listener an error on a resting socket would end the process.
          connection.on('error', () => undefined);
          this.prepared.set(socket, await setUp(connection, this.side));
        } else if (Date.now() - (this.lastUsed.get(socket) ?? 0) > restedMs) {
          await connection.query({ sql: 'SELECT 1', timeout: 5_000 });
        }
        return connection;
      } catch (error) {
        connection.destroy();
        if (fresh) throw classify(error, this.side);
      }
    }
  }
}

interface SessionFacts {
  readonly maxPacketBytes: number;
  readonly mariadb: boolean;
}

/** Settings that decide what is read and how errors show (docs/data-path.md, Sessions). */
async function setUp(connection: PoolConnection, side: DatabaseSide): Promise<SessionFacts> {
  const [rows] = await connection.query({
    sql: 'SELECT @@version AS version, @@max_allowed_packet AS packet',
    timeout: 10_000,
  });
  const { version, packet } = (rows as { version: string; packet: number | string }[])[0]!;
  const mariadb = /mariadb/i.test(version);
  const settings = [
    `sql_mode='STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO'`,
    `time_zone='+00:00'`,
    'innodb_lock_wait_timeout=5',
    'lock_wait_timeout=10',
    'max_error_count=65535',
    'foreign_key_checks=1',
    'unique_checks=1',
    'sql_auto_is_null=0',
    // A frozen worker must not keep its row locks (MariaDB only).
    ...(mariadb ? ['idle_write_transaction_timeout=15', `max_statement_time=${statementMs / 1000 - 5}`] : []),
  ];
  const statements = [
    'SET NAMES utf8mb4',
    `SET SESSION ${settings.join(', SESSION ')}`,
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    ...(side === 'district' ? ['SET SESSION TRANSACTION READ ONLY'] : []),
  ];
  for (const sql of statements) await connection.query({ sql, timeout: 10_000 });
  return { maxPacketBytes: Number(packet), mariadb };
}

/** What a writing statement did. Counts of records never come from here, only checks. */
export interface WriteResult {
  readonly affectedRows: number;
  /** Errors that strict mode left as warnings or notes: in this project they are failures. */
  readonly warnings: number;
}

/** One connection in use. */
export class Session {
  constructor(
    private readonly connection: PoolConnection,
    readonly side: DatabaseSide,
    private readonly facts: SessionFacts,
  ) {}

  get maxPacketBytes(): number {
    return this.facts.maxPacketBytes;
  }

  /** @throws DatabaseError */
  async rows(sql: string): Promise<Row[]> {
    const [rows] = await this.ask({ sql, rowsAsArray: true });
    return rows as Row[];
  }

  /** Rows of a statement that reads binary columns as they are. @throws DatabaseError */
  async rawRows(sql: string): Promise<RawValue[][]> {
    const [rows] = await this.ask({ sql, rowsAsArray: true });
    return rows as RawValue[][];
  }

  /** @throws DatabaseError */
  async write(sql: string): Promise<WriteResult> {
    const [header] = await this.ask({ sql });
    return toWriteResult(header as ResultSetHeader);
  }

  /**
   * LOAD DATA LOCAL from our own stream; the file name in the statement is never opened.
   * @throws DatabaseError
   */
  async load(sql: string, stream: Readable): Promise<WriteResult> {
    const [header] = await this.ask({ sql, infileStreamFactory: () => stream });
    return toWriteResult(header as ResultSetHeader);
  }

  private async ask(options: QueryOptions): Promise<[unknown, unknown]> {
    try {
      return await this.connection.query({ ...options, timeout: statementMs });
    } catch (error) {
      throw classify(error, this.side);
    }
  }
}

/** A session that its user has to give back. */
export class OpenSession extends Session {
  constructor(
    private readonly lent: PoolConnection,
    side: DatabaseSide,
    facts: SessionFacts,
    private readonly onRelease: () => void,
  ) {
    super(lent, side, facts);
  }

  /** Back to the pool; only when no transaction is open and every setting is as it was. */
  release(): void {
    this.onRelease();
    this.lent.release();
  }

  /** Ends the connection, and with it an open transaction and changed settings. */
  destroy(): void {
    this.lent.destroy();
  }
}

function toWriteResult(header: ResultSetHeader): WriteResult {
  return { affectedRows: header.affectedRows, warnings: header.warningStatus };
}
