/**
 * The control database's schema as statements, made once by its migrations: cloning takes a sixth
 * of migrating.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { migrate } from '../../src/migrate';
import { type DatabaseServerInfo, databaseUrl } from '../../src/stack/stack-info';
import { madeOnce } from './made-once';

/**
 * Statements that make an empty database the newest control database, its few rows of setup
 * included.
 */
export async function controlSchema(server: DatabaseServerInfo): Promise<readonly string[]> {
  const made = `control-schema-${await versionOf(server)}.json`;
  const path = await madeOnce(made, ['migrations/control', 'migrations/control-schema'], async () => {
    const name = `template_${randomBytes(4).toString('hex')}`;
    const { host, port, user, password } = server;
    const connection = await createConnection({ host, port, user, password });
    try {
      await connection.query(`CREATE DATABASE ${name}`);
      await migrate(databaseUrl(server, name), 'control');
      await connection.query(`USE ${name}`);
      return JSON.stringify(await dump(connection));
    } finally {
      await connection.query(`DROP DATABASE IF EXISTS ${name}`);
      await connection.end();
    }
  });
  return JSON.parse(readFileSync(path, 'utf8')) as string[];
}

/** Each server writes its own dialect. */
async function versionOf({ host, port, user, password }: DatabaseServerInfo): Promise<string> {
  const connection = await createConnection({ host, port, user, password });
  try {
    const [[row]] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version');
    return String(row!['version']).replaceAll(/[^\w.]/g, '-');
  } finally {
    await connection.end();
  }
}

async function dump(connection: Connection): Promise<string[]> {
  const ask = async (sql: string): Promise<Record<string, string>[]> =>
    (await connection.query<RowDataPacket[]>(sql))[0];
  const tables = (await ask('SHOW FULL TABLES')).map((row) => Object.values(row)[0]!);
  const statements = ['SET FOREIGN_KEY_CHECKS = 0'];
  for (const table of tables)
    statements.push((await ask(`SHOW CREATE TABLE \`${table}\``))[0]!['Create Table']!);
  for (const table of tables)
    for (const row of await ask(`SELECT * FROM \`${table}\``))
      statements.push(connection.format('INSERT INTO ?? SET ?', [table, row]));
  // Last, or those that refuse changes would refuse the rows.
  for (const { Trigger: trigger } of await ask('SHOW TRIGGERS'))
    statements.push((await ask(`SHOW CREATE TRIGGER \`${trigger}\``))[0]!['SQL Original Statement']!);
  return [...statements, 'SET FOREIGN_KEY_CHECKS = 1'];
}
