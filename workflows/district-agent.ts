import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  patched,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import type { ResyncRequest } from '../src/domain/resync';
import type { RunsUnderWay } from '../activities/contracts';
import { findRunsUnderWay } from './activities';
import { type FollowedRun, followRun, startRun } from './followed-run';
import {
  agentQueue,
  enqueueResync,
  maxQueuedResyncs,
  preemptResync,
  type QueuePlace,
  resyncEnded,
  resyncPreempted,
  restoreResync,
  withdrawResync,
} from './messages';

export interface DistrictAgentInput {
  readonly districtId: string;
  readonly schoolYear: number;
  /** Requests carried over by continue-as-new. */
  readonly waiting?: readonly ResyncRequest[];
  /** The same of runs. Absent: an agent that begins, which looks whether another has left some. */
  readonly underWay?: RunsUnderWay;
}

const nothingUnderWay: RunsUnderWay = { active: null, preempted: null };

/** Far below the 2,000 that Temporal takes of one workflow: then it goes on as a new one. */
const updatesOfOneAgent = 500;

/** An agent with nothing to do ends after this long; the next request starts it again. */
const idleTimeout = '30 seconds';

/**
 * The queue of one district and school year: one resync at a time. A state request goes ahead of
 * waiting district requests, and an active or paused district run makes way for it at its next
 * range boundary, so that pausing can never delay the state (specification: "Districts cannot deny
 * or prevent a resync initiated by the state").
 */
