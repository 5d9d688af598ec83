/** The one place where connections to databases are made: editions, control database, servers. */
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  createPool,
  type Pool,
  type PoolOptions,
} from 'mysql2/promise';
import { type DatabaseAddress, parseAddress } from './address';
import { explained } from './not-connected';
import { secureOptions, type SecureOptions } from './tls';

/** What the driver must know to reach a database; other libraries hand it on to the driver. */
export interface ReachOptions extends Partial<Pick<SecureOptions, 'ssl' | 'stream'>> {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database?: string;
}

/**
 * The driver's options for a URL.
 * @throws AddressError, TlsError
 */
export function connectOptions(url: string): ReachOptions {
  const { host, port, user, password, database, tls } = parseAddress(url);
  return {
    ...{ host, port, user, password },
    ...(database === '' ? {} : { database }),
    ...(tls === null ? {} : secureOptions(tls, host, port)),
  };
}

/**
 * One connection, to be ended by whoever opened it.
 * @throws AddressError, TlsError, NotConnectedError; another error of the driver
 */
export async function openConnection(url: string, options: ConnectionOptions = {}): Promise<Connection> {
  return connect({ ...connectOptions(url), ...options });
}

/** A connection to the server that uses none of its databases. @throws as `openConnection` */
export async function openServer(url: string): Promise<Connection> {
  const { database: _, ...options } = connectOptions(url);
  return connect({ ...options, connectTimeout: 5_000 });
}

async function connect(options: ConnectionOptions): Promise<Connection> {
  try {
    return await createConnection(options);
  } catch (error) {
    throw explained(error);
  }
}

/** A pool; nothing is connected yet. @throws AddressError, TlsError */
export function openPool(url: string, options: PoolOptions): Pool {
  return createPool({ ...connectOptions(url), ...options });
}

/** Whether two URLs lead to the same server. @throws AddressError */
export function sameServer(one: DatabaseAddress, other: DatabaseAddress): boolean {
  return one.host === other.host && one.port === other.port;
}
