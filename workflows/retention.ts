import { CancellationScope, rootCause, workflowInfo } from '@temporalio/workflow';
import { type RetainedKind, type RetentionStatus, retainedKinds } from '../src/domain/retention';
import { beginRetention, endRetention, removeOldRows } from './activities';

/** More is left to the next day: histories stay short. */
const mostSteps = 500;

/** How a pass ended. */
export interface RetentionEnd {
  readonly status: RetentionStatus;
  readonly rows: number;
}

/**
 * One pass through everything that is kept for a time, kind by kind, in small steps. What a pass
 * leaves, the next one finds.
 */
export async function retention(): Promise<RetentionEnd> {
  const passId = workflowInfo().runId;
  const removed: Partial<Record<RetainedKind, number>> = {};
  await beginRetention({ passId });
  const end = async (status: RetentionStatus, message: string | null): Promise<RetentionEnd> => {
    await CancellationScope.nonCancellable(() => endRetention({ passId, status, removed, message }));
    return { status, rows: Object.values(removed).reduce((sum, rows) => sum + rows, 0) };
  };
  try {
    let steps = 0;
    for (const kind of retainedKinds) {
      let after: string | null = null;
      do {
        if (steps >= mostSteps) return await end('partial', 'The next pass goes on.');
        steps += 1;
        const step: Awaited<ReturnType<typeof removeOldRows>> = await removeOldRows({ kind, after });
        removed[kind] = (removed[kind] ?? 0) + step.rows;
        after = step.after;
      } while (after !== null);
    }
  } catch (error) {
    await end('failed', rootCause(error) ?? 'It gave up.');
    throw error;
  }
  return end('finished', null);
}
