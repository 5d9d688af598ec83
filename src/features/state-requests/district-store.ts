/**
 * The rows of a state's request: which district is due, the attempts to dispatch it, where its
 * resync stands.
 */
import { clip, now } from '../../control/columns';
import type { Knex } from 'knex';
import { endedStatuses, type ResyncStatus, underWayStatuses } from '../../domain/resync';
import {
  districtStatuses,
  districtStatusOf,
  inFlightStatuses,
  type RequestDistrictStatus,
  retryWaitMs,
  stalledSeconds,
} from '../../domain/state-request';
import { inTransaction, selectRows } from '../../control/database';

/** A district that waits, or that its agent has. */
export interface RequestDistrict {
  readonly districtId: string;
  readonly schoolYear: number;
  readonly resyncId: string;
  readonly attempts: number;
  /** `null`: whatever wave it is. */
  readonly wave: number | null;
}

interface DistrictRef {
  readonly stateRequestId: string;
  readonly districtId: string;
}

const columns = 'districtID AS districtId, schoolYear, resyncID AS resyncId, attempts, wave';

const resyncStatuses: readonly ResyncStatus[] = ['accepted', 'queued', ...underWayStatuses, ...endedStatuses];

/** A district's status by that of its resync `r`, in SQL. */
export const districtStatusSql = `CASE r.status ${resyncStatuses
  .map((status) => `WHEN '${status}' THEN '${districtStatusOf(status)}'`)
  .join(' ')} END`;

/** Dispatched districts get the status of their resync. @returns how many have ended by it */
export async function followResyncs(control: Knex, stateRequestId: string): Promise<number> {
  return inTransaction(control, async (transaction) => {
    const before = await countInFlight(transaction, stateRequestId);
    // Every value comes from r: in an UPDATE of two tables the order of assignments is not
    // promised.
    await transaction.raw(
      `UPDATE stateRequestDistrict d JOIN resync r ON r.resyncID = d.resyncID
          SET d.status = ${districtStatusSql}, d.message = r.message, d.endedAt = r.endedAt
        WHERE d.stateRequestID = ? AND d.status IN (?)`,
      [stateRequestId, [...inFlightStatuses]],
    );
    return before - (await countInFlight(transaction, stateRequestId));
  });
}

async function countInFlight(control: Knex, stateRequestId: string): Promise<number> {
  const counts = await countDistricts(control, stateRequestId);
  return inFlightStatuses.reduce((sum, status) => sum + counts[status], 0);
}

/** How many districts are in each status. */
export async function countDistricts(
  control: Knex,
  stateRequestId: string,
): Promise<Record<RequestDistrictStatus, number>> {
  const rows = await selectRows<{ status: RequestDistrictStatus; districts: number }>(
    control,
    'SELECT status, COUNT(*) AS districts FROM stateRequestDistrict WHERE stateRequestID = ? GROUP BY status',
    [stateRequestId],
  );
  const counts = Object.fromEntries(districtStatuses.map((status) => [status, 0]));
  for (const { status, districts } of rows) counts[status] = districts;
  return counts as Record<RequestDistrictStatus, number>;
}

/**
 * Districts in flight that come no further: their agent has the resync, and nothing of it was
 * begun or written for a while, because a database is away or locked, or somebody holds it.
 */
export async function countStalled(
  control: Knex,
  stateRequestId: string,
  seconds = stalledSeconds,
): Promise<number> {
  const [row] = await selectRows<{ districts: number }>(
    control,
    `SELECT COUNT(*) AS districts FROM stateRequestDistrict d JOIN resync r ON r.resyncID = d.resyncID
      WHERE d.stateRequestID = ? AND d.status IN (?)
        AND COALESCE((SELECT MAX(l.writtenAt) FROM rangeLedger l WHERE l.resyncID = r.resyncID), r.startedAt, d.handedOverAt)
          < UTC_TIMESTAMP(3) - INTERVAL ? SECOND`,
    [stateRequestId, [...inFlightStatuses], seconds],
  );
  return row!.districts;
}

/**
 * Districts to be dispatched now: those never tried first, then those whose wait is over.
 * @param wave those of this wave, and those of none; `null`: of none only
 */
