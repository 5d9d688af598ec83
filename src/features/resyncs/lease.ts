import type { Knex } from 'knex';
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
 * @returns the new epoch
 */
export async function takeLease(
  control: Knex,
  { districtId, schoolYear, resyncId }: Holder,
): Promise<number> {
  return inTransaction(control, async (transaction) => {
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
