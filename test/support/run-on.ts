import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { asAnyServer } from './any-server';

/** Runs statements on a connection of its own. @returns the rows of the last one */
export async function runOn(url: string, ...statements: string[]): Promise<Record<string, unknown>[]> {
  const connection = await createConnection(url);
  try {
    let rows: unknown = [];
    for (const sql of statements) [rows] = await connection.query(asAnyServer(sql));
    return Array.isArray(rows) ? (rows as RowDataPacket[]) : [];
  } finally {
    await connection.end();
  }
}
