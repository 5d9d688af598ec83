import type { Connection } from 'mysql2/promise';
import { parseAddress, type DatabaseAddress } from '../database/address';
import { openConnection } from '../database/connect';
import { whyNotConnected } from '../database/not-connected';
import { type DatabaseSchema, readSchema } from './read-schema';

/**
 * A database can't be reached or read; says which side and why, never the URL with its password.
 */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/**
 * The schemas of two live databases.
 * @throws UnreachableError naming the side: refused, wrong password, no such database, no database
 * in the URL
 */
export async function readEditions(urls: {
  readonly districtUrl: string;
  readonly stateUrl: string;
}): Promise<{ district: DatabaseSchema; state: DatabaseSchema }> {
  const [district, state] = await Promise.all([
    readSide('district', urls.districtUrl),
    readSide('state', urls.stateUrl),
  ]);
  return { district, state };
}

async function readSide(side: 'district' | 'state', url: string): Promise<DatabaseSchema> {
  const place = placeOf(side, url);
  let connection: Connection | undefined;
  try {
    connection = await openConnection(url, { connectTimeout: 10_000 });
    return await readSchema(connection);
  } catch (error) {
    // The driver's text may hold a user name or SQL; the code says enough.
    const why = whyNotConnected(error);
    throw new UnreachableError(
      `The ${side} database at ${place} can't be read: ${codeOf(error)}.${why === null ? '' : ` It ${why.what}. ${why.todo}`}`,
    );
  } finally {
    await connection?.end().catch(() => undefined);
  }
}

function placeOf(side: string, url: string): string {
  let address: DatabaseAddress;
  try {
    address = parseAddress(url);
  } catch (error) {
    throw new UnreachableError(`The ${side} URL can't be used: it ${(error as Error).message}.`);
  }
  if (address.database === '')
    throw new UnreachableError(`The ${side} URL names no database: add /database at its end.`);
  return `${address.host}:${address.port}/${address.database}`;
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'unknown error';
}
