import type { Connection, RowDataPacket } from 'mysql2/promise';
import { whyTriggersAreHidden } from '../database/rights';
import type { TriggerEffect } from '../domain/state-triggers';
import { loadTriggers } from '../domain/trigger-queries';

/** A column as far as the introspection cares. */
export interface ColumnSchema {
  readonly name: string;
  /**
   * Full type without the display width that MySQL 8 no longer prints, e.g. `bigint unsigned`,
   * `varchar(30)`.
   */
  readonly type: string;
  readonly nullable: boolean;
  readonly generated: boolean;
  /** The server fills it in when an insert doesn't: a default, AUTO_INCREMENT, NULL allowed. */
  readonly filledIn: boolean;
}

export interface ForeignKeySchema {
  readonly name: string;
  readonly columns: readonly string[];
  /** `null`: the parent table lies in another database. */
  readonly parentTable: string | null;
  readonly parentColumns: readonly string[];
}

export interface TableSchema {
  readonly name: string;
  readonly columns: readonly ColumnSchema[];
  /** Unique keys over whole columns: the primary key first, then fewest columns, then by name. */
  readonly uniqueKeys: readonly (readonly string[])[];
  readonly foreignKeys: readonly ForeignKeySchema[];
  /** Storage engine, where it takes nothing back; `null`: it has transactions. */
  readonly engineWithoutTransactions: string | null;
}

export interface DatabaseSchema {
  readonly tables: readonly TableSchema[];
  /** Views and sequences: nothing to write to. */
  readonly views: readonly string[];
  /** What its triggers do; none are shown to an account without the right TRIGGER. */
  readonly triggers: readonly TriggerEffect[];
  /** Why none would be shown, and the GRANT that mends it. */
  readonly hiddenTriggers?: string | null;
}

/**
 * MariaDB lists sequences beside tables; tables WITH SYSTEM VERSIONING hold records like any other.
 */
const tablesSql = `
  SELECT TABLE_NAME AS name, TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AS isTable,
         IF(e.TRANSACTIONS = 'YES', NULL, t.ENGINE) AS engine
    FROM information_schema.TABLES t LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE
   WHERE TABLE_SCHEMA = DATABASE()`;

/**
 * GENERATION_EXPRESSION, not EXTRA: MySQL 8 writes DEFAULT_GENERATED into EXTRA for a plain
 * default. No alias "generated": MySQL 8 reserves the word.
 */
const columnsSql = `
  SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE = 'YES' AS nullable,
         COALESCE(GENERATION_EXPRESSION, '') <> '' AS isGenerated,
         IS_NULLABLE = 'YES' OR COLUMN_DEFAULT IS NOT NULL OR EXTRA LIKE '%auto_increment%' AS filledIn
    FROM information_schema.COLUMNS
   WHERE TABLE_SCHEMA = DATABASE()
   ORDER BY TABLE_NAME, ORDINAL_POSITION`;

/**
 * SUB_PART: a unique prefix says nothing about whole values. COLUMN_NAME is NULL for MySQL's
 * functional keys.
 */
const uniqueKeysSql = `
  SELECT TABLE_NAME AS tableName, INDEX_NAME AS keyName, COLUMN_NAME AS columnName,
         COLUMN_NAME IS NOT NULL AND SUB_PART IS NULL AS whole
    FROM information_schema.STATISTICS
   WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0
   ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`;

const foreignKeysSql = `
  SELECT TABLE_NAME AS tableName, CONSTRAINT_NAME AS keyName, COLUMN_NAME AS columnName,
         IF(REFERENCED_TABLE_SCHEMA = DATABASE(), REFERENCED_TABLE_NAME, NULL) AS parentTable,
         REFERENCED_COLUMN_NAME AS parentColumn
    FROM information_schema.KEY_COLUMN_USAGE
   WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL
   ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`;

/**
 * Reads names, keys and types of the connection's database; no record is touched. Sorted by table
 * name.
 */
export async function readSchema(connection: Connection): Promise<DatabaseSchema> {
  const rows = async <T>(sql: string): Promise<T[]> =>
    (await connection.query<RowDataPacket[]>(sql))[0] as T[];
  const ask = async (sql: string): Promise<(string | number | null)[][]> => {
    const [found] = await connection.query<(RowDataPacket & (string | number | null)[])[]>({
      sql,
      rowsAsArray: true,
    });
    return found;
  };
  const [[database] = []] = await ask('SELECT DATABASE()');
  const names = await rows<{ name: string; isTable: number; engine: string | null }>(tablesSql);
  const columns = groupBy(await rows<ColumnRow>(columnsSql), ({ tableName }) => tableName);
  const uniqueKeys = groupBy(await rows<UniqueKeyRow>(uniqueKeysSql), ({ tableName }) => tableName);
  const foreignKeys = groupBy(await rows<ForeignKeyRow>(foreignKeysSql), ({ tableName }) => tableName);
  const sorted = names.sort((a, b) => compareNames(a.name, b.name));
  return {
    tables: sorted
      .filter(({ isTable }) => isTable)
      .map(({ name, engine }) => ({
        name,
        engineWithoutTransactions: engine,
        columns: (columns.get(name) ?? []).map(columnOf),
        uniqueKeys: uniqueKeysOf(uniqueKeys.get(name) ?? []),
        foreignKeys: foreignKeysOf(foreignKeys.get(name) ?? []),
      })),
    views: sorted.filter(({ isTable }) => !isTable).map(({ name }) => name),
    triggers: await loadTriggers(ask, 'DATABASE()'),
    hiddenTriggers: await whyTriggersAreHidden(ask, String(database)),
  };
}

/**
 * By code unit, so that the result doesn't depend on the machine's locale or the server's
 * collation.
 */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface ColumnRow {
  tableName: string;
  name: string;
  type: string;
  nullable: number;
  isGenerated: number;
  filledIn: number;
}
interface UniqueKeyRow {
  tableName: string;
  keyName: string;
  columnName: string;
  whole: number;
}
interface ForeignKeyRow {
  tableName: string;
  keyName: string;
  columnName: string;
  parentTable: string | null;
  parentColumn: string;
}

function columnOf({ name, type, nullable, isGenerated, filledIn }: ColumnRow): ColumnSchema {
  const withoutWidth = type.replace(/^((?:tiny|small|medium|big)?int|year)\(\d+\)/, '$1');
  return {
    name,
    type: withoutWidth,
    nullable: Boolean(nullable),
    generated: Boolean(isGenerated),
    filledIn: Boolean(filledIn),
  };
}

function uniqueKeysOf(rows: readonly UniqueKeyRow[]): string[][] {
  return [...groupBy(rows, ({ keyName }) => keyName)]
    .filter(([, parts]) => parts.every(({ whole }) => whole))
    .sort(
      ([a, aParts], [b, bParts]) =>
        Number(b === 'PRIMARY') - Number(a === 'PRIMARY') ||
        aParts.length - bParts.length ||
        compareNames(a, b),
    )
    .map(([, parts]) => parts.map(({ columnName }) => columnName));
}

function foreignKeysOf(rows: readonly ForeignKeyRow[]): ForeignKeySchema[] {
  return [...groupBy(rows, ({ keyName }) => keyName)].map(([name, parts]) => ({
    name,
    columns: parts.map(({ columnName }) => columnName),
    parentTable: parts[0]?.parentTable ?? null,
    parentColumns: parts.map(({ parentColumn }) => parentColumn),
  }));
}

function groupBy<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group) group.push(item);
    else groups.set(by(item), [item]);
  }
  return groups;
}
