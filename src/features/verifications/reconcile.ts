import type { Knex } from 'knex';
import { endedVerification, type VerificationRequest } from '../../domain/verification';
import { finishVerification } from './store';
import { toVerificationRequest, type VerificationRow } from './row';

/** Younger ones may still be on their way to Temporal. */
const leastAgeSeconds = 60;
/** Most looked at in one pass, the oldest first. */
const maxOpen = 200;

/**
 * Compares the open verifications with Temporal. One it has never heard of is started; one that was
 * ended there from outside has failed and says so. Those of a resync are part of its run: they end
 * with it at the latest.
 * @param temporal when it throws (unreachable), nothing further is changed and the error passes on
 */
export async function reconcileVerifications(
  control: Knex,
  temporal: {
    readonly whereabouts: (verificationId: string) => Promise<'running' | 'ended' | 'unknown'>;
    readonly start: (request: VerificationRequest) => Promise<void>;
  },
): Promise<void> {
  const rows = await control<VerificationRow>('verification')
    .whereNotIn('status', endedVerification)
    .whereRaw('requestedAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND', [leastAgeSeconds])
    .orderBy('requestedAt')
    .limit(maxOpen);
  for (const row of rows) {
    const { verificationID: verificationId, resyncID } = row;
    const at =
      resyncID === null ? await temporal.whereabouts(verificationId) : await ofResync(control, resyncID);
    if (at === 'running') continue;
    if (at === 'unknown' && row.status === 'accepted') await temporal.start(toVerificationRequest(row));
    // It may have ended by itself between the two looks: what has ended stays as it is.
    else
      await finishVerification(control, {
        verificationId,
        status: 'failed',
        message: 'It was ended from outside before it had compared everything: verify again.',
      });
  }
}

async function ofResync(control: Knex, resyncId: string): Promise<'running' | 'ended'> {
  const open = await control<{ resyncID: string; endedAt: string | null }>('resync')
    .where({ resyncID: resyncId })
    .whereNull('endedAt')
    .first();
  return open ? 'running' : 'ended';
}
