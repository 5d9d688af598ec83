import type { Knex } from 'knex';
import { endedVerification, type VerificationRequest } from '../../domain/verification';
import { leastAgeSeconds, maxOpen, type OpenWork, reconcileOpen } from '../../temporal/reconcile';
import { postIncompleteAlert } from './drift-alert';
import { toVerificationRequest, type VerificationRow } from './row';
import { finishVerification } from './store';

const message = 'The verification was ended in Temporal before it had compared everything: start it again.';

/**
 * Compares the open verifications with Temporal. Those of a resync are part of its run: they end
 * with it at the latest. @see reconcileOpen
 */
export async function reconcileVerifications(
  control: Knex,
  temporal: {
    readonly whereabouts: OpenWork<string>['whereabouts'];
    readonly start: OpenWork<VerificationRequest>['start'];
  },
): Promise<number> {
  return reconcileOpen({
    open: await control<VerificationRow>('verification')
      .whereNotIn('status', endedVerification)
      .whereRaw('requestedAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND', [leastAgeSeconds])
      .orderBy('requestedAt')
      .limit(maxOpen),
    whereabouts: ({ verificationID, resyncID }) =>
      resyncID === null ? temporal.whereabouts(verificationID) : ofResync(control, resyncID),
    hasBegun: ({ status }) => status !== 'accepted',
    start: (row) => temporal.start(toVerificationRequest(row)),
    close: async ({ verificationID: verificationId }) => {
      await finishVerification(control, { verificationId, status: 'failed', message });
      await postIncompleteAlert(control, verificationId);
    },
  });
}

async function ofResync(control: Knex, resyncId: string): Promise<'running' | 'ended'> {
  const open = await control<{ resyncID: string; endedAt: string | null }>('resync')
    .where({ resyncID: resyncId })
    .whereNull('endedAt')
    .first();
  return open ? 'running' : 'ended';
}
