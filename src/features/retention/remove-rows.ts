import type { Knex } from 'knex';

/** How a pass removes rows. */
export interface Removing {
  readonly control: Knex;
  /** Most rows of one statement. */
  readonly rowsAtOnce: number;
  /** The worker stops, or the pass is cancelled: between two statements it ends. */
  readonly signal: AbortSignal;
}

/**
 * Removes what fits a condition, some rows a statement, each a transaction of its own: nobody waits
 * long for its locks.
 * @returns how many rows
 */
export async function removeRows(
  { control, rowsAtOnce, signal }: Removing,
  table: string,
  condition: string,
  values: readonly (string | number | readonly string[])[],
): Promise<number> {
  let removed = 0;
  for (;;) {
    signal.throwIfAborted();
    const [{ affectedRows }] = (await control.raw(`DELETE FROM ?? WHERE ${condition} LIMIT ?`, [
      table,
      ...values,
      rowsAtOnce,
    ] as Knex.RawBinding[])) as [{ readonly affectedRows: number }, unknown];
    removed += affectedRows;
    if (affectedRows < rowsAtOnce) return removed;
  }
}
