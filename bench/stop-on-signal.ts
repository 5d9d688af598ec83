import { constants } from 'node:os';

/**
 * The servers of a bench outlive their starter, so a run that is ended from outside has to end
 * them. Further signals are the same wish: Ctrl-C comes from the terminal and from each program
 * between it and us.
 */
export function stopOnSignal(stop: () => Promise<void>, say: (line: string) => void): void {
  let stopping = false;
  const end = async (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): Promise<void> => {
    if (stopping) return;
    stopping = true;
    say(`${signal}: stopping the servers.`);
    await stop();
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(signal));
}
