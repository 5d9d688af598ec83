import type { Pool, PoolConnection, PoolOptions, QueryOptions, ResultSetHeader } from 'mysql2/promise';
import type { Readable } from 'node:stream';
import { type DatabaseAddress, parseAddress } from '../../database/address';
import { openPool, sameServer } from '../../database/connect';
import { statementTimeout } from '../../database/error-class';
import { classify, DatabaseError, type DatabaseSide } from './errors';
import { untilGivenUp } from './give-up';
import { type Hashing, type ServerFacts, setUp, statementMs } from './set-up';
import { quoteSchema } from './sql';
import { watchTraffic } from './traffic';

/** A socket that rested longer may be dead: it is asked before it is used. */
const restedMs = 5_000;
/** A server that refuses LOAD DATA LOCAL is asked again after this time. */
const streamRefusedMs = 3_600_000;
/** More warnings of a statement than these aren't looked at one by one. */
const warningsRead = 1_000;
/**
 * Warnings about the statement, not about a value: deprecated syntax, character sets and
 * collations.
 */
const deprecations = new Set([1287, 1681, 3090, 3719, 3720, 3778]);

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
  /** The district's; absent: UTC and July 1. */
  readonly calendar?: DistrictCalendar;
}

/** By what a district's days and school years are told. */
interface DistrictCalendar {
  readonly timezone: string;
  /** On which day a school year begins, MM-DD. */
  readonly schoolYearStart: string;
}

const usualCalendar: DistrictCalendar = { timezone: 'UTC', schoolYearStart: '07-01' };

/** Both editions of one district, and the control schema beside the state's. */
export interface Editions {
  readonly district: Edition;
  readonly state: Edition;
  /** Quoted name of the control database, reached through the state's connections. */
  readonly control: string;
  /** By the cheapest function that both servers have. @throws DatabaseError */
  hashing(): Promise<Hashing>;
  close(): Promise<void>;
}

/**
 * Opens pools with the options and session settings of docs/data-path.md. Nothing is connected yet.
 * @throws DatabaseError configuration when the control database isn't on the state's server
 */
export function openEditions({
  districtUrl,
  stateUrl,
  controlUrl,
  lanes,
  calendar = usualCalendar,
}: EditionsOptions): Editions {
  const control = addressOf('control', controlUrl);
  if (!sameServer(addressOf('state', stateUrl), control)) {
    throw new DatabaseError(
      "The control database must be on the state's server: a page and its ledger row are one transaction.",
      { errorClass: 'configuration', side: 'control' },
    );
  }
  const editions = {
    district: new Edition('district', districtUrl, lanes * 2 + 2, calendar),
    state: new Edition('state', stateUrl, lanes * 2 + 2),
  };
  return {
    ...editions,
    control: quoteSchema(control.database),
    hashing: async () => {
      const [district, state] = await Promise.all([editions.district.facts(), editions.state.facts()]);
      return {
        by: district.sha1 && state.sha1 ? 'SHA1' : 'SHA2',
        casts: { district: !district.mariadb, state: !state.mariadb },
      };
    },
    close: async () => {
      await Promise.all([editions.district.close(), editions.state.close()]);
    },
  };
}

function addressOf(side: DatabaseSide, url: string): DatabaseAddress {
  try {
    return parseAddress(url);
  } catch (error) {
    throw classify(error, side);
  }
}

function openEditionPool(side: DatabaseSide, url: string, options: PoolOptions): Pool {
  try {
    return openPool(url, options);
  } catch (error) {
    throw classify(error, side);
  }
}

/** One side's database. Everything it throws is a DatabaseError. */
export class Edition {
  readonly schema: string;
  private readonly pool: Pool;
  private readonly prepared = new WeakMap<object, ServerFacts>();
  private readonly lastUsed = new WeakMap<object, number>();
  /** What the newest connection found: a server may be upgraded while we run. */
  private newest: ServerFacts | null = null;
  private streamsAgainAt = 0;

  constructor(
    readonly side: DatabaseSide,
    url: string,
    connections: number,
    readonly calendar: DistrictCalendar = usualCalendar,
  ) {
    this.schema = addressOf(side, url).database;
    this.pool = openEditionPool(side, url, {
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
      // What is thrown gets a class and a stack of its own.
      trace: false,
      // With FOUND_ROWS the server would report rows matched instead of rows changed.
      flags: ['-FOUND_ROWS'],
    });
  }

