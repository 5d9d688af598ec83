/**
 * What the API says to a resync's run and to the agent that queues it. `null`: no run is under way.
 */
import type { ResyncRequest, Whereabouts } from '../../domain/resync';
import type { TemporalCalls } from '../../temporal/calls';
import { giveToAgent } from '../../temporal/start-workflows';
import {
  type AgentQueue,
  agentQueue,
  agentWorkflowId,
  cancelObject,
  cancelResync,
  pauseResync,
  type QueuePlace,
  resumeResync,
  resyncWorkflowId,
  type RunState,
  withdrawResync,
} from '../../../workflows/messages';

const updates = { pause: pauseResync, resume: resumeResync, cancel: cancelResync } as const;
const emptyQueue: AgentQueue = { active: null, preempted: null, waiting: [] };

/** Gives a request to its district's agent, which is started when it isn't there. Idempotent. */
export function enqueueRequest(temporal: TemporalCalls, request: ResyncRequest): Promise<QueuePlace> {
  return temporal.call((client, taskQueue) => giveToAgent(client, taskQueue, request));
}

/**
 * Takes a request out of the queue. `false`: it doesn't wait there (any more), or there is no
 * queue.
 */
export async function withdrawRequest(
  temporal: TemporalCalls,
  { districtId, schoolYear, resyncId }: ResyncRequest,
): Promise<boolean> {
  const withdrawn = await temporal.ask(agentWorkflowId(districtId, schoolYear), (agent) =>
    agent.executeUpdate(withdrawResync, { args: [resyncId] }),
  );
  return withdrawn ?? false;
}

/** Pauses, resumes or cancels a run. */
export function controlRun(
  temporal: TemporalCalls,
  action: keyof typeof updates,
  { resyncId, by }: { readonly resyncId: string; readonly by: string },
): Promise<RunState | null> {
  return temporal.ask(resyncWorkflowId(resyncId), (run) =>
    run.executeUpdate(updates[action], { args: [{ by }] }),
  );
}

export function cancelRunObject(
  temporal: TemporalCalls,
  { resyncId, object, by }: { readonly resyncId: string; readonly object: string; readonly by: string },
): Promise<RunState | null> {
  return temporal.ask(resyncWorkflowId(resyncId), (run) =>
    run.executeUpdate(cancelObject, { args: [{ object, by }] }),
  );
}

/**
 * The queue of a district's agent; an agent that isn't running has an empty one.
 * @param options withinMs: how long the agent may take to answer
 */
export async function readQueue(
  temporal: TemporalCalls,
  districtId: string,
  schoolYear: number,
  options?: { readonly withinMs: number },
): Promise<AgentQueue> {
  const agentId = agentWorkflowId(districtId, schoolYear);
  if ((await temporal.statusOf(agentId)) !== 'running') return emptyQueue;
  return (await temporal.ask(agentId, (agent) => agent.query(agentQueue), options)) ?? emptyQueue;
}

/**
 * Ends a run of which the books know nothing or only its end; its agent goes on with the next one.
 * `false`: it isn't under way (any more).
 */
export function endRun(temporal: TemporalCalls, resyncId: string, why: string): Promise<boolean> {
  return temporal.tell(resyncWorkflowId(resyncId), async (run) => void (await run.terminate(why)));
}

/** What Temporal knows of a resync, for the reconciler. */
export async function findResync(
  temporal: TemporalCalls,
  { districtId, schoolYear, resyncId }: ResyncRequest,
): Promise<Whereabouts> {
  const status = await temporal.statusOf(resyncWorkflowId(resyncId));
  if (status !== 'unknown') return status;
  const queue = await readQueue(temporal, districtId, schoolYear);
  const known = [queue.active, queue.preempted, ...queue.waiting.map((waiting) => waiting.resyncId)];
  return known.includes(resyncId) ? 'waiting' : 'unknown';
}
