import type { Logger } from 'pino';
import { repeat } from './repeat';

const intervalMs = 30_000;

/** Open work of one kind, compared with Temporal. */
export interface ReconciledKind {
  readonly name: string;
  /** @returns how many of them failed */
  readonly pass: (stopping: () => boolean) => Promise<number>;
}

/**
 * Runs the reconciliation at once and every half minute. Each kind by itself: one that fails is
 * logged, and tried again at the next turn.
 */
export function startReconciler(
  kinds: readonly ReconciledKind[],
  {
    logger,
    everyMs = intervalMs,
    onPass,
  }: {
    readonly logger: Logger;
    readonly everyMs?: number;
    /** Is told of every pass; `failed`: how many, or `null` when the pass itself did. */
    readonly onPass?: ((kind: string, failed: number | null) => void) | undefined;
  },
): { stop(): Promise<void> } {
  return repeat(
    async (stopping) => {
      for (const { name, pass } of kinds) {
        if (stopping()) return;
        try {
          const failed = await pass(stopping);
          onPass?.(name, failed);
          if (failed > 0) logger.warn({ kind: name, failed }, 'not all could be reconciled');
        } catch (error) {
          onPass?.(name, null);
          const what = error instanceof Error ? error.name : 'unknown';
          logger.warn({ kind: name, error: what }, 'could not be reconciled');
        }
      }
    },
    { everyMs, name: 'reconciliation', logger },
  );
}