  /** What the server is and can do. @throws DatabaseError */
  async facts(): Promise<ServerFacts> {
    return this.newest ?? this.withSession((session) => Promise.resolve(session.facts));
  }

  /** Whether the server takes LOAD DATA LOCAL, as far as is known. */
  get takesStreams(): boolean {
    return (this.newest?.localInfile ?? true) && Date.now() >= this.streamsAgainAt;
  }

  /** The server refused LOAD DATA LOCAL: nobody need try again soon. */
  refusedStream(): void {
    this.streamsAgainAt = Date.now() + streamRefusedMs;
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
    const tellTraffic = watchTraffic(this.side, socket);
    return new OpenSession(connection, this.side, this.prepared.get(socket)!, (released) => {
      tellTraffic();
      if (released) this.lastUsed.set(socket, Date.now());
    });
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
          this.newest = await setUp(connection, this.side);
          this.prepared.set(socket, this.newest);
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
    readonly facts: ServerFacts,
  ) {}

  get maxPacketBytes(): number {
    return this.facts.maxPacketBytes;
  }

  /** @throws DatabaseError */
  async rows(sql: string): Promise<Row[]> {
    const [rows] = await this.read({ sql, rowsAsArray: true });
    return rows as Row[];
  }

  /** Rows of a statement that reads binary columns as they are. @throws DatabaseError */
  async rawRows(sql: string): Promise<RawValue[][]> {
    const [rows] = await this.read({ sql, rowsAsArray: true });
    return rows as RawValue[][];
  }

  /** @throws DatabaseError */
  async write(sql: string): Promise<WriteResult> {
    const [header] = await this.ask({ sql });
    return this.resultOf(header as ResultSetHeader);
  }

  /**
   * LOAD DATA LOCAL from our own stream; the file name in the statement is never opened.
   * @throws DatabaseError
   */
  async load(sql: string, stream: Readable): Promise<WriteResult> {
    const [header] = await this.ask({ sql, infileStreamFactory: () => stream });
    return this.resultOf(header as ResultSetHeader);
  }

  /** Counts the warnings that are about values; a deprecated collation is nobody's fault. */
  private async resultOf({ affectedRows, warningStatus }: ResultSetHeader): Promise<WriteResult> {
    if (warningStatus === 0 || warningStatus > warningsRead) return { affectedRows, warnings: warningStatus };
    const found = await this.rows('SHOW WARNINGS');
    const deprecated = found.filter(([, code]) => deprecations.has(Number(code))).length;
    return { affectedRows, warnings: warningStatus - deprecated };
  }

  /** Of a district, until nobody waits for it: its connection can't be used after that. */
  private async read(options: QueryOptions): Promise<[unknown, unknown]> {
    const lost = () => classify(notAnswered(), this.side);
    const givenUp = this.side === 'district' ? untilGivenUp(lost) : null;
    if (givenUp === null) return this.ask(options);
    try {
      return await this.ask(options, givenUp.rejection);
    } finally {
      givenUp.ended();
    }
  }

  private async ask(
    options: QueryOptions,
    givenUp: Promise<never> | null = null,
  ): Promise<[unknown, unknown]> {
    // Not the driver's own limit: its timer stays when the driver itself fails in the middle.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(notAnswered()), statementMs);
    });
    try {
      const query = this.connection.query(options);
      return await Promise.race([query, late, ...(givenUp === null ? [] : [givenUp])]);
    } catch (error) {
      throw classify(error, this.side);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** In the driver's words: the statement was given up, and its connection with it. */
function notAnswered(): Error {
  return Object.assign(new Error(), { code: statementTimeout });
}

/** A session that its user has to give back. */
export class OpenSession extends Session {
  constructor(
    private readonly lent: PoolConnection,
    side: DatabaseSide,
    facts: ServerFacts,
    private readonly onEnd: (released: boolean) => void,
  ) {
    super(lent, side, facts);
  }

  /** Back to the pool; only when no transaction is open and every setting is as it was. */
  release(): void {
    this.onEnd(true);
    this.lent.release();
  }

  /** Ends the connection, and with it an open transaction and changed settings. */
  destroy(): void {
    this.onEnd(false);
    this.lent.destroy();
  }
}
