import type { Logger } from 'pino';

/**
 * Does something at once and then again and again; a turn that fails is logged and tried again at
 * the next.
 * @param turn can ask whether it should end; `everyMs`: wait between the end of a turn
 * and the next
 */
export function repeat(
  turn: (stopping: () => boolean) => Promise<unknown>,
  { everyMs, name, logger }: { everyMs: number; name: string; logger: Logger },
): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const take = async (): Promise<void> => {
    try {
      await turn(() => stopped);
    } catch (error) {
      logger.warn({ error: error instanceof Error ? error.name : 'unknown' }, `${name} put off`);
    }
    if (!stopped) timer = setTimeout(() => void (running = take()), everyMs);
  };
  let running = take();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
