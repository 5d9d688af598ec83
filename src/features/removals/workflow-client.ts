import type { TemporalCalls } from '../../temporal/calls';
import {
  approveRemovals,
  rejectRemovals,
  type RemovalChoice,
  resyncWorkflowId,
  type RunState,
} from '../../../workflows/messages';

const updates = { approve: approveRemovals, reject: rejectRemovals } as const;

/**
 * Has a run remove, or keep, what awaits an approval. `null`: no run of this resync is under way.
 */
export function decideRemovals(
  temporal: TemporalCalls,
  { resyncId, verb, choice }: { resyncId: string; verb: keyof typeof updates; choice: RemovalChoice },
): Promise<RunState | null> {
  return temporal.ask(resyncWorkflowId(resyncId), (run) =>
    run.executeUpdate(updates[verb], { args: [choice] }),
  );
}
