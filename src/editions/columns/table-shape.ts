import type { Edition } from '../connection/pools';
import { quoteText } from '../connection/sql';

/** A column as information_schema describes it. */
export interface Column {
  readonly name: string;
  /** DATA_TYPE in lower case: int, varchar, ... */
  readonly type: string;
  /** COLUMN_TYPE: enum members, unsigned, zerofill. */
  readonly fullType: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  readonly generated: boolean;
  readonly autoIncrement: boolean;
  readonly charset: string | null;
  readonly collation: string | null;
  readonly characters: number | null;
  readonly octets: number | null;
  readonly scale: number | null;
  /** Fractional digits of seconds. */
  readonly fraction: number;
}

export interface UniqueIndex {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly parentSchema: string;
  readonly parentTable: string;
  readonly parentColumns: readonly string[];
}

/** One table of an edition, as far as moving its records needs it. */
export interface TableShape {
  readonly table: string;
  readonly kind: 'table' | 'view';
  readonly columns: ReadonlyMap<string, Column>;
  readonly uniqueIndexes: readonly UniqueIndex[];
  readonly foreignKeys: readonly ForeignKey[];
}

/**
 * Reads a table's shape.
 * @returns `null` when the edition has no such table.
 * @throws DatabaseError
 */
export async function readTableShape(edition: Edition, table: string): Promise<TableShape | null> {
  const at = `TABLE_SCHEMA = ${quoteText(edition.schema)} AND TABLE_NAME = ${quoteText(table)}`;
  const [found] = await edition.rows(`SELECT TABLE_TYPE FROM information_schema.TABLES WHERE ${at}`);
  if (!found) return null;
  const columns = await edition.rows(
    `SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT IS NOT NULL, EXTRA,
            CHARACTER_SET_NAME, COLLATION_NAME, CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, NUMERIC_SCALE,
            COALESCE(DATETIME_PRECISION, 0)
       FROM information_schema.COLUMNS WHERE ${at} ORDER BY ORDINAL_POSITION`,
  );
  return {
    table,
    kind: found[0] === 'VIEW' ? 'view' : 'table',
    columns: new Map(columns.map((row) => [String(row[0]), toColumn(row)])),
    uniqueIndexes: await readUniqueIndexes(edition, at),
    foreignKeys: await readForeignKeys(edition, at),
  };
}

function toColumn(row: readonly (string | number | null)[]): Column {
  const extra = String(row[5] ?? '').toLowerCase();
  const size = (value: string | number | null | undefined): number | null =>
    value === null || value === undefined ? null : Number(value);
  return {
    name: String(row[0]),
    type: String(row[1]).toLowerCase(),
    fullType: String(row[2]),
    nullable: row[3] === 'YES',
    hasDefault: Number(row[4]) === 1,
    generated: /generated/.test(extra) && !/default_generated/.test(extra),
    autoIncrement: /auto_increment/.test(extra),
    charset: row[6] === null ? null : String(row[6]),
    collation: row[7] === null ? null : String(row[7]),
    characters: size(row[8]),
    octets: size(row[9]),
    scale: size(row[10]),
    fraction: Number(row[11]),
  };
}

/** Whole-column unique indexes only: a prefix doesn't identify a record. */
async function readUniqueIndexes(edition: Edition, at: string): Promise<UniqueIndex[]> {
  const rows = await edition.rows(
    `SELECT INDEX_NAME, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS
      WHERE ${at} AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX`,
  );
  const byName = new Map<string, string[]>();
  const partial = new Set<string>();
  for (const [name, column, part] of rows) {
    const columns = byName.get(String(name)) ?? [];
    columns.push(String(column));
    byName.set(String(name), columns);
    if (part !== null || column === null) partial.add(String(name));
  }
  return [...byName].filter(([name]) => !partial.has(name)).map(([name, columns]) => ({ name, columns }));
}

async function readForeignKeys(edition: Edition, at: string): Promise<ForeignKey[]> {
  const rows = await edition.rows(
    `SELECT CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
       FROM information_schema.KEY_COLUMN_USAGE
      WHERE ${at} AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY CONSTRAINT_NAME, ORDINAL_POSITION`,
  );
  const byName = new Map<string, Omit<ForeignKey, 'name'> & { columns: string[]; parentColumns: string[] }>();
  for (const [name, column, parentSchema, parentTable, parentColumn] of rows) {
    const key = byName.get(String(name)) ?? {
      columns: [],
      parentSchema: String(parentSchema),
      parentTable: String(parentTable),
      parentColumns: [],
    };
    key.columns.push(String(column));
    key.parentColumns.push(String(parentColumn));
    byName.set(String(name), key);
  }
  return [...byName].map(([name, key]) => ({ name, ...key }));
}
