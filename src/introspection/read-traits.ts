import type { Edition } from '../editions/connection/pools';
import { quoteText } from '../editions/connection/sql';

/** A foreign key by which the server itself changes or removes records. */
export interface Cascade {
  readonly parentTable: string;
  readonly onDelete: string;
}

/** What decides nothing of how records are moved, and yet what becomes of them. */
export interface TableTraits {
  /** Columns that `SELECT *` leaves out. */
  readonly invisible: readonly string[];
  readonly partitioned: boolean;
  /** Names of its CHECK constraints. */
  readonly checks: readonly string[];
  readonly cascades: readonly Cascade[];
}

const none: TableTraits = { invisible: [], partitioned: false, checks: [], cascades: [] };

/** What information_schema says beyond a table's shape. */
export interface EditionTraits {
  /** Views and sequences. */
  readonly others: ReadonlySet<string>;
  of(table: string): TableTraits;
}

/**
 * Reads the traits of all tables of an edition.
 * @throws DatabaseError
 */
export async function readTraits(edition: Edition): Promise<EditionTraits> {
  const schema = quoteText(edition.schema);
  const traits = new Map<string, { -readonly [field in keyof TableTraits]: TableTraits[field] }>();
  const at = (table: unknown) => {
    const name = String(table);
    const found = traits.get(name) ?? { ...none };
    traits.set(name, found);
    return found;
  };
  const others = new Set<string>();
  // Tables WITH SYSTEM VERSIONING hold records like any other.
  for (const [name, type, options] of await edition.rows(
    `SELECT TABLE_NAME, TABLE_TYPE, CREATE_OPTIONS FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${schema}`,
  )) {
    if (type !== 'BASE TABLE' && type !== 'SYSTEM VERSIONED') others.add(String(name));
    if (/partitioned/i.test(String(options ?? ''))) at(name).partitioned = true;
  }
  for (const [name, column] of await edition.rows(
    `SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = ${schema} AND EXTRA LIKE '%INVISIBLE%' ORDER BY TABLE_NAME, ORDINAL_POSITION`,
  ))
    at(name).invisible = [...at(name).invisible, String(column)];
  for (const [name, check] of await edition.rows(
    `SELECT TABLE_NAME, CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS
      WHERE TABLE_SCHEMA = ${schema} AND CONSTRAINT_TYPE = 'CHECK' ORDER BY TABLE_NAME, CONSTRAINT_NAME`,
  ))
    at(name).checks = [...at(name).checks, String(check)];
  for (const [name, parentTable, onDelete] of await edition.rows(
    `SELECT TABLE_NAME, REFERENCED_TABLE_NAME, DELETE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS
      WHERE CONSTRAINT_SCHEMA = ${schema} AND DELETE_RULE NOT IN ('RESTRICT', 'NO ACTION')
      ORDER BY TABLE_NAME, CONSTRAINT_NAME`,
  ))
    at(name).cascades = [
      ...at(name).cascades,
      { parentTable: String(parentTable), onDelete: String(onDelete) },
    ];
  return { others, of: (table) => traits.get(table) ?? none };
}
