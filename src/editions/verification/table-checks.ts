import type { Edition } from '../connection/pools';
import { quoteName, quoteText } from '../connection/sql';

/** A CHECK of a table that its server heeds. */
export interface TableCheck {
  readonly name: string;
  readonly condition: string;
}

/** The checks of a table, as SQL. @throws DatabaseError */
export async function readChecks(edition: Edition, table: string): Promise<TableCheck[]> {
  const { mariadb } = await edition.facts();
  return mariadb ? ofMariadb(edition, table) : ofMysql(edition, table);
}

async function ofMariadb(edition: Edition, table: string): Promise<TableCheck[]> {
  const rows = await edition.rows(
    `SELECT CONSTRAINT_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS
      WHERE CONSTRAINT_SCHEMA = ${quoteText(edition.schema)} AND TABLE_NAME = ${quoteText(table)}`,
  );
  return rows.map(([name, condition]) => ({ name: String(name), condition: String(condition) }));
}

/**
 * Of the table's own text: in the view of its checks a MySQL shows quotes with backslashes, and
 * letters beyond ASCII as two others.
 */
async function ofMysql(edition: Edition, table: string): Promise<TableCheck[]> {
  const [[, text] = []] = await edition.rows(`SHOW CREATE TABLE ${quoteName(table)}`);
  const lines = String(text).matchAll(
    /^ {2}CONSTRAINT `(?<name>(?:[^`]|``)+)` CHECK \((?<condition>.*)\),?$/gm,
  );
  // One that isn't enforced ends in a comment that says so.
  return [...lines].map(({ groups }) => ({
    name: groups!['name']!.replaceAll('``', '`'),
    condition: groups!['condition']!,
  }));
}
