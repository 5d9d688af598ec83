import type { Knex } from 'knex';
import { ConflictError } from '../../control/control-error';
import { selectRows, toIso } from '../../control/database';
import { readResyncHead } from './read';

/** The state's word that an outcome is good enough, though its color isn't. */
export interface Acceptance {
  readonly resyncId: string;
  readonly acceptedBy: string;
  readonly reason: string;
  readonly acceptedAt: string;
}

/**
 * Accepts the outcome of a full resync that finished. Accepted once: a second one gives the first
 * back.
 * @throws ConflictError when it isn't full or didn't finish; NotFoundError
 */
export async function acceptResync(
  control: Knex,
  { resyncId, by, reason }: { resyncId: string; by: string; reason: string },
): Promise<Acceptance> {
  const { status, objects } = await readResyncHead(control, resyncId);
  if (status !== 'finished')
    throw new ConflictError(`The resync is ${status}: only one that finished has an outcome to accept.`);
  if (objects !== 'all')
    throw new ConflictError('Only the outcome of a full resync (all objects) is accepted.');
  await control('resyncAcceptance')
    .insert({ resyncID: resyncId, acceptedBy: by, reason })
    .onConflict('resyncID')
    .merge(['resyncID']);
  const [row] = await selectRows<{ acceptedBy: string; reason: string; acceptedAt: string }>(
    control,
    'SELECT acceptedBy, reason, acceptedAt FROM resyncAcceptance WHERE resyncID = ?',
    [resyncId],
  );
  return { resyncId, ...row!, acceptedAt: toIso(row!.acceptedAt) };
}