export function dueDistricts(
  control: Knex,
  stateRequestId: string,
  { wave, limit }: { readonly wave: number | null; readonly limit: number },
): Promise<RequestDistrict[]> {
  return selectRows<RequestDistrict>(
    control,
    `SELECT ${columns} FROM stateRequestDistrict
      WHERE stateRequestID = ? AND status = 'waiting' AND (wave IS NULL OR wave = ?)
        AND (nextAttemptAt IS NULL OR nextAttemptAt <= UTC_TIMESTAMP(3))
      ORDER BY attempts, nextAttemptAt, districtID LIMIT ?`,
    [stateRequestId, wave, limit],
  );
}

/** Districts in one status. */
export function districtsIn(
  control: Knex,
  stateRequestId: string,
  status: RequestDistrictStatus,
): Promise<RequestDistrict[]> {
  return selectRows<RequestDistrict>(
    control,
    `SELECT ${columns} FROM stateRequestDistrict WHERE stateRequestID = ? AND status = ? ORDER BY districtID`,
    [stateRequestId, status],
  );
}

/**
 * Milliseconds until the request's window opens and closes, by the database's clock; not below 0.
 */
export async function msOfWindow(
  control: Knex,
  stateRequestId: string,
): Promise<{ readonly untilOpen: number; readonly untilClosed: number }> {
  const [row] = await selectRows<{ untilOpen: number; untilClosed: number }>(
    control,
    `SELECT CAST(GREATEST(0, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), windowFrom)) / 1000 AS SIGNED) AS untilOpen,
            CAST(GREATEST(0, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), windowUntil)) / 1000 AS SIGNED) AS untilClosed
       FROM stateRequest WHERE stateRequestID = ?`,
    [stateRequestId],
  );
  return row ?? { untilOpen: 0, untilClosed: 0 };
}

/** The agent has it. `false`: it was taken back meanwhile. */
export async function noteHandedOver(
  control: Knex,
  { stateRequestId, districtId }: DistrictRef,
): Promise<boolean> {
  const noted = await control('stateRequestDistrict')
    .where({ stateRequestID: stateRequestId, districtID: districtId, status: 'waiting' })
    .update({
      status: 'queued',
      message: null,
      nextAttemptAt: null,
      handedOverAt: now(control),
    });
  return noted > 0;
}

/** It could not be dispatched: the next attempt waits longer. */
export async function noteAttempt(
  control: Knex,
  { stateRequestId, districtId, attempts, message }: DistrictRef & { attempts: number; message: string },
): Promise<void> {
  await control('stateRequestDistrict')
    .where({ stateRequestID: stateRequestId, districtID: districtId, status: 'waiting' })
    .update({
      attempts: attempts + 1,
      message: clip(message),
      nextAttemptAt: control.raw('UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND', [
        retryWaitMs(attempts + 1) * 1000,
      ]),
    });
}

/** It will not be carried out; one that has begun is left alone. */
export async function noteNotRun(
  control: Knex,
  { stateRequestId, districtId, message }: DistrictRef & { message: string },
): Promise<void> {
  await control('stateRequestDistrict')
    .where({ stateRequestID: stateRequestId, districtID: districtId })
    .whereIn('status', ['waiting', 'queued'])
    .update({
      status: 'notRun',
      message: clip(message),
      nextAttemptAt: null,
      endedAt: now(control),
    });
}

/**
 * Every waiting district is not done; one that was tried in vain keeps what was in its way.
 * @param only `inWaves`: those that have a wave
 */
export async function endWaiting(
  control: Knex,
  {
    stateRequestId,
    message,
    only,
  }: { readonly stateRequestId: string; readonly message: string; readonly only?: 'inWaves' },
): Promise<void> {
  await control.raw(
    `UPDATE stateRequestDistrict
        SET message = IF(message IS NULL, ?, LEFT(CONCAT(?, ' ', message), 1000)),
            status = 'notRun', nextAttemptAt = NULL, endedAt = UTC_TIMESTAMP(3)
      WHERE stateRequestID = ? AND status = 'waiting' ${only === 'inWaves' ? 'AND wave IS NOT NULL' : ''}`,
    [message, message, stateRequestId],
  );
}
