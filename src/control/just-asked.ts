import type { Knex } from 'knex';
import { inTransaction, selectRows } from './database';

/**
 * How long the same words of the same requester are one request: longer than a double click or a
 * call that is repeated, shorter than it takes to mend a record and ask again.
 */
const oneRequestSeconds = 10;

/** Who asks what, without an Idempotency-Key. */
export interface Words {
  /** What it is that is asked for: of two kinds the same words are two requests. */
  readonly kind: string;
  readonly requestedBy: string;
  readonly requestHash: string;
}

/** A request of which the same words shall make one. */
export interface WordedRequest extends Words {
  /** Its id, if it is to be made. */
  readonly id: string;
}

/** Where what is made of a request is kept. */
interface MadeIn {
  readonly table: string;
  readonly idColumn: string;
}

/**
 * Stores what is asked for, unless the same words made one a moment ago that is still under way.
 * Who asks the same at the same moment waits for the transaction of the first.
 * @param insert stores it, with what belongs to it
 * @returns `null` when it was stored now, otherwise the row of the one before
 */
export function insertUnlessJustAsked<Row extends object>(
  control: Knex,
  { table, idColumn }: MadeIn,
  request: WordedRequest,
  insert: (transaction: Knex.Transaction) => Promise<void>,
): Promise<Row | null> {
  return inTransaction(control, async (transaction) => {
    const before = await takeOver(transaction, request);
    if (before !== null) {
      const row = (await transaction(table)
        .where({ [idColumn]: before })
        .whereNull('endedAt')
        .first()) as Row | undefined;
      if (row) return row;
      await nameIt(transaction, request);
    }
    await insert(transaction);
    return null;
  });
}

/**
 * Does something of which nothing is stored, unless the same words had it done a moment ago.
 * @returns whether it was done now
 */
export async function doUnlessJustAsked(
  control: Knex,
  request: WordedRequest,
  work: () => Promise<void>,
): Promise<boolean> {
  if ((await inTransaction(control, (transaction) => takeOver(transaction, request))) !== null) return false;
  try {
    await work();
  } catch (error) {
    // What came to nothing may be asked again at once.
    await control('justAsked').where({ requestID: request.id }).del();
    throw error;
  }
  return true;
}

/** Have these words been asked a moment ago? */
export async function wasJustAsked(
  control: Knex,
  { kind, requestedBy, requestHash }: Words,
): Promise<boolean> {
  const row: unknown = await control('justAsked')
    .where({ kind, requestedBy, requestHash })
    .whereRaw('askedAt > UTC_TIMESTAMP(3) - INTERVAL ? SECOND', [oneRequestSeconds])
    .first();
  return row !== undefined;
}

/** @returns the id of the request of a moment ago; `null`: from now on it is this one */
async function takeOver(transaction: Knex.Transaction, request: WordedRequest): Promise<string | null> {
  const { id, kind, requestedBy, requestHash } = request;
  const words = { kind, requestedBy, requestHash };
  // The row is locked whether it is new or not.
  await transaction.raw(
    `INSERT INTO justAsked (kind, requestedBy, requestHash, requestID, askedAt)
      VALUES (:kind, :requestedBy, :requestHash, :id, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE requestID = requestID`,
    { ...words, id },
  );
  const [row] = await selectRows<{ requestID: string; isRecent: number }>(
    transaction,
    `SELECT requestID, askedAt > UTC_TIMESTAMP(3) - INTERVAL :seconds SECOND AS isRecent FROM justAsked
      WHERE kind = :kind AND requestedBy = :requestedBy AND requestHash = :requestHash FOR UPDATE`,
    { ...words, seconds: oneRequestSeconds },
  );
  if (row!.requestID === id) return null;
  if (row!.isRecent === 1) return row!.requestID;
  await nameIt(transaction, request);
  return null;
}

/** The request of these words is this one: the one before is over. */
async function nameIt(
  transaction: Knex.Transaction,
  { id, kind, requestedBy, requestHash }: WordedRequest,
): Promise<void> {
  await transaction('justAsked')
    .where({ kind, requestedBy, requestHash })
    .update({ requestID: id, askedAt: transaction.raw('UTC_TIMESTAMP(3)') });
}
