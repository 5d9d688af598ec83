import type { Knex } from 'knex';
import { selectRows } from '../../control/database';

/** A column of the state edition, as far as its ownership goes. */
export interface StateColumn {
  readonly name: string;
  /** Its value is the state's database's own to compute. */
  readonly generated: boolean;
}

/**
 * Columns of the state edition's tables, in their order, read through the control database's own
 * server: the two have to share it (decision 5). A table that this account can't see has none.
 * @param schema name of the state edition
 */
export async function readStateColumns(
  control: Knex,
  { schema, tables }: { readonly schema: string; readonly tables: readonly string[] },
): Promise<Map<string, StateColumn[]>> {
  const found = new Map<string, StateColumn[]>();
  if (tables.length === 0) return found;
  const rows = await selectRows<{ tableName: string; columnName: string; extra: string }>(
    control,
    `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS columnName, EXTRA AS extra FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN (${tables.map(() => '?').join(', ')})
      ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    [schema, ...tables],
  );
  for (const { tableName, columnName, extra } of rows) {
    const columns = found.get(tableName) ?? [];
    columns.push({
      name: columnName,
      generated: /\bgenerated\b/i.test(extra) && !/default_generated/i.test(extra),
    });
    found.set(tableName, columns);
  }
  return found;
}
