import type { Edition } from '../connection/pools';
import { quoteText } from '../connection/sql';

/** A CHECK of a table that its server heeds. */
export interface TableCheck {
  readonly name: string;
  readonly condition: string;
}

/**
 * The checks of a table, as SQL. MariaDB's names of them are per table, MySQL's per schema: only
 * the former's view says of which. MySQL shows a condition as it would stand within a text, and has
 * checks that are not enforced.
 * @throws DatabaseError
 */
export async function readChecks(edition: Edition, table: string): Promise<TableCheck[]> {
  const [perTable] = await edition.rows(
    `SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'information_schema'
        AND TABLE_NAME = 'CHECK_CONSTRAINTS' AND COLUMN_NAME = 'TABLE_NAME'`,
  );
  const heeded = perTable ? `c.TABLE_NAME = ${quoteText(table)}` : "t.ENFORCED = 'YES'";
  const rows = await edition.rows(
    `SELECT c.CONSTRAINT_NAME, c.CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS c
       JOIN information_schema.TABLE_CONSTRAINTS t
         ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME
            AND t.CONSTRAINT_TYPE = 'CHECK'
      WHERE t.TABLE_SCHEMA = ${quoteText(edition.schema)} AND t.TABLE_NAME = ${quoteText(table)}
        AND ${heeded}`,
  );
  return rows.map(([name, clause]) => ({
    name: String(name),
    condition: perTable ? String(clause) : unescaped(String(clause)),
  }));
}

const escapes: Readonly<Record<string, string>> = { 0: '\0', n: '\n', r: '\r', Z: '\x1a' };

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_all, char: string) => escapes[char] ?? char);
}
