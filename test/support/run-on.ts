import { createConnection, type RowDataPacket } from 'mysql2/promise';

/** Runs a statement on a connection of its own. @returns its rows */
export async function runOn(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query(sql);
    return Array.isArray(rows) ? (rows as RowDataPacket[]) : [];
  } finally {
    await connection.end();
  }
}
