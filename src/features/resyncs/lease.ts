import type { Knex } from 'knex';
import { ConflictError } from '../../control/control-error';
import { inTransaction, selectRows } from '../../control/database';

interface Holder {
  readonly districtId: string;
  readonly schoolYear: number;
  readonly resyncId: string;
}

/**
 * Takes the lease of a district's school year; other years have theirs. The epoch goes up by one at
 * every taking, also by the same resync, so that whatever ran before with a lower epoch can write
 * no more: each page reads the epoch under a shared lock (reliability §3.1).
 * @param unlessPreempted a run that has made way and doesn't know it yet must not take the lease
 * back from the state's run
 * @returns the new epoch
 * @throws ConflictError then
 */
export async function takeLease(
  control: Knex,
  { districtId, schoolYear, resyncId }: Holder,
  { unlessPreempted = false }: { readonly unlessPreempted?: boolean } = {},
): Promise<number> {
  return inTransaction(control, async (transaction) => {
    if (unlessPreempted) {
      const [run] = await selectRows<{ status: string }>(
        transaction,
        'SELECT status FROM resync WHERE resyncID = ? FOR UPDATE',
        [resyncId],
      );
      if (run?.status === 'preempted')
        throw new ConflictError('The run has made way for the state’s; it goes on after that.');
    }
    await transaction.raw(
      `INSERT INTO districtLease (districtID, schoolYear, resyncID, epoch, takenAt) VALUES (?, ?, ?, 1, UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE resyncID = VALUES(resyncID), epoch = epoch + 1, takenAt = VALUES(takenAt)`,
      [districtId, schoolYear, resyncId],
    );
    const [row] = await selectRows<{ epoch: number }>(
      transaction,
      'SELECT epoch FROM districtLease WHERE districtID = ? AND schoolYear = ?',
      [districtId, schoolYear],
    );
    const { epoch } = row!;
    await transaction('resync').where({ resyncID: resyncId }).update({ epoch });
    return epoch;
  });
}

/**
 * Gives the lease back by raising the epoch once more: nothing of this resync may write after its
 * end. The row stays, because epochs never go down.
 * @returns false when another resync holds it, which is left alone
 */
export async function releaseLease(
  control: Knex,
  { districtId, schoolYear, resyncId }: Holder,
): Promise<boolean> {
  const released = await control('districtLease')
    .where({ districtID: districtId, schoolYear, resyncID: resyncId })
    .update({ epoch: control.raw('epoch + 1'), resyncID: '' });
  return released > 0;
}
