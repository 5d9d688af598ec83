import type { z } from 'zod';
import { catalogHashOf } from '../../catalog/hash';
import { ConflictError } from '../../control/control-error';
import { forgetRefusedResync, insertResync, loadResync, setResyncStatus } from './store';
import type { ResyncRequest } from '../../domain/resync';
import { Refused } from '../../temporal/call-errors';
import { enqueueRequest } from './workflow-client';
import type { ApiContext } from '../../http/context';
import { Problem } from '../../http/problem';
import type * as schemas from './schemas';

/**
 * Stored first, then given to the agent: what was accepted is never lost. When Temporal doesn't
 * answer the row stays `accepted`, and the repeated request or the reconciler starts it.
 * @param refuse looked at once it is stored: why it can't be after all
 */
export async function startResync(
  { catalog, control, temporal }: ApiContext,
  request: ResyncRequest,
  {
    idempotencyKey,
    refuse,
  }: { idempotencyKey: string | null; refuse: () => Promise<Problem | string | null> },
): Promise<Omit<z.output<typeof schemas.accepted>, 'advice'>> {
  const stored = await insertResync(control, {
    request,
    idempotencyKey,
    catalogHash: catalogHashOf(catalog),
    worded: true,
  });
  const { resyncId } = stored.request;
  const refusal = stored.created ? await refuse() : null;
  if (refusal !== null) {
    await forgetRefusedResync(control, resyncId);
    throw typeof refusal === 'string' ? new Problem(409, refusal) : refusal;
  }
  if (stored.status !== 'accepted')
    return { resyncId, status: stored.status, position: null, replayed: !stored.created };
  const { position } = await enqueueRequest(temporal, stored.request).catch(async (error: unknown) => {
    // A repeated request may have been taken before, and run: only who stored it may forget it.
    if (stored.created && error instanceof Refused && error.type === 'QueueFull')
      await forgetRefusedResync(control, resyncId);
    throw error;
  });
  if (position > 0) await noteQueued({ control, resyncId });
  const { status } = await loadResync(control, resyncId);
  return { resyncId, status, position, replayed: !stored.created };
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
