import type { Knex } from 'knex';
import { type OpenWork, reconcileOpen } from '../../temporal/reconcile';
import { closeStateRequest, openStateRequestIds } from './store';

/**
 * Compares the open requests of the state with Temporal. Where each district stands is kept here,
 * so a request that is started again goes on. @see reconcileOpen
 */
export async function reconcileStateRequests(
  control: Knex,
  temporal: Pick<OpenWork<string>, 'whereabouts' | 'start'>,
): Promise<void> {
  const message =
    'The request was ended in Temporal before its districts had: request those that were not done again.';
  await reconcileOpen({
    ...temporal,
    open: await openStateRequestIds(control),
    close: (stateRequestId) => closeStateRequest(control, { stateRequestId, status: 'failed', message }),
  });
}
