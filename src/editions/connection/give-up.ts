/** Reads of a district that nobody waits for any more are given up, however long they may take. */
import { AsyncLocalStorage } from 'node:async_hooks';

const wanted = new AsyncLocalStorage<AbortSignal>();

/**
 * Within the work, a statement that reads a district's database is given up when the signal says
 * that the work is to end: a lock that somebody holds there would keep it as long as it lasts.
 */
export function givingUpReads<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return wanted.run(signal, work);
}

/** How a read is told that nobody waits for it. */
export interface GivenUp {
  /** Rejects when nobody waits any more; otherwise it never settles. */
  readonly rejection: Promise<never>;
  /** The read has ended. */
  readonly ended: () => void;
}

/**
 * @param error what it rejects with
 * @returns `null`: the read is no work that can be given up
 * @throws it at once when nobody waits by now
 */
export function untilGivenUp(error: () => Error): GivenUp | null {
  const signal = wanted.getStore();
  if (signal === undefined) return null;
  if (signal.aborted) throw error();
  let stop = (): void => {};
  const rejection = new Promise<never>((_resolve, reject) => {
    stop = () => reject(error());
    signal.addEventListener('abort', stop, { once: true });
  });
  return { rejection, ended: () => signal.removeEventListener('abort', stop) };
}
