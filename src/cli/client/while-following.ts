import { exitCodes } from './exit-codes';
import { tell } from './terminal';
import type { WatchView } from './watch-view';

/**
 * Follows a run, and closes the view at the end. Ctrl-C ends the command, not the run, and says so.
 */
export async function whileFollowing<T>(
  resyncId: string,
  view: WatchView,
  follow: () => Promise<T>,
): Promise<T> {
  const leave = (): void => {
    view.close();
    tell(`Resync ${resyncId} goes on. To follow it again: resync watch ${resyncId}`);
    process.exit(exitCodes.interrupted);
  };
  // Not once(): a second one, from the launcher, would end the process before it has said so.
  process.on('SIGINT', leave);
  try {
    return await follow();
  } finally {
    process.off('SIGINT', leave);
    view.close();
  }
}
