import { Readable } from 'node:stream';
import type { Connection, QueryOptions, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { builtinCatalog } from '../catalog/builtin';
import { openConnection } from '../database/connect';
import { quoteName } from '../editions/connection/sql';

export type SampleValue = string | number | null | Buffer;
/** One record by column. */
export type SampleRow = Readonly<Record<string, SampleValue>>;

/** Bytes sent at once: large enough that the socket isn't what is waited for. */
const chunkBytes = 64 * 1024;
/** MariaDB and MySQL: LOAD DATA LOCAL isn't allowed. */
const notAllowed: readonly number[] = [1148, 3948, 4166];

/**
 * Connects to a district to fill it.
 * @param url mysql://user:password@host:port/database
 * @throws the driver's error when the server can't be reached
 */
export async function openDistrict(url: string): Promise<Connection> {
  const connection = await openConnection(url, { charset: 'UTF8MB4_UNICODE_CI', timezone: 'Z' });
  await connection.query("SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES'");
  return connection;
}

/**
 * Takes every record out of the reference edition's tables; others, the migrations' own among them,
 * stay as they are.
 */
export async function emptyDistrict(connection: Connection): Promise<void> {
  await connection.query('SET SESSION foreign_key_checks = 0');
  try {
    for (const table of new Set(builtinCatalog.objects.map((object) => object.table))) {
      await connection.query(`TRUNCATE TABLE ${quoteName(table)}`);
    }
  } finally {
    await connection.query('SET SESSION foreign_key_checks = 1');
  }
}

/**
 * Appends records to a table by LOAD DATA LOCAL. They are streamed: memory doesn't grow with their
 * number. The first record says which columns are loaded; the others keep the table's defaults.
 * @returns how many
 * @throws Error naming the table and column, never a value, when the server took a record otherwise
 * than it was meant
 */
export async function writeTable(
  connection: Connection,
  table: string,
  rows: Iterable<SampleRow> | AsyncIterable<SampleRow>,
): Promise<number> {
  const iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
  const first = await iterator.next();
  if (first.done === true) return 0;
  const columns = await columnsOf(connection, table, Object.keys(first.value));
  const source: { records: number; error?: Error } = { records: 0 };
  async function* chunks(): AsyncGenerator<Buffer> {
    let lines = '';
    try {
      for (let next = first; next.done !== true; next = await iterator.next()) {
        lines += lineOf(next.value, columns);
        source.records++;
        if (lines.length < chunkBytes) continue;
        yield Buffer.from(lines);
        lines = '';
      }
    } catch (error) {
      source.error = error instanceof Error ? error : new Error('The records could not be made.');
      throw error;
    }
    if (lines !== '') yield Buffer.from(lines);
  }
  const query: QueryOptions = {
    sql: loadStatement(table, columns),
    infileStreamFactory: () => Readable.from(chunks()),
  };
  let result: ResultSetHeader;
  try {
    [result] = await connection.query<ResultSetHeader>(query);
  } catch (error) {
    if (source.error !== undefined) throw source.error;
    throw loadError(table, error);
  }
  if (result.warningStatus > 0 || result.affectedRows !== source.records) {
    throw new Error(`${table}: ${await firstWarning(connection)}`);
  }
  return source.records;
}

interface Column {
  readonly name: string;
  /** How the text of the file becomes the value. */
  readonly as: 'text' | 'bytes' | 'bits';
}

async function columnsOf(
  connection: Connection,
  table: string,
  wanted: readonly string[],
): Promise<Column[]> {
  const [found] = await connection.query<RowDataPacket[]>(`SHOW COLUMNS FROM ${quoteName(table)}`);
  const types = new Map(found.map((column) => [String(column['Field']), String(column['Type'])]));
  return wanted.map((name) => {
    const type = types.get(name);
    if (type === undefined) throw new Error(`${table} has no column ${name}.`);
    if (/^(var)?binary|blob/.test(type)) return { name, as: 'bytes' };
    return { name, as: type.startsWith('bit') ? 'bits' : 'text' };
  });
}

function loadStatement(table: string, columns: readonly Column[]): string {
  const fields = columns.map(({ name, as }, n) => (as === 'text' ? quoteName(name) : `@v${n}`));
  const made = columns.flatMap(({ name, as }, n) => {
    if (as === 'text') return [];
    return [`${quoteName(name)} = ${as === 'bytes' ? `UNHEX(@v${n})` : `CAST(@v${n} AS UNSIGNED)`}`];
  });
  return (
    `LOAD DATA LOCAL INFILE 'records' INTO TABLE ${quoteName(table)} CHARACTER SET utf8mb4 ` +
    `FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (${fields.join(', ')})` +
    (made.length > 0 ? ` SET ${made.join(', ')}` : '')
  );
}

function lineOf(row: SampleRow, columns: readonly Column[]): string {
  return `${columns.map(({ name, as }) => fieldOf(row[name] ?? null, as)).join('\t')}\n`;
}

function fieldOf(value: SampleValue, as: Column['as']): string {
  if (value === null) return '\\N';
  if (as === 'bytes') return Buffer.from(value as Buffer | string).toString('hex');
  if (as === 'bits' && Buffer.isBuffer(value)) return BigInt(`0x${value.toString('hex')}`).toString();
  return String(value).replace(/[\\\t\n\r\0]/g, (character) => escapes[character]!);
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
};

/** The driver's messages quote values, so that only the number is told. */
function loadError(table: string, error: unknown): Error {
  const { errno = 0, code = '' } = error as { errno?: number; code?: string };
  if (notAllowed.includes(errno)) {
    return new Error("The district's server doesn't allow LOAD DATA LOCAL: set its local_infile to ON.");
  }
  return new Error(`${table} could not be filled (${errno === 0 ? code : `database error ${errno}`}).`);
}

async function firstWarning(connection: Connection): Promise<string> {
  const [[warning]] = await connection.query<RowDataPacket[]>('SHOW WARNINGS LIMIT 1');
  if (!warning) return 'not every record was taken.';
  const column = /column .*?[`']?(\w+)[`']? at row/.exec(String(warning['Message']))?.[1];
  return `a record was not taken as it is (warning ${warning['Code']}${column === undefined ? '' : `, column ${column}`}).`;
}
