import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { type Contents, keyOf, type Row, valuesOf } from './records';
import { columnNames, tables, tenantColumn } from './tables';

/** Texts of the long records of one statement stay below a packet. */
const rowsPerStatement = 500;

/** A connection that reads values as they can be compared. */
export async function openAs(url: string): Promise<Connection> {
  const options = { uri: url, charset: 'utf8mb4', dateStrings: true, timezone: 'Z' };
  const connection = await createConnection(options);
  connection.on('error', () => undefined);
  return connection;
}

/** Writes the records into empty tables; with a tenant they are the state's. */
export async function writeContents(url: string, contents: Contents, tenant?: number): Promise<void> {
  const connection = await openAs(url);
  try {
    // The district's orphans are planted, and two tables refer to each other.
    await connection.query('SET SESSION foreign_key_checks = 0, unique_checks = 0');
    for (const table of tables) {
      const rows = [...contents.get(table.name)!.values()].map((row) => valuesOf(table, row));
      const columns = [...(tenant === undefined ? [] : [tenantColumn]), ...columnNames(table)];
      for (let at = 0; at < rows.length; at += rowsPerStatement) {
        const some = rows.slice(at, at + rowsPerStatement);
        await connection.query('INSERT INTO ?? (??) VALUES ?', [
          table.name,
          columns,
          some.map((row) => (tenant === undefined ? row : [tenant, ...row])),
        ]);
      }
    }
  } finally {
    await connection.end();
  }
}

/** All records of a side; with a tenant, the state's of that district. */
export async function readContents(connection: Connection, tenant?: number): Promise<Contents> {
  const contents = new Map<string, Map<string, Row>>();
  for (const table of tables) {
    const where = tenant === undefined ? '' : ` WHERE ${tenantColumn} = ${tenant}`;
    const [rows] = await connection.query<(RowDataPacket & Row)[]>(`SELECT ?? FROM ??${where}`, [
      columnNames(table),
      table.name,
    ]);
    contents.set(table.name, new Map(rows.map((row) => [keyOf(table, row), row])));
  }
  return contents;
}
