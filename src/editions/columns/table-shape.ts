import type { Edition } from '../connection/pools';
import type { Row } from '../connection/session';
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
  /** Columns that a generated one is computed from. */
  readonly computedFrom: readonly string[];
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
  /** Storage engine; `null`: a view, or not to be seen. */
  readonly engine: string | null;
  /** What is written can be taken back. */
  readonly transactional: boolean;
  readonly columns: ReadonlyMap<string, Column>;
  readonly uniqueIndexes: readonly UniqueIndex[];
  /** Unique over parts of columns, or what is computed of them: no record is known by these. */
  readonly partialIndexes: readonly UniqueIndex[];
  readonly foreignKeys: readonly ForeignKey[];
}

/** Where the shape of a table comes from; `null`: the edition has no such table. */
export type ShapeReader = (edition: Edition, table: string) => Promise<TableShape | null>;

/**
 * Reads a table's shape.
 * @returns `null` when the edition has no such table.
 * @throws DatabaseError
 */
export async function readTableShape(edition: Edition, table: string): Promise<TableShape | null> {
  const shapes = await readShapes(edition, ` AND TABLE_NAME = ${quoteText(table)}`);
  return shapes.values().next().value ?? null;
}

/**
 * Reads the shapes of all tables and views of an edition: four statements, however many there are.
 * @returns by the table's name as the server writes it
 * @throws DatabaseError
 */
export function readAllShapes(edition: Edition): Promise<ReadonlyMap<string, TableShape>> {
  return readShapes(edition, '');
}

async function readShapes(edition: Edition, only: string): Promise<ReadonlyMap<string, TableShape>> {
  const at = `TABLE_SCHEMA = ${quoteText(edition.schema)}${only}`;
  const tables = await edition.rows(
    `SELECT t.TABLE_NAME, t.TABLE_TYPE, t.ENGINE, e.TRANSACTIONS
       FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
      WHERE ${at}`,
  );
  if (tables.length === 0) return new Map();
  const columns = byTable(
    await edition.rows(
      `SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT IS NOT NULL, EXTRA,
              CHARACTER_SET_NAME, COLLATION_NAME, CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, NUMERIC_SCALE,
              COALESCE(DATETIME_PRECISION, 0), GENERATION_EXPRESSION
         FROM information_schema.COLUMNS WHERE ${at} ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    ),
  );
  const { mariadb } = await edition.facts();
  const indexes = byTable(
    await edition.rows(
      `SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART, ${mariadb ? 'NULL' : 'EXPRESSION'} FROM information_schema.STATISTICS
        WHERE ${at} AND NON_UNIQUE = 0 ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    ),
  );
  const foreignKeys = byTable(
    await edition.rows(
      `SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME,
              REFERENCED_COLUMN_NAME
         FROM information_schema.KEY_COLUMN_USAGE
        WHERE ${at} AND REFERENCED_TABLE_NAME IS NOT NULL ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`,
    ),
  );
  return new Map(
    tables.map(([name, kind, engine, transactions]) => {
      const table = String(name);
      const shape: TableShape = {
        table,
        kind: kind === 'VIEW' ? 'view' : 'table',
        engine: engine === null || engine === undefined ? null : String(engine),
        transactional: transactions === 'YES',
        columns: new Map((columns.get(table) ?? []).map((row) => [String(row[0]), toColumn(row)])),
        ...toUniqueIndexes(indexes.get(table) ?? []),
        foreignKeys: toForeignKeys(foreignKeys.get(table) ?? []),
      };
      return [table, shape];
    }),
  );
}

/** Rows of each table, without its name in front. */
function byTable(rows: readonly Row[]): ReadonlyMap<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const [name, ...row] of rows) {
    const group = groups.get(String(name));
    if (group) group.push(row);
    else groups.set(String(name), [row]);
  }
  return groups;
}

function toColumn(row: Row): Column {
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
    computedFrom: namesIn(String(row[12] ?? '')),
  };
}

function toUniqueIndexes(rows: readonly Row[]): Pick<TableShape, 'uniqueIndexes' | 'partialIndexes'> {
  const byName = new Map<string, string[]>();
  const partial = new Set<string>();
  for (const [name, column, part, expression] of rows) {
    const columns = byName.get(String(name)) ?? [];
    columns.push(...(column === null ? namesIn(String(expression)) : [String(column)]));
    byName.set(String(name), columns);
    if (part !== null || column === null) partial.add(String(name));
  }
  const indexes = [...byName].map(([name, columns]) => ({ name, columns }));
  return {
    uniqueIndexes: indexes.filter(({ name }) => !partial.has(name)),
    partialIndexes: indexes.filter(({ name }) => partial.has(name)),
  };
}

function namesIn(expression: string): string[] {
  return [...expression.matchAll(/`((?:[^`]|``)+)`/g)].map(([, name]) => name!.replaceAll('``', '`'));
}

function toForeignKeys(rows: readonly Row[]): ForeignKey[] {
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
