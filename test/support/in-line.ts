import { setTimeout } from 'node:timers/promises';

/** A question to the database that the statement waits in: `Database` of a test or a Knex. */
type Ask = (sql: string) => Promise<readonly { readonly statement: string }[]>;

const looks = 3;

/**
 * Waits until another connection's statement stands still in this database: in line for a lock
 * that the test holds. Not by InnoDB's own table of transactions: who reads it within 100 ms of
 * somebody else's read gets what that one saw, so that tests beside each other see nothing new.
 * @param ask asks the database; the connection that holds the lock must be idle meanwhile
 * @throws {Error} when for 15 s no statement was seen at three looks in a row
 */
export async function untilInLine(ask: Ask): Promise<void> {
  let before = new Map<string, number>();
  for (const start = Date.now(); Date.now() - start < 15_000; await setTimeout(50)) {
    const rows = await ask(
      `SELECT CONCAT_WS(' ', id, info) AS statement FROM information_schema.PROCESSLIST
        WHERE db = DATABASE() AND command IN ('Query', 'Execute') AND id <> CONNECTION_ID()`,
    );
    before = new Map(rows.map(({ statement }) => [statement, (before.get(statement) ?? 0) + 1]));
    if ([...before.values()].some((seen) => seen >= looks)) return;
  }
  throw new Error('For 15 s no statement waited for a lock.');
}
