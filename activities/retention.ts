import { type RemovedRows, type RetainedKind, type RetentionStatus } from '../src/domain/retention';
import { beginPass, endPass } from '../src/features/retention/pass-store';
import { removeOld, retentionOf } from '../src/features/retention/remove-old';
import type { Step } from '../src/features/retention/remove-runs';
import { activity, shortActivity } from './activity';
import type { ActivityDependencies } from './dependencies';

/** One activity removes for so long, then its workflow asks for the next. */
const stepMs = 20_000;

/** What a step is told: a kind, and where the step before ended. */
export interface RetentionWork {
  readonly kind: RetainedKind;
  readonly after: string | null;
}

/** Removing what was kept long enough; each may be repeated. */
export function retentionActivities({ config, control }: ActivityDependencies) {
  return {
    beginRetention: shortActivity(({ passId }: { readonly passId: string }): Promise<void> =>
      beginPass(control, passId),
    ),

    /** Some of one kind, by this worker's settings. */
    removeOldRows: activity(async ({ signal, note }, { kind, after }: RetentionWork): Promise<Step> => {
      const retention = retentionOf(config);
      const removing = { control, rowsAtOnce: config.retention.rowsAtOnce, signal };
      const until = performance.now() + stepMs;
      let step: Step = { rows: 0, after };
      do {
        const next = await removeOld(removing, kind, { retention, after: step.after });
        step = { rows: step.rows + next.rows, after: next.after };
        note({ rows: step.rows });
      } while (step.after !== null && performance.now() < until);
      return step;
    }),

    endRetention: shortActivity(
      (end: {
        readonly passId: string;
        readonly status: RetentionStatus;
        readonly removed: RemovedRows;
        readonly message: string | null;
      }): Promise<void> => endPass(control, end),
    ),
  };
}
