import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from './errors';

/**
 * Repetitions of a whole transaction after a deadlock or a lock wait, before the activity's own
 * retry takes over.
 */
const quickRetries = 10;
const minPauseMs = 50;
const maxPauseMs = 2_000;

/**
 * Does a transaction, and does it again after some pause when another one was in its way.
 * @throws DatabaseError of any other class, or after the last repetition; the signal's reason when
 *   aborted
 */
export async function withQuickRetries<T>(signal: AbortSignal, transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.errorClass !== 'transient' || attempt > quickRetries)
        throw error;
      const longest = Math.min(maxPauseMs, minPauseMs * 2 ** attempt);
      await sleep(minPauseMs + Math.random() * (longest - minPauseMs));
    }
    signal.throwIfAborted();
  }
}
