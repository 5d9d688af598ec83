/** What comes this soon after the first signal is the same wish. */
const sameWishMs = 1_000;

/**
 * Ctrl-C comes from the terminal and again from each launcher between it and us (npm,
 * bin/bootstrap.mjs, bin/resync.mjs), and close-with-grace exits at the second signal, in the
 * middle of stopping. To be called first in its callback: for a second the same signals change
 * nothing; after that one more exits at once, as its user may want.
 */
export function takeAsOneInterrupt(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const atSecond = process.listeners(signal);
    process.removeAllListeners(signal);
    const ignore = (): void => {};
    process.on(signal, ignore);
    setTimeout(() => {
      for (const listener of atSecond) process.on(signal, listener);
      process.off(signal, ignore);
    }, sameWishMs).unref();
  }
}
