import { randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import type { Principal } from '../domain/principal';
import { Problem } from './problem';

export const idempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .meta({
      description:
        'the same key with the same body gives the first one back; without a key the same words of the same caller within ten seconds do, while it is under way',
    }),
});

/** Date and chance, readable in Temporal Web and on the telephone: 20261125-1f0c9a3e7b. */
export function newResyncId(): string {
  return `${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(5).toString('hex')}`;
}

/**
 * Two principals of one name are two requesters: idempotency keys must not meet. At most 128
 * characters.
 */
export function requesterOf({ name, principalId }: Principal): string {
  return `${name.slice(0, 60)} (${principalId})`;
}

/**
 * Was it this principal who asked? By its id, which ends the text: a name may be another tomorrow,
 * as the claim of a token is.
 */
export function isRequester({ principalId }: Pick<Principal, 'principalId'>, requestedBy: string): boolean {
  return requestedBy.endsWith(` (${principalId})`);
}

/** @throws Problem 400 on a key that isn't one */
export function idempotencyKeyOf(request: Request): string | null {
  const checked = idempotencyHeader.shape['Idempotency-Key'].safeParse(request.get('Idempotency-Key'));
  if (checked.success) return checked.data ?? null;
  const detail = 'An Idempotency-Key is 1 to 255 printable ASCII characters without blanks.';
  throw new Problem(400, detail, [{ detail, header: 'Idempotency-Key' }]);
}
