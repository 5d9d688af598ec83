import type { Knex } from 'knex';
import { now } from '../../control/columns';
import { ConflictError } from '../../control/control-error';
import { isOpen, type ResyncStatus } from '../../domain/resync';

/**
 * Takes a selective sync out of the history of its tool. Safe to repeat.
 * @throws ConflictError while it has not ended
 */
export async function takeOutOfList(
  control: Knex,
  { resyncId, status }: { readonly resyncId: string; readonly status: ResyncStatus },
): Promise<void> {
  if (isOpen(status))
    throw new ConflictError(`The selective sync is ${status}: it is deleted once it has ended.`);
  await control('resync')
    .where({ resyncID: resyncId })
    .whereNull('unlistedAt')
    .update({ unlistedAt: now(control) });
}
