import { setTimeout } from 'node:timers/promises';
import { until } from './until';

/** A question to the database that the statement waits in: `Database` of a test or a Knex. */
type Ask = (sql: string) => Promise<readonly { readonly statement: string }[]>;

const looks = 3;
const betweenLooksMs = 50;

/**
 * Waits until another connection's statement stands still in this database: in line for a lock
 * that the test holds. Not by InnoDB's own table of transactions: who reads it within 100 ms of
 * somebody else's read gets what that one saw, so that tests beside each other see nothing new.
 * @param ask asks the database; the connection that holds the lock must be idle meanwhile
 */
export async function untilInLine(ask: Ask): Promise<void> {
  let before = new Map<string, number>();
  const seen = async (): Promise<number> => {
    const rows = await ask(
      `SELECT CONCAT_WS(' ', id, info) AS statement FROM information_schema.PROCESSLIST
        WHERE db = DATABASE() AND command IN ('Query', 'Execute') AND id <> CONNECTION_ID()`,
    );
    before = new Map(rows.map(({ statement }) => [statement, (before.get(statement) ?? 0) + 1]));
    await setTimeout(betweenLooksMs);
    return Math.max(0, ...before.values());
  };
  await until('a statement waits for a lock', seen, (most) => most >= looks);
}
