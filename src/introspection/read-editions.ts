import { type DatabaseAddress, parseAddress } from '../database/address';
import { openConnection } from '../database/connect';
import { whyNotConnected } from '../database/not-connected';
import { loadTriggers } from '../domain/trigger-queries';
import { readAllShapes } from '../editions/columns/table-shape';
import { DatabaseError, type DatabaseSide } from '../editions/connection/errors';
import { Edition } from '../editions/connection/pools';
import { quoteText } from '../editions/connection/sql';
import { hiddenTriggers } from '../editions/mapping/triggers';
import { compareNames, type EditionSchema, type Schemas } from './edition-schema';
import { readTraits } from './read-traits';

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
}): Promise<Schemas> {
  const [district, state] = await Promise.all([
    readSide('district', urls.districtUrl),
    readSide('state', urls.stateUrl),
  ]);
  return { district, state };
}

async function readSide(side: DatabaseSide, url: string): Promise<EditionSchema> {
  const place = placeOf(side, url);
  await knock(side, url, place);
  const edition = new Edition(side, url, 2);
  try {
    return await readSchema(edition);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new UnreachableError(`The ${side} database at ${place} can't be read: ${error.message}`);
  } finally {
    await edition.close();
  }
}

/** The driver's text may hold a user name or SQL; the code says enough. */
async function knock(side: DatabaseSide, url: string, place: string): Promise<void> {
  try {
    const connection = await openConnection(url, { connectTimeout: 10_000 });
    await connection.end();
  } catch (error) {
    const why = whyNotConnected(error);
    throw new UnreachableError(
      `The ${side} database at ${place} can't be read: ${codeOf(error)}.${why === null ? '' : ` It ${why.what}. ${why.todo}`}`,
    );
  }
}

async function readSchema(edition: Edition): Promise<EditionSchema> {
  const shapes = await readAllShapes(edition);
  const traits = await readTraits(edition);
  const triggers = await loadTriggers((sql) => edition.rows(sql), quoteText(edition.schema));
  const sorted = [...shapes.values()].sort((a, b) => compareNames(a.table, b.table));
  return {
    schema: edition.schema,
    tables: sorted
      .filter(({ table }) => !traits.others.has(table))
      .map((shape) => ({ ...shape, traits: traits.of(shape.table) })),
    views: sorted.filter(({ table }) => traits.others.has(table)).map(({ table }) => table),
    triggers,
    hiddenTriggers: await hiddenTriggers(edition),
  };
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
