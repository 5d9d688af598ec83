import type { Knex } from 'knex';
import { ConflictError, ControlError } from './control-error';
import { inTransaction } from './database';
import { insertUnlessJustAsked } from './just-asked';
import { requestHashOf } from './request-hash';

/** A request that may come more than once: repeated by its caller, or twice at the same moment. */
export interface OnceRequest {
  readonly table: string;
  readonly columns: Readonly<Record<string, unknown>> & {
    readonly requestedBy: string;
    readonly idempotencyKey: string | null;
  };
  /** What is asked for, without its id: equal for two requests that ask the same. */
  readonly asked: unknown;
  /** The row's id, where a repeated request brings the same one. */
  readonly id?: Readonly<Record<string, string>>;
  /**
   * Column of the row's id. Given: without a key the same words of a moment are one request.
   * Absent: another request without a key is another request.
   */
  readonly wordedBy?: string | undefined;
  /** Stores what belongs to the request, in the same transaction. */
  readonly storeMore?: (transaction: Knex.Transaction) => Promise<void>;
}

/**
 * Stores a request in status `accepted`, once for each requester and idempotency key, or for the
 * same words of a moment.
 * @returns `null` when it was stored now, otherwise the row that was stored before
 * @throws ConflictError when the key was used for another request
 */
export async function insertOnce<Row extends object>(
  control: Knex,
  { table, columns, asked, id, wordedBy, storeMore }: OnceRequest,
): Promise<Row | null> {
  const requestHash = requestHashOf(asked);
  const { requestedBy, idempotencyKey } = columns;
  const insert = async (transaction: Knex.Transaction): Promise<void> => {
    await transaction(table).insert({ ...columns, requestHash, status: 'accepted' });
    await storeMore?.(transaction);
  };
  if (idempotencyKey === null && wordedBy !== undefined) {
    const words = { kind: table, requestedBy, requestHash, id: String(columns[wordedBy]) };
    return insertUnlessJustAsked<Row>(control, { table, idColumn: wordedBy }, words, insert);
  }
  try {
    await inTransaction(control, insert);
    return null;
  } catch (error) {
    // A duplicate is the parallel first; equal inserts may also deadlock until the attempts end.
    if (!(error instanceof ControlError) || (error.kind !== 'duplicate' && error.kind !== 'transient'))
      throw error;
    const first = (where: object): Promise<unknown> => control(table).where(where).first().then();
    const stored = ((id && (await first(id))) ??
      (idempotencyKey === null ? undefined : await first({ requestedBy, idempotencyKey }))) as
      (Row & { readonly requestHash: string }) | undefined;
    if (!stored) throw error;
    if (stored.requestHash !== requestHash)
      throw new ConflictError('This Idempotency-Key was used for another request: use a new key.');
    return stored;
  }
}
