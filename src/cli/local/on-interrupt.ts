import closeWithGrace from 'close-with-grace';

/**
 * A worker commits the pages under way first, and its activities have up to 45 seconds for that.
 */
const graceMs = 90_000;
/** What comes this soon after the first signal is the same wish. */
const sameWishMs = 1_000;
const interrupts = ['SIGINT', 'SIGTERM'] as const;
const keepListening = (): void => {};

/**
 * Stops what runs when the process is asked to end, or an error escapes; exits with 0 when all of
 * it has stopped within 90 seconds, and with 1 otherwise.
 * @param stop called once
 * @returns what takes it back
 */
export function onInterrupt(stop: (error: Error | undefined) => Promise<void>): () => void {
  // A signal that comes while its last listener is exchanged would end the process: Node gives the
  // signal back to the system in between.
  for (const signal of interrupts) process.on(signal, keepListening);
  // SIGUSR2 changes the log level.
  const guard = closeWithGrace({ delay: graceMs, skip: ['SIGUSR2'] }, async ({ err }) => {
    takeAsOneInterrupt();
    await stop(err);
  });
  return () => {
    guard.uninstall();
    for (const signal of interrupts) process.off(signal, keepListening);
  };
}

/**
 * Ctrl-C comes from the terminal and again from each launcher between it and us (npm,
 * bin/bootstrap.mjs, bin/resync.mjs), and close-with-grace exits at the second signal, in the
 * middle of stopping: for a second the same signals change nothing; after that one more exits at
 * once, as its user may want.
 */
function takeAsOneInterrupt(): void {
  for (const signal of interrupts) {
    const atSecond = process.listeners(signal).filter((listener) => listener !== keepListening);
    for (const listener of atSecond) process.off(signal, listener);
    setTimeout(() => {
      for (const listener of atSecond) process.on(signal, listener);
    }, sameWishMs).unref();
  }
}
