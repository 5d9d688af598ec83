import type { TemporalCalls } from '../../temporal/calls';
import { blackoutsChanged, resyncWorkflowId } from '../../../workflows/messages';

/** Has a run read the blackout windows again; one that doesn't run will read them when it does. */
export async function tellBlackoutsChanged(temporal: TemporalCalls, resyncId: string): Promise<void> {
  await temporal.tell(resyncWorkflowId(resyncId), (run) => run.signal(blackoutsChanged));
}
