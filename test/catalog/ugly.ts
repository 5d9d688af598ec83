import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';

/** Runs statements of SQL text on a database. */
export async function runSql(url: string, sql: string): Promise<void> {
  const connection = await createConnection({ uri: url, multipleStatements: true, charset: 'utf8mb4' });
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}

/**
 * Makes the ugly district (with its records) and the state beside it (empty) in two fresh schemas.
 * The district's number at the state may be 7, 42 or 77; the two countries have no tenant column.
 */
export async function loadUglySchemas(urls: { districtUrl: string; stateUrl: string }): Promise<void> {
  const sql = (side: string): string => readFileSync(join(__dirname, 'fixtures', `ugly-${side}.sql`), 'utf8');
  await Promise.all([
    runSql(urls.districtUrl, sql('district') + sql('records')),
    runSql(urls.stateUrl, sql('state')),
  ]);
}
