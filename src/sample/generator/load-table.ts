import { Readable } from 'node:stream';
import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import type { Row, Value } from './values';

/** Text gathered before it goes to the socket. */
const chunkCharacters = 64 * 1024;

/** A session that loads a whole district: strict, and without checks of parents, since a district may have orphans. */
export async function openLoad(districtUrl: string): Promise<Connection> {
  const connection = await createConnection({ uri: districtUrl, charset: 'utf8mb4' });
  await connection.query(
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', foreign_key_checks = 0, unique_checks = 0, time_zone = '+00:00'",
  );
  return connection;
}

/** Deletes all records of the tables; their definitions stay. */
export async function emptyTables(connection: Connection, tables: readonly string[]): Promise<void> {
  for (const table of tables) await connection.query(`TRUNCATE TABLE \`${table}\``);
}

/**
 * Streams rows into a table (LOAD DATA LOCAL), a piece of text at a time. All rows have the columns of the first.
 * @returns how many were written
 * @throws Error when the server took fewer rows than were sent, or had to change a value
 */
export async function loadTable(connection: Connection, table: string, rows: Iterable<Row>): Promise<number> {
  const iterator = rows[Symbol.iterator]();
  const first = iterator.next();
  if (first.done) return 0;
  const columns = Object.keys(first.value);
  const bytes = await byteColumns(connection, table);
  const fields = columns.map((column) => (bytes.has(column) ? `@\`${column}\`` : `\`${column}\``));
  const sets = columns
    .filter((column) => bytes.has(column))
    .map((name) => `\`${name}\` = UNHEX(@\`${name}\`)`);
  const sent = { records: 0 };
  const [result] = await connection.query<ResultSetHeader>({
    sql:
      `LOAD DATA LOCAL INFILE 'rows' INTO TABLE \`${table}\` CHARACTER SET utf8mb4 ` +
      `(${fields.join(', ')})${sets.length > 0 ? ` SET ${sets.join(', ')}` : ''}`,
    infileStreamFactory: () =>
      Readable.from(chunks(first.value, iterator, columns, sent), { objectMode: false }),
  });
  if (result.affectedRows !== sent.records || result.warningStatus > 0) {
    throw new Error(
      `${table} took ${result.affectedRows} of ${sent.records} rows, with ${result.warningStatus} warnings.`,
    );
  }
  return sent.records;
}

function* chunks(
  first: Row,
  rest: Iterator<Row>,
  columns: readonly string[],
  sent: { records: number },
): Iterable<Buffer> {
  let chunk = '';
  for (let row: Row | undefined = first; row !== undefined;) {
    for (let i = 0; i < columns.length; i++) chunk += (i === 0 ? '' : '\t') + field(row[columns[i]!] ?? null);
    chunk += '\n';
    sent.records++;
    if (chunk.length >= chunkCharacters) {
      yield Buffer.from(chunk);
      chunk = '';
    }
    const next: IteratorResult<Row> = rest.next();
    row = next.done ? undefined : next.value;
  }
  if (chunk !== '') yield Buffer.from(chunk);
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\0': '\\0' };

function field(value: Value): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return value.toString('hex');
  // eslint-disable-next-line no-control-regex -- NUL ends nothing, but the format escapes it
  return /[\\\t\n\0]/.test(value) ? value.replace(/[\\\t\n\0]/g, (character) => escapes[character]!) : value;
}

/** Columns whose values go as hexadecimal digits: no text can carry them. */
async function byteColumns(connection: Connection, table: string): Promise<ReadonlySet<string>> {
  const [rows] = await connection.query<(RowDataPacket & { name: string })[]>(
    `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?
        AND (DATA_TYPE = 'bit' OR DATA_TYPE LIKE '%binary' OR DATA_TYPE LIKE '%blob')`,
    [table],
  );
  return new Set(rows.map(({ name }) => name));
}
