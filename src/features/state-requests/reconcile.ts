import type { Knex } from 'knex';
import { type OpenWork, reconcileOpen } from '../../temporal/reconcile';
import { followResyncs } from './district-store';
import { endStateRequest } from './end';
import { endedWithOpenDistricts, openStateRequestIds } from './store';

/**
 * Compares the open requests of the state with Temporal. Where each district stands is kept here,
 * so a request that is started again goes on. Runs that one has left to themselves are followed to
 * their end. @see reconcileOpen
 */
export async function reconcileStateRequests(
  control: Knex,
  temporal: Pick<OpenWork<string>, 'whereabouts' | 'start'>,
): Promise<number> {
  const message =
    'The request was ended in Temporal before its districts had: request those that were not done again.';
  for (const stateRequestId of await endedWithOpenDistricts(control))
    await followResyncs(control, stateRequestId);
  return reconcileOpen({
    ...temporal,
    open: await openStateRequestIds(control),
    close: (stateRequestId) =>
      endStateRequest(control, stateRequestId, { cancelledBy: null, failure: message }),
  });
}
