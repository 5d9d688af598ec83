import {
  allHandlersFinished,
  ApplicationFailure,
  type ChildWorkflowHandle,
  condition,
  continueAsNew,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { ResyncRequest } from '../src/domain/resync';
import { batchResync } from './batch-resync';
import {
  agentQueue,
  enqueueResync,
  maxQueuedResyncs,
  preemptResync,
  type QueuePlace,
  resyncPreempted,
  resyncWorkflowId,
  restoreResync,
  withdrawResync,
} from './messages';
import { describeRequest, searchAttributesOf } from './visibility';

export interface DistrictAgentInput {
  readonly districtId: string;
  readonly schoolYear: number;
  /** Requests carried over by continue-as-new. */
  readonly waiting?: readonly ResyncRequest[];
}

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
  let active: ResyncRequest | null = null;
  let preempted: ResyncRequest | null = null;

  const positionOf = (resyncId: string): number => {
    if (active?.resyncId === resyncId || preempted?.resyncId === resyncId) return 0;
    return inOrder(waiting).findIndex((request) => request.resyncId === resyncId) + 1;
  };
  setHandler(
    enqueueResync,
    (request): QueuePlace => {
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

  function isKnown(resyncId: string): boolean {
    return [active, preempted, ...waiting].some((request) => request?.resyncId === resyncId);
  }

  /** Next request, the state's first; `onlyState` while a district run is preempted. */
  function takeNext(onlyState = false): ResyncRequest | undefined {
    const next = inOrder(waiting).find((request) => !onlyState || request.initiator === 'state');
    if (next) waiting.splice(waiting.indexOf(next), 1);
    return next;
  }

  async function runToEnd(request: ResyncRequest): Promise<void> {
    active = request;
    tellDetails();
    const run = await startRun(request);
    if (!run) return;
    let ended = false;
    const end = run.result().then(
      () => void (ended = true),
      () => void (ended = true),
    );
    const mustMakeWay = () =>
      request.initiator === 'district' && waiting.some(({ initiator }) => initiator === 'state');
    while (!ended) {
      await condition(() => ended || mustMakeWay());
      if (ended || !(await trySignal(run, preemptResync))) continue;
      await condition(() => ended || preemptedIds.has(request.resyncId));
      if (ended) break;
      preempted = request;
      for (let next = takeNext(true); next; next = takeNext(true)) await runToEnd(next);
      preempted = null;
      preemptedIds.delete(request.resyncId);
      active = request;
      tellDetails();
      await trySignal(run, restoreResync);
    }
    await end;
  }

  function tellDetails(): void {
    setCurrentDetails(
      `Runs: ${active?.resyncId ?? 'nothing'}\n\nParked: ${preempted?.resyncId ?? 'nothing'}\n\nWaiting: ${waiting.length}`,
    );
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
      await continueAsNew<typeof districtAgent>({ ...input, waiting });
    }
  }
  await condition(allHandlersFinished);
  if (waiting.length > 0) await continueAsNew<typeof districtAgent>({ ...input, waiting });
}

/** State requests before district requests, otherwise as they came. */
function inOrder(waiting: readonly ResyncRequest[]): ResyncRequest[] {
  return [
    ...waiting.filter(({ initiator }) => initiator === 'state'),
    ...waiting.filter(({ initiator }) => initiator === 'district'),
  ];
}

/**
 * Starts the run as a child that outlives its agent. `null`: a run of this id exists already;
 * nothing to do.
 */
async function startRun(request: ResyncRequest): Promise<ChildWorkflowHandle<typeof batchResync> | null> {
  try {
    return await startChild(batchResync, {
      workflowId: resyncWorkflowId(request.resyncId),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      args: [request],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: searchAttributesOf(request, 'running'),
      staticSummary: describeRequest(request),
    });
  } catch (error) {
    log.warn('The run could not be started.', { resyncId: request.resyncId, error: String(error) });
    return null;
  }
}

/** @returns false when the run has ended meanwhile, which is no error here. */
async function trySignal(
  run: ChildWorkflowHandle<typeof batchResync>,
  signal: typeof preemptResync | typeof restoreResync,
): Promise<boolean> {
  try {
    await run.signal(signal);
    return true;
  } catch {
    return false;
  }
}