export async function districtAgent(input: DistrictAgentInput): Promise<void> {
  const waiting: ResyncRequest[] = [...(input.waiting ?? [])];
  const preemptedIds = new Set<string>();
  const endedIds = new Set<string>();
  let updates = 0;
  const takesOver = patched('agents-take-runs-over');
  let active: ResyncRequest | null = null;
  let preempted: ResyncRequest | null = null;

  const positionOf = (resyncId: string): number => {
    if (active?.resyncId === resyncId || preempted?.resyncId === resyncId) return 0;
    return inOrder(waiting).findIndex((request) => request.resyncId === resyncId) + 1;
  };
  setHandler(
    enqueueResync,
    (request): QueuePlace => {
      updates += 1;
      if (positionOf(request.resyncId) === 0 && !isKnown(request.resyncId)) waiting.push(request);
      return { resyncId: request.resyncId, position: positionOf(request.resyncId) };
    },
    {
      validator: (request: ResyncRequest) => {
        // Each side has places of its own: a district can't keep the state out by filling the
        // queue.
        const alike = waiting.filter(({ initiator }) => initiator === request.initiator);
        if (alike.length < maxQueuedResyncs || isKnown(request.resyncId)) return;
        throw ApplicationFailure.nonRetryable(
          `District ${input.districtId} has ${maxQueuedResyncs} resyncs waiting; let one end or withdraw one first.`,
          'QueueFull',
        );
      },
    },
  );
  setHandler(withdrawResync, (resyncId) => {
    updates += 1;
    const index = waiting.findIndex((request) => request.resyncId === resyncId);
    if (index >= 0) waiting.splice(index, 1);
    return index >= 0;
  });
  setHandler(agentQueue, () => ({
    active: active?.resyncId ?? null,
    preempted: preempted?.resyncId ?? null,
    waiting: inOrder(waiting).map(({ resyncId, initiator }) => ({ resyncId, initiator })),
  }));
  setHandler(resyncPreempted, (resyncId) => void preemptedIds.add(resyncId));
  setHandler(resyncEnded, (resyncId) => void endedIds.add(resyncId));

  function isKnown(resyncId: string): boolean {
    return [active, preempted, ...waiting].some((request) => request?.resyncId === resyncId);
  }

  /** Next request, the state's first; `onlyState` while a district run is preempted. */
  function takeNext(onlyState = false): ResyncRequest | undefined {
    const next = inOrder(waiting).find((request) => !onlyState || request.initiator === 'state');
    if (next) waiting.splice(waiting.indexOf(next), 1);
    return next;
  }

  /** Every update stays in the history, of which there may be only so much. */
  const mustContinue = (): boolean =>
    takesOver && (workflowInfo().continueAsNewSuggested || updates >= updatesOfOneAgent);

  async function goOn(): Promise<never> {
    await condition(allHandlersFinished);
    return continueAsNew<typeof districtAgent>({
      ...{ districtId: input.districtId, schoolYear: input.schoolYear, waiting },
      underWay: { active, preempted },
    });
  }

  async function runToEnd(request: ResyncRequest): Promise<void> {
    active = request;
    tellDetails();
    const run = await startRun(request);
    if (run) await followToEnd(run);
    else if (takesOver) await followToEnd(adopt(request));
  }

  function adopt(request: ResyncRequest): FollowedRun {
    return followRun(request, () => endedIds.has(request.resyncId));
  }

  async function followToEnd(run: FollowedRun): Promise<void> {
    const { request } = run;
    const mustMakeWay = () =>
      request.initiator === 'district' && waiting.some(({ initiator }) => initiator === 'state');
    while (!run.ended) {
      await condition(() => run.ended || mustMakeWay() || mustContinue());
      if (run.ended) continue;
      if (mustContinue()) await goOn();
      if (!(await run.tell(preemptResync))) continue;
      await condition(() => run.ended || preemptedIds.has(request.resyncId));
      if (run.ended) break;
      preempted = request;
      await letTheStateGoFirst(run);
    }
    await run.end;
  }

  async function letTheStateGoFirst(run: FollowedRun): Promise<void> {
    for (let next = takeNext(true); next; next = takeNext(true)) await runToEnd(next);
    preempted = null;
    preemptedIds.delete(run.request.resyncId);
    active = run.request;
    tellDetails();
    await run.tell(restoreResync);
  }

  /** Follows what an earlier agent has left under way. */
  async function takeOver(found: RunsUnderWay): Promise<void> {
    const known = [found.active, found.preempted].flatMap((request) => request?.resyncId ?? []);
    for (const id of known) {
      const at = waiting.findIndex(({ resyncId }) => resyncId === id);
      if (at >= 0) waiting.splice(at, 1);
    }
    ({ active, preempted } = found);
    tellDetails();
    const held = preempted === null ? null : adopt(preempted);
    if (active !== null) await followToEnd(adopt(active));
    if (held === null) return;
    await letTheStateGoFirst(held);
    await followToEnd(held);
  }

  function tellDetails(): void {
    setCurrentDetails(
      `Runs: ${active?.resyncId ?? 'nothing'}\n\nParked: ${preempted?.resyncId ?? 'nothing'}\n\nWaiting: ${waiting.length}`,
    );
  }

  if (takesOver) {
    await takeOver(input.underWay ?? (await findRunsUnderWay(input)));
    active = null;
  }
  for (;;) {
    await condition(() => waiting.length > 0, idleTimeout);
    const next = takeNext();
    if (!next) break;
    await runToEnd(next);
    active = null;
    tellDetails();
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof districtAgent>({ ...input, waiting, underWay: nothingUnderWay });
    }
  }
  await condition(allHandlersFinished);
  if (waiting.length > 0)
    await continueAsNew<typeof districtAgent>({ ...input, waiting, underWay: nothingUnderWay });
}

// It lives for years, and replays under each build (patched): where workers say their build it goes
// over to the next one, and so do the runs that it starts. The server refuses the option from
// workers that don't.
setWorkflowOptions(() => {
  const { deploymentName = '' } = workflowInfo().currentDeploymentVersion ?? {};
  return deploymentName === '' ? {} : { versioningBehavior: 'AUTO_UPGRADE' };
}, districtAgent);

/** State requests before district requests, otherwise as they came. */
function inOrder(waiting: readonly ResyncRequest[]): ResyncRequest[] {
  return [
    ...waiting.filter(({ initiator }) => initiator === 'state'),
    ...waiting.filter(({ initiator }) => initiator === 'district'),
  ];
}
