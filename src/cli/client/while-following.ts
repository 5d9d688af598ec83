import { exitCodes } from './exit-codes';
import { tell } from './terminal';
import type { WatchView } from './watch-view';

/**
 * Follows a run, and closes the view at the end. Ctrl-C ends the command, not the run, and says so.
 */
export function whileFollowing<T>(resyncId: string, view: WatchView, follow: () => Promise<T>): Promise<T> {
  const goesOn = `Resync ${resyncId} goes on. To follow it again: resync watch ${resyncId}`;
  return whileWaiting(goesOn, follow, () => view.close());
}

/**
 * Waits for what goes on without who waits: Ctrl-C ends the command, and says so.
 * @param goesOn what goes on, and how to see what comes of it
 */
export async function whileWaiting<T>(
  goesOn: string,
  wait: () => Promise<T>,
  close: () => void = () => undefined,
): Promise<T> {
  const leave = (): void => {
    close();
    tell(goesOn);
    process.exit(exitCodes.interrupted);
  };
  // Not once(): a second one, from the launcher, would end the process before it has said so.
  process.on('SIGINT', leave);
  try {
    return await wait();
  } finally {
    process.off('SIGINT', leave);
    close();
  }
}
