import type { Pool, PoolConnection, PoolOptions } from 'mysql2/promise';
import { type DatabaseAddress, parseAddress } from '../../database/address';
import { openPool, sameServer } from '../../database/connect';
import { classify, DatabaseError, type DatabaseSide } from './errors';
import { OpenSession, type RawValue, type Row, type Session } from './session';
import { type Hashing, type ServerFacts, setUp } from './set-up';
import { quoteSchema } from './sql';
import { watchTraffic } from './traffic';

/** A socket that rested longer may be dead: it is asked before it is used. */
const restedMs = 5_000;
/** A server that refuses LOAD DATA LOCAL is asked again after this time. */
const streamRefusedMs = 3_600_000;
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
