import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { DistrictConfig } from '../config';
import { ConflictError } from '../control/control-error';
import { forgetRefusedResync, insertResync, loadResync, setResyncStatus } from '../control/resyncs';
import { readScopedYear } from '../control/school-years';
import type { Principal } from '../control/tokens';
import type { ResyncRequest } from '../domain/resync';
import type { OfferedYear } from '../domain/school-year';
import type { ApiContext } from './context';
import { Problem } from './problem';
import type * as schemas from './schemas';

export const idempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .meta({ description: 'the same key with the same body gives the first resync back' }),
});

/** Date and chance, readable in Temporal Web and on the telephone: 20261125-1f0c9a3e7b. */
export function newResyncId(): string {
  return `${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(5).toString('hex')}`;
}

/** Two principals of one name are two requesters: idempotency keys must not meet. At most 128 characters. */
export function requesterOf({ name, principalId }: Principal): string {
  return `${name.slice(0, 60)} (${principalId})`;
}

/**
 * A switch of the scoped year waits for stored resyncs and keeps new ones out while it is made; one that was planned before
 * it and stored after it would run for another year than the one it was checked for.
 */
export async function whyYearChanged(
  { control }: ApiContext,
  district: DistrictConfig,
  { currentYear }: OfferedYear,
): Promise<string | null> {
  const now = await readScopedYear(control, district);
  if (now === currentYear) return null;
  return `The scoped year has just been switched from ${currentYear} to ${now}: look at the request again and repeat it.`;
}

export function idempotencyKeyOf(header: string | undefined): string | null {
  const checked = idempotencyHeader.shape['Idempotency-Key'].safeParse(header);
  if (checked.success) return checked.data ?? null;
  const detail = 'An Idempotency-Key is 1 to 255 printable ASCII characters without blanks.';
  throw new Problem(400, detail, [{ detail, header: 'Idempotency-Key' }]);
}

/**
 * Stored first, then given to the agent: what was accepted is never lost. When Temporal doesn't answer the row stays
 * `accepted`, and the repeated request or the reconciler starts it.
 * @param refuse looked at once it is stored: why it can't be after all
 */
export async function startResync(
  { control, gateway }: ApiContext,
  request: ResyncRequest,
  { idempotencyKey, refuse }: { idempotencyKey: string | null; refuse: () => Promise<string | null> },
): Promise<Omit<z.output<typeof schemas.accepted>, 'advice'>> {
  const stored = await insertResync(control, { request, idempotencyKey });
  const { resyncId } = stored.request;
  const refusal = stored.created ? await refuse() : null;
  if (refusal !== null) {
    await forgetRefusedResync(control, resyncId);
    throw new Problem(409, refusal);
  }
  if (stored.status !== 'accepted')
    return { resyncId, status: stored.status, position: null, created: stored.created };
  const { position } = await gateway.enqueue(stored.request).catch(async (error: unknown) => {
    if (error instanceof Problem && error.status === 429) await forgetRefusedResync(control, resyncId);
    throw error;
  });
  if (position > 0) await noteQueued({ control, resyncId });
  const { status } = await loadResync(control, resyncId);
  return { resyncId, status, position, created: stored.created };
}

async function noteQueued({
  control,
  resyncId,
}: Pick<ApiContext, 'control'> & { resyncId: string }): Promise<void> {
  try {
    await setResyncStatus(control, { resyncId, status: 'queued' });
  } catch (error) {
    // It runs already: the worker was quicker.
    if (!(error instanceof ConflictError)) throw error;
  }
}
