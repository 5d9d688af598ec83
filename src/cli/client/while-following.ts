import { exitCodes } from './exit-codes';
import { tell } from './terminal';

/**
 * Follows a run; Ctrl-C ends the command, not the run, and says so.
 * @param again the command that follows it again
 */
export async function whileFollowing<T>(
  { resyncId, again }: { readonly resyncId: string; readonly again: string },
  follow: () => Promise<T>,
): Promise<T> {
  const leave = (): void => {
    tell(`\nResync ${resyncId} goes on. To follow it again: ${again}. To stop it: resync cancel ${resyncId}`);
    process.exit(exitCodes.interrupted);
  };
  process.once('SIGINT', leave);
  try {
    return await follow();
  } finally {
    process.off('SIGINT', leave);
  }
}
