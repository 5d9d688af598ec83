import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from '../connection/errors';
import type { Session, WriteResult } from '../connection/session';

/**
 * A deadlock, a lock wait or a lost connection is nobody's fault, and its transaction is repeated.
 * A trigger that raises one for what a record holds would do so for ever: that is the record's
 * error.
 */

/** Times a record alone is tried: what a trigger waits for may have come free. */
const tries = 2;
const pauseMs = 25;
/** A real lock wait takes as long as sessions wait (connection/set-up.ts), a raised one no time. */
const soonMs = 2_000;

/** Numbers of a deadlock and of a lock wait. */
const lockErrors = new Set([1213, 1205]);

/** Whether an error is a lock's or a lost connection's, or only has such a number. */
export function mayBeRaised(error: unknown): error is DatabaseError {
  if (!(error instanceof DatabaseError) || error.errno === null) return false;
  return lockErrors.has(error.errno) || error.errorClass === 'connection';
}

/**
 * Writes records by one statement, after a savepoint named `statement`.
 * @throws DatabaseError; of class record, the transaction being as before, also for an error of
 *   locks or connections that a trigger raised
 */
export async function writeRecords(session: Session, sql: string, records: number): Promise<WriteResult> {
  await session.write('SAVEPOINT statement');
  for (let attempt = 1; ; attempt += 1) {
    const started = Date.now();
    try {
      return await session.write(sql);
    } catch (error) {
      if (!mayBeRaised(error) || !(await isRaised(session, error, Date.now() - started))) throw error;
      if (records > 1 || attempt >= tries) throw ofRecord(error);
      await sleep(pauseMs);
    }
  }
}

/**
 * A real deadlock takes the whole transaction back, and forgets what can be rolled back to; on a
 * lost connection nothing is said any more.
 */
async function isRaised(session: Session, { errno }: DatabaseError, tookMs: number): Promise<boolean> {
  if (errno === 1205 && tookMs >= soonMs) return false;
  try {
    await session.write('ROLLBACK TO SAVEPOINT statement');
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.errno === 1305) return false;
    throw error;
  }
}

function ofRecord({ side, errno, names }: DatabaseError): DatabaseError {
  return new DatabaseError(`A trigger of the ${side} refused a record (error ${errno}).`, {
    errorClass: 'record',
    ...{ side, errno, names },
  });
}
