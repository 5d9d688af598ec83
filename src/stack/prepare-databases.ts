/** The stack's three databases, with the newest schema. */
import { openControl } from '../control/database';
import { readControlVersion } from '../schema-version';
import { parseAddress } from '../database/address';
import { openServer } from '../database/connect';
import { whyNotConnected } from '../database/not-connected';
import { migrate, type DatabaseKind } from '../migrate';
import { StackError } from './stack-error';

type Urls = Readonly<Partial<Record<DatabaseKind, string>>>;

/**
 * Creates those that are not there and runs each one's migrations. @throws StackError naming the
 * one that can't be made
 */
export async function prepareDatabases(urls: Urls): Promise<void> {
  await forEach(urls, async (kind, url, name) => {
    await onServer(url, 'CREATE DATABASE IF NOT EXISTS ?? CHARACTER SET utf8mb4', name);
    if (kind === 'control') await refuseUnfit(url);
    await migrate(url, kind);
  });
}

/**
 * Drops them with all they hold and makes them anew. @throws StackError naming the one that can't
 * be made
 */
export async function emptyDatabases(urls: Urls): Promise<void> {
  await forEach(urls, (_kind, url, name) => onServer(url, 'DROP DATABASE IF EXISTS ??', name));
  await prepareDatabases(urls);
}

/** One that migrating can't bring to this version. */
async function refuseUnfit(url: string): Promise<void> {
  const control = openControl(url, { connections: 1 });
  try {
    const { state, problem } = await readControlVersion(control);
    if (problem !== null && state !== 'behind') throw new StackError(`${problem.what}. ${problem.todo}`);
  } finally {
    await control.destroy();
  }
}

async function forEach(
  urls: Urls,
  work: (kind: DatabaseKind, url: string, name: string) => Promise<void>,
): Promise<void> {
  for (const kind of ['district', 'state', 'control'] as const) {
    const url = urls[kind];
    if (url === undefined) continue;
    const name = databaseOf(kind, url);
    try {
      await work(kind, url, name);
    } catch (error) {
      if (error instanceof StackError) throw error;
      const why = whyNotConnected(error);
      if (why !== null) throw new StackError(`The ${kind} database "${name}" ${why.what}. ${why.todo}`);
      // The driver's message may quote a statement; its code is enough to act on.
      const code = (error as { code?: string }).code ?? (error as Error).name;
      throw new StackError(`The ${kind} database "${name}" could not be prepared (${code}).`);
    }
  }
}

function databaseOf(kind: DatabaseKind, url: string): string {
  try {
    return parseAddress(url).database;
  } catch (error) {
    throw new StackError(`The ${kind} database’s URL ${(error as Error).message}.`);
  }
}

async function onServer(url: string, statement: string, name: string): Promise<void> {
  const connection = await openServer(url);
  try {
    await connection.query(statement, [name]);
  } finally {
    await connection.end();
  }
}
