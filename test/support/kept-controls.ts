/**
 * Control databases that the tests of one file use one after the other: to empty one takes a tenth
 * of the time that it takes to make one.
 */
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { DatabaseServerInfo } from '../../src/stack/stack-info';

/** Names of empty ones, by the port of their server. */
const kept = new Map<number, { readonly server: DatabaseServerInfo; readonly names: string[] }>();
let fileHasEnded = false;

/** @returns the name of an empty one; `null`: one has to be made */
export function takeKept({ port }: DatabaseServerInfo): string | null {
  return kept.get(port)?.names.pop() ?? null;
}

/** Empties one and keeps it for the next test, or drops it after the last. */
export async function keep(
  server: DatabaseServerInfo,
  name: string,
  schema: readonly string[],
): Promise<void> {
  if (fileHasEnded) return drop(server, [name]);
  await connected(server, async (connection) => {
    await connection.query(`USE \`${name}\``);
    await connection.query('SET FOREIGN_KEY_CHECKS = 0');
    for (const table of await tablesWithRecords(connection, schema)) {
      // Triggers refuse that records of an audit are deleted.
      await connection.query(`TRUNCATE TABLE \`${table}\``);
      for (const insert of ofSetup(schema, table)) await connection.query(insert);
    }
  });
  const there = kept.get(server.port) ?? { server, names: [] };
  there.names.push(name);
  kept.set(server.port, there);
}

async function tablesWithRecords(connection: Connection, schema: readonly string[]): Promise<string[]> {
  const tables = schema.flatMap((statement) => /^CREATE TABLE `([^`]+)`/.exec(statement)?.[1] ?? []);
  const asked = tables
    .filter((table) => !table.startsWith('knex_'))
    .map((table) => `SELECT '${table}' AS name FROM DUAL WHERE EXISTS (SELECT 1 FROM \`${table}\`)`);
  const [rows] = await connection.query<RowDataPacket[]>(asked.join(' UNION ALL '));
  return rows.map(({ name }) => String(name));
}

/** The few records that migrations write. */
function ofSetup(schema: readonly string[], table: string): string[] {
  return schema.filter((statement) => statement.startsWith(`INSERT INTO \`${table}\` `));
}

async function drop(server: DatabaseServerInfo, names: readonly string[]): Promise<void> {
  await connected(server, async (connection) => {
    for (const name of names) await connection.query(`DROP DATABASE \`${name}\``);
  });
}

async function connected(
  { host, port, user, password }: DatabaseServerInfo,
  use: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = await createConnection({ host, port, user, password });
  try {
    await use(connection);
  } finally {
    await connection.end();
  }
}

/** Drops what is kept; called when the tests of the file are over. */
export async function dropKept(): Promise<void> {
  fileHasEnded = true;
  for (const { server, names } of kept.values()) await drop(server, names.splice(0));
}
