import type { Session } from '../connection/session';

/** Well below the state's limit for an idle transaction (connection/pools.ts). */
const everyMs = 5_000;

/**
 * Does work elsewhere while a transaction of the session stands open: the server ends one that says
 * nothing for 15 seconds, as if its worker were frozen, and a district may take longer to read.
 */
export async function keepingAwake<T>(session: Pick<Session, 'write'>, work: () => Promise<T>): Promise<T> {
  let said: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    // A connection that is lost shows with the next statement.
    said = session.write('DO 0').catch(() => undefined);
  }, everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await said;
  }
}
