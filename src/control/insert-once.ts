import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { ConflictError, ControlError } from './control-error';
import { inTransaction } from './database';

/** A request that may come more than once: repeated by its caller, or twice at the same moment. */
export interface OnceRequest {
  readonly table: string;
  readonly columns: Readonly<Record<string, unknown>> & {
    readonly requestedBy: string;
    /** `null`: another request with the same words is another request. */
    readonly idempotencyKey: string | null;
  };
  /** What is asked for, without its id: equal for two requests that ask the same. */
  readonly asked: unknown;
  /** The row's id, where a repeated request brings the same one. */
  readonly id?: Readonly<Record<string, string>>;
  /** Stores what belongs to the request, in the same transaction. */
  readonly storeMore?: (transaction: Knex.Transaction) => Promise<void>;
}

/**
 * Stores a request in status `accepted`, once for each requester and idempotency key.
 * @returns `null` when it was stored now, otherwise the row that was stored before
 * @throws ConflictError when the key was used for another request
 */
export async function insertOnce<Row extends object>(
  control: Knex,
  { table, columns, asked, id, storeMore }: OnceRequest,
): Promise<Row | null> {
  const requestHash = hashOf(asked);
  const { requestedBy, idempotencyKey } = columns;
  try {
    await inTransaction(control, async (transaction) => {
      await transaction(table).insert({ ...columns, requestHash, status: 'accepted' });
      await storeMore?.(transaction);
    });
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

/** The same whatever order a caller wrote the fields in. */
function hashOf(asked: unknown): string {
  const text = JSON.stringify(asked, (_name, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(text).digest('hex');
}
