/** Asking a district of a request once more, and moving the end of its window. */
import type { Knex } from 'knex';
import { ConflictError } from '../../control/control-error';
import { inTransaction, selectRows } from '../../control/database';
import { endedRequestStatuses } from '../../domain/state-request';
import { closeAlerts } from '../alerts/post';
import { alertEndKey } from './alerts';
import { resyncIdOf } from './store';

/**
 * A district that failed, or was not done, waits again, for a resync of its own; a request that has
 * ended goes on for it.
 * @param until new end of the window; `null`: it stays
 * @returns whether the request had ended
 * @throws ConflictError when the district hasn't ended without being done
 */
export async function reopenDistrict(
  control: Knex,
  {
    stateRequestId,
    districtId,
    schoolYear,
    until,
  }: {
    readonly stateRequestId: string;
    readonly districtId: string;
    readonly schoolYear: number;
    readonly until: Date | null;
  },
): Promise<boolean> {
  return inTransaction(control, async (transaction) => {
    const [row] = await selectRows<{ resyncID: string; status: string }>(
      transaction,
      'SELECT resyncID, status FROM stateRequestDistrict WHERE stateRequestID = ? AND districtID = ? FOR UPDATE',
      [stateRequestId, districtId],
    );
    if (row?.status !== 'failed' && row?.status !== 'notRun')
      throw new ConflictError(
        `The district is ${row?.status}: only what failed or was not done is tried again.`,
      );
    await transaction('stateRequestDistrict')
      .where({ stateRequestID: stateRequestId, districtID: districtId })
      .update({
        // By the one before: however often, each has an id of its own, known beforehand.
        resyncID: resyncIdOf(stateRequestId, `${districtId}:${row.resyncID}`),
        // A person wants it now: it waits for no wave, and none waits for it.
        ...{ schoolYear, status: 'waiting', attempts: 0, wave: null },
        ...{ message: null, nextAttemptAt: null, handedOverAt: null, endedAt: null },
      });
    if (until !== null) await moveWindow(transaction, stateRequestId, until);
    const reopened = await transaction('stateRequest')
      .where({ stateRequestID: stateRequestId })
      .whereIn('status', endedRequestStatuses)
      .update({ status: 'running', message: null, endedAt: null });
    // Its next end is told again.
    if (reopened > 0) await closeAlerts(transaction, [alertEndKey(stateRequestId)]);
    return reopened > 0;
  });
}

/** No run begins after it. */
export async function moveWindow(control: Knex, stateRequestId: string, until: Date): Promise<void> {
  await control('stateRequest').where({ stateRequestID: stateRequestId }).update({ windowUntil: until });
}
