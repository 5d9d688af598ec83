import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { databaseUrl } from '../../src/stack/stack-info';
import { testStack } from './stack';

/** A district's database with one table of the catalog, and how to speak to its server. */
export interface DistrictDatabase {
  readonly url: string;
  readonly name: string;
  /** The same database, reached by another account, which is made here. */
  readonly account: (user: string, password: string) => Promise<string>;
  readonly run: (...statements: readonly string[]) => Promise<void>;
}

// Tests outside of Jest clean up themselves.
const made: DistrictDatabase[] = [];
if (typeof afterAll === 'function')
  afterAll(async () => {
    for (const { name, run } of made.splice(0)) await run(`DROP DATABASE ${name}`);
  });

/** It goes with the test file. */
export async function districtDatabase(table = 'School'): Promise<DistrictDatabase> {
  const { district } = await testStack();
  const name = `t_${randomBytes(4).toString('hex')}_registered`;
  const { host, port, user, password } = district;
  const run = async (...statements: readonly string[]): Promise<void> => {
    const connection = await createConnection({ host, port, user, password });
    try {
      for (const statement of statements) await connection.query(statement);
    } finally {
      await connection.end();
    }
  };
  await run(
    `CREATE DATABASE ${name}`,
    `CREATE TABLE ${name}.${table} (id INT PRIMARY KEY, name VARCHAR(40))`,
  );
  const database: DistrictDatabase = {
    url: databaseUrl(district, name),
    name,
    run,
    account: async (other, secret) => {
      await run(
        `CREATE USER '${other}'@'%' IDENTIFIED BY '${secret}'`,
        `GRANT SELECT ON ${name}.* TO '${other}'@'%'`,
      );
      return databaseUrl({ ...district, user: other, password: secret }, name);
    },
  };
  made.push(database);
  return database;
}
