import type { Knex } from 'knex';
import { ConflictError, NotFoundError } from '../../control/control-error';
import { inTransaction, selectRows } from '../../control/database';
import { endedStatuses, type ResyncStatus } from '../../domain/resync';

interface Holder {
  readonly districtId: string;
  readonly schoolYear: number;
  readonly resyncId: string;
}

/**
 * Takes the lease of a district's school year; other years have theirs. The epoch goes up by one at
 * every taking, also by the same resync, so that whatever ran before with a lower epoch can write
 * no more: each page reads the epoch under a shared lock (reliability §3.1).
 * @param ofOpenRun a run that has ended, or that the control database doesn't know, gets none: an
 * older Temporal, or an older control database, was restored, and its workflow goes on without it
 * @param unlessPreempted neither does one that has made way and doesn't know it yet, which must not
 * take the lease back from the state's run
 * @returns the new epoch
 * @throws ConflictError, NotFoundError then
 */
export async function takeLease(
  control: Knex,
  { districtId, schoolYear, resyncId }: Holder,
  {
    ofOpenRun = false,
    unlessPreempted = false,
  }: { readonly ofOpenRun?: boolean; readonly unlessPreempted?: boolean } = {},
): Promise<number> {
  return inTransaction(control, async (transaction) => {
    if (ofOpenRun) await requireOpen(transaction, resyncId, { unlessPreempted });
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

async function requireOpen(
  transaction: Knex.Transaction,
  resyncId: string,
  { unlessPreempted }: { readonly unlessPreempted: boolean },
): Promise<void> {
  const [run] = await selectRows<{ status: ResyncStatus }>(
    transaction,
    'SELECT status FROM resync WHERE resyncID = ? FOR UPDATE',
    [resyncId],
  );
  if (!run) throw NotFoundError.of('resync');
  if (endedStatuses.includes(run.status))
    throw new ConflictError(`The resync has ended as ${run.status}: nothing more is sent under it.`);
  if (unlessPreempted && run.status === 'preempted')
    throw new ConflictError('The run has made way for the state’s; it goes on after that.');
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
