import type { Logger } from 'pino';
import type { Reconciliation } from './control/reconcile';
import type { ResyncRequest } from './domain/resync';

const intervalMs = 30_000;

/** Runs the reconciliation at once and every half minute; a pass that fails is tried again at the next turn. */
export function startReconciler({
  pass,
  start,
  logger,
}: {
  pass: () => Promise<Reconciliation>;
  start: (request: ResyncRequest) => Promise<unknown>;
  logger: Logger;
}): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const turn = async (): Promise<void> => {
    try {
      const { lost, toStart } = await pass();
      if (lost.length > 0) logger.warn({ resyncIds: lost }, 'resyncs were lost');
      for (const request of toStart) {
        if (stopped) return;
        await start(request);
        logger.info({ resyncId: request.resyncId }, 'accepted resync given to its agent');
      }
    } catch (error) {
      logger.debug({ error: error instanceof Error ? error.name : 'unknown' }, 'reconciliation put off');
    }
    if (!stopped) timer = setTimeout(() => void (running = turn()), intervalMs);
  };
  let running = turn();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
