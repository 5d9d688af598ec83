import type { Knex } from 'knex';

/**
 * Lets one transaction at a time look how many of something there are and add one: without it many
 * at once would all see the same number. To be called first in the transaction, whose end lets the
 * next one in.
 * @param what of whom, e.g. "webhooks of p-1"
 */
export async function oneAtATime(transaction: Knex.Transaction, what: string): Promise<void> {
  await transaction.raw('INSERT INTO limitLock (what) VALUES (?) ON DUPLICATE KEY UPDATE what = what', [
    what.slice(0, 255),
  ]);
}
