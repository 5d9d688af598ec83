import type { Logger } from 'pino';
import type { Reconciliation } from './features/resyncs/reconcile';
import type { ResyncRequest } from './domain/resync';
import { repeat } from './repeat';

const intervalMs = 30_000;

/**
 * Runs the reconciliation at once and every half minute; a pass that fails is tried again at the
 * next turn.
 */
export function startReconciler({
  pass,
  start,
  logger,
}: {
  pass: () => Promise<Reconciliation>;
  start: (request: ResyncRequest) => Promise<unknown>;
  logger: Logger;
}): { stop(): Promise<void> } {
  return repeat(
    async (stopping) => {
      const { lost, toStart } = await pass();
      if (lost.length > 0) logger.warn({ resyncIds: lost }, 'resyncs were lost');
      for (const request of toStart) {
        if (stopping()) return;
        await start(request);
        logger.info({ resyncId: request.resyncId }, 'accepted resync given to its agent');
      }
    },
    { everyMs: intervalMs, name: 'reconciliation', logger },
  );
}
