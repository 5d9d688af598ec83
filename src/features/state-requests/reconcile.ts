import type { Knex } from 'knex';
import { closeStateRequest, openStateRequests } from './store';

/**
 * Compares the open requests of the state with Temporal. One it has never heard of (the API was cut
 * off, or Temporal's data is gone) is started: where each district stands is kept here, so it goes
 * on. One that was ended there from outside is closed and says so.
 * @param temporal when it throws (unreachable), nothing further is changed and the error passes on
 */
export async function reconcileStateRequests(
  control: Knex,
  temporal: {
    readonly whereabouts: (stateRequestId: string) => Promise<'running' | 'ended' | 'unknown'>;
    readonly start: (stateRequestId: string) => Promise<void>;
  },
): Promise<void> {
  for (const { stateRequestId } of await openStateRequests(control)) {
    const at = await temporal.whereabouts(stateRequestId);
    if (at === 'unknown') await temporal.start(stateRequestId);
    if (at !== 'ended') continue;
    // It may have ended between the two looks: closing what is closed changes nothing.
    const message = 'It was ended in Temporal before its districts had: ask those that were not done again.';
    await closeStateRequest(control, { stateRequestId, status: 'failed', message });
  }
}
