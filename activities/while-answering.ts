import { DatabaseError } from '../src/editions/connection/errors';
import type { Editions } from '../src/editions/connection/pools';
import { attemptsWithoutProgress } from './progress';

/** Losses at the same place, while both databases answer, before it isn't taken for an outage. */
const mostLosses = 8;

/**
 * Does work, and looks at what a lost connection means. A database that is away is waited for; one
 * that answers, and loses the connection at the same page time after time, will do so for ever.
 * @throws DatabaseError configuration then; what the work throws otherwise
 */
export async function whileAnswering<T>({ district, state }: Editions, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const lost = error instanceof DatabaseError && error.errorClass === 'connection';
    if (!lost || attemptsWithoutProgress() < mostLosses) throw error;
    const answers = [district, state].map((edition) => edition.rows('SELECT 1'));
    const away = (await Promise.allSettled(answers)).some(({ status }) => status === 'rejected');
    if (away) throw error;
    throw new DatabaseError(
      `${error.message} It was lost ${mostLosses} times at the same page, though both databases answer: ask the operator of the ${error.side}'s server for its log, then send the object again.`,
      { errorClass: 'configuration', side: error.side, errno: error.errno },
    );
  }
}
