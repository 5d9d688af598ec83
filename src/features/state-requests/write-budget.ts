/** Records a second that the districts of a request write together, whichever workers move them. */
import type { Knex } from 'knex';
import { inTransaction, selectRows } from '../../control/database';

/** What a run may spend, with the other districts of its request. */
export interface WriteBudget {
  readonly stateRequestId: string;
  readonly recordsPerSecond: number;
}

/** The budget that a run is under; `null`: none. */
export async function readWriteBudget(control: Knex, resyncId: string): Promise<WriteBudget | null> {
  const [row] = await selectRows<WriteBudget>(
    control,
    `SELECT s.stateRequestID AS stateRequestId, s.recordsPerSecond
       FROM stateRequestDistrict d JOIN stateRequest s ON s.stateRequestID = d.stateRequestID
      WHERE d.resyncID = ? AND s.recordsPerSecond IS NOT NULL`,
    [resyncId],
  );
  return row ?? null;
}

const second = 1_000_000;

/**
 * Spends the time that the budget gives for so many records, behind all that was spent before.
 * @returns milliseconds until it is over: the next records may be written then
 */
export async function spendBudget(
  control: Knex,
  { stateRequestId, recordsPerSecond }: WriteBudget,
  records: number,
): Promise<number> {
  const micros = Math.ceil((records * second) / recordsPerSecond);
  return inTransaction(control, async (transaction) => {
    const now = 'UTC_TIMESTAMP(6)';
    await transaction.raw(
      `UPDATE stateRequest
          SET budgetUntil = GREATEST(COALESCE(budgetUntil, ${now}), ${now}) + INTERVAL ? MICROSECOND
        WHERE stateRequestID = ?`,
      [micros, stateRequestId],
    );
    const [row] = await selectRows<{ micros: number }>(
      transaction,
      `SELECT TIMESTAMPDIFF(MICROSECOND, ${now}, budgetUntil) AS micros
         FROM stateRequest WHERE stateRequestID = ?`,
      [stateRequestId],
    );
    return Math.max(0, Number(row?.micros ?? 0) / 1000);
  });
}
