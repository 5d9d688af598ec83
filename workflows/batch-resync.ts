import {
  allHandlersFinished,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  ParentClosePolicy,
  patched,
  rootCause,
  setHandler,
  startChild,
} from '@temporalio/workflow';
import type { ObjectEnd, PreparedObject, ResyncEnd } from '../activities/contracts';
import { noRecords } from '../src/domain/outcome';
import type { ResyncRequest } from '../src/domain/resync';
import { noticeDelivery } from './notice-delivery';
import { agentWorkflowId, noticesWorkflowId, resyncEnded, resyncProgress, tellEnd } from './messages';
import { holdingInBlackouts } from './blackout-watch';
import { retryBlockedRecords } from './closing-retry';
import { handleObjectCancel, handlePreemption, handleRunUpdates } from './run-updates';
import { runObjects } from './object-run';
import type { RunContext } from './run-context';
import { Removals } from './removals';
import { RunProgress } from './run-progress';
import { askRegion, endObject, finishResync, preparePlan, sendUnblocked } from './activities';
import { PauseGate } from './pause-gate';
import { runInOrder } from './run-in-order';
import { verifiedResync } from './verified-resync';
import { SmallObjects } from './small-objects';
import { settleFieldsOfState } from './state-fields';
import { recompareTriggered } from './triggered';

/** A run and what is kept of it while it lasts. */
interface Run {
  readonly request: ResyncRequest;
  readonly gate: PauseGate;
  readonly progress: RunProgress;
  readonly removals: Removals;
  /** Everything that a cancellation of the run stops. */
  readonly scope: CancellationScope;
  /** What a cancellation of one object stops, by its name. */
  readonly objectScopes: Map<string, CancellationScope>;
  /** `null` before the run is planned: there is no lease yet. */
  context: RunContext | null;
  /** Its agent is not its parent, and wants to know when it has ended. */
  tellsEnd: boolean;
}

/**
 * One resync: plan it, send each object as soon as its own parents are complete, retry the blocked
 * records once, remove what only the state has if that was asked for, and close the run. A failed
 * record never stops an object; a failed object stops only what depends on it.
 */
export async function batchResync(request: ResyncRequest): Promise<ResyncEnd> {
  const run = openRun(request);
  const verifiedBy = await toItsEnd(run, () =>
    holdingInBlackouts(request, run.gate, run.progress, () => sendAsAsked(run)),
  );
  return CancellationScope.nonCancellable(async () => {
    const end = await closeRun(run, verifiedBy);
    if (end.noticeAlerts) await startNotices(request.resyncId, end.noticeAlerts);
    if (run.progress.hasInserted() && patched('sends-what-is-unblocked')) await followUp(request.resyncId);
    await condition(allHandlersFinished);
    if (run.tellsEnd) await tellAgentEnded(request);
    return end;
  });
}

/** What an earlier run had blocked for records that have come with this one is sent now. */
async function followUp(resyncId: string): Promise<void> {
  try {
    await sendUnblocked({ resyncId });
  } catch (error) {
    log.warn('What is no longer blocked was left to the next run.', { resyncId, error: String(error) });
  }
}

/** An agent that isn't the parent asked for it; it looks by itself, too. */
async function tellAgentEnded({ districtId, schoolYear, resyncId }: ResyncRequest): Promise<void> {
  const agent = getExternalWorkflowHandle(agentWorkflowId(districtId, schoolYear));
  await agent.signal(resyncEnded, resyncId).catch(() => undefined);
}

/**
 * What the state asks of a district goes to its region first, if there is one. What a run has
 * stored errors of, and single records, are the region's to mend.
 */
function goesThroughRegion({ initiator, selection }: ResyncRequest): boolean {
  return initiator === 'state' && selection === undefined;
}

/** @returns the id of the verification that gives the run its color; `null`: its objects do */
async function sendAsAsked(run: Run): Promise<string | null> {
  const { request, gate, progress } = run;
  if (goesThroughRegion(request) && patched('through-the-region'))
    await gate.whenOpen(() => askRegion(request));
  if (request.verify !== 'beforeAndAfter') {
    await send(run, request);
    return null;
  }
  // What drifted has drifted parents beside it: dependencies would only add what is equal.
  const sendOnly = (objects: readonly string[]) =>
    send(run, { ...request, objects, checkDependencies: false });
  return verifiedResync(request, { gate, progress, send: sendOnly });
}

async function send(run: Run, request: ResyncRequest): Promise<void> {
  // Planning reads the district and takes its lease, so it waits and counts like a range.
  const plan = await run.gate.whenOpen(() => preparePlan(request));
  const context: RunContext = {
    resyncId: request.resyncId,
    gate: run.gate,
    epoch: plan.epoch,
    rangesInFlight: plan.rangesInFlight,
  };
  run.progress.planned(plan.objects);
  run.progress.ended(plan.objects.filter(({ empty }) => empty).map(({ name }) => nothingSent(name)));
  run.context = context;
  await sendObjects(
    run,
    context,
    plan.objects.filter(({ empty }) => !empty),
  );
  await retryBlockedRecords(run, context, plan.objects);
  await settleFieldsOfState(context, request, plan.objects, run.progress);
  await run.removals.apply(context, plan.objects);
  // What is removed gives its unique values up to records that are still to come.
  if (run.removals.removedSome && patched('closing-retry-after-removals'))
    await retryBlockedRecords(run, context, plan.objects);
  await recompareTriggered(run, context, plan.objects);
}

/** The end of an object that the plan has closed. */
function nothingSent(object: string): ObjectEnd {
  return { object, status: 'finished', counts: noRecords };
}

/** Sets up the run's state and everything it answers to while it lasts. */
function openRun(request: ResyncRequest): Run {
  const gate = new PauseGate(patched('makes-way-within-seconds'));
  const progress = new RunProgress(request, gate);
  const run: Run = {
    request,
    gate,
    progress,
    removals: new Removals(request, gate, progress),
    scope: new CancellationScope(),
    objectScopes: new Map(),
    context: null,
    tellsEnd: false,
  };
  setHandler(tellEnd, () => {
    run.tellsEnd = true;
  });
  setHandler(resyncProgress, () => progress.snapshot());
  handleRunUpdates(request.resyncId, gate, progress, run.scope);
  handleObjectCancel(request.resyncId, gate, progress, run.objectScopes);
  handlePreemption(request, gate, () => run.context);
  return run;
}

/** Does the work of a run; a failure or a cancellation is noted, not thrown. */
async function toItsEnd<T>({ gate, progress, scope }: Run, work: () => Promise<T>): Promise<T | null> {
  let result: T | null = null;
  try {
    result = await scope.run(work);
  } catch (error) {
    if (!isCancellation(error)) progress.failure = rootCause(error) ?? 'The run gave up.';
  }
  if (scope.consideredCancelled) gate.cancelledBy ??= 'an operator in Temporal';
  return result;
}

async function closeRun(run: Run, verifiedBy: string | null): Promise<ResyncEnd> {
  const { gate, progress, removals, request } = run;
  gate.ended = true;
  const cancelled = gate.cancelledBy === null ? null : `Cancelled by ${gate.cancelledBy}.`;
  const end = await finishResync({
    resyncId: request.resyncId,
    status: progress.failure !== null ? 'failed' : cancelled !== null ? 'cancelled' : 'finished',
    message: progress.failure ?? cancelled ?? removals.message,
    ...(verifiedBy === null ? {} : { verifiedBy }),
  });
  progress.tell(end.status);
  return end;
}

/**
 * Sends notifications out, after the run and independent of it. If the child can't be started, the
 * API's pass over alerts delivers them later.
 */
async function startNotices(resyncId: string, alertIds: readonly number[]): Promise<void> {
  try {
    await startChild(noticeDelivery, {
      workflowId: noticesWorkflowId(resyncId),
      args: [{ alertIds }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `Notices of resync ${resyncId}`,
    });
  } catch (error) {
    log.warn('The notices were left to the next pass.', { resyncId, error: String(error) });
  }
}

async function sendObjects(
  { progress, objectScopes }: Run,
  context: RunContext,
  objects: readonly PreparedObject[],
): Promise<void> {
  for (const [name, scope] of scopesOf(objects)) objectScopes.set(name, scope);
  await SmallObjects.during(context, { objects, progress, scopes: objectScopes }, (small) =>
    runInOrder(objects, {
      succeeded: (name) => !progress.didNotFinish(name),
      run: async (members, failedParent) => {
        const scope = objectScopes.get(members[0]!.name)!;
        const isSent = members.every(({ name }) => small.hasSent(name));
        const stopped = isSent ? null : whyStopped(progress, members);
        const unsent = isSent ? null : (whyNotSent(members, failedParent, scope) ?? stopped);
        if (unsent === null) progress.started(members);
        progress.ended(
          unsent === null
            ? await runObjects(context, members, { scope, small })
            : await endUnsent(context.resyncId, members, unsent),
        );
      },
    }),
  );
}

/** One scope per object, shared by the objects of one cycle. */
function scopesOf(objects: readonly PreparedObject[]): Map<string, CancellationScope> {
  const ofCycle = new Map<string, CancellationScope>();
  return new Map(
    objects.map(({ name, cycle }) => {
      const scope = (cycle === null ? undefined : ofCycle.get(cycle)) ?? new CancellationScope();
      if (cycle !== null) ofCycle.set(cycle, scope);
      return [name, scope];
    }),
  );
}

interface Unsent {
  readonly status: 'failed' | 'skipped' | 'cancelled';
  readonly message: string;
}

function whyNotSent(
  members: readonly PreparedObject[],
  failedParent: string | null,
  scope: CancellationScope,
): Unsent | null {
  if (scope.consideredCancelled) return { status: 'cancelled', message: 'Cancelled before it started.' };
  if (failedParent !== null)
    return {
      status: 'skipped',
      message: `${failedParent} did not finish, and its records are needed first.`,
    };
  const problem = members.find((member) => member.problem !== null)?.problem ?? null;
  return problem === null ? null : { status: 'failed', message: problem };
}

/** Too much of an object that one of these refers to was not sent. */
function whyStopped(progress: RunProgress, members: readonly PreparedObject[]): Unsent | null {
  for (const { name, stopsAbove = [] } of members) {
    const over = stopsAbove.find(({ parent, percent }) => progress.unsentPercent(parent) > percent);
    if (over === undefined) continue;
    const share = Math.round(progress.unsentPercent(over.parent) * 10) / 10;
    return {
      status: 'skipped',
      message: `${share} % of the records of ${over.parent} were not sent, and ${name} isn't sent above ${over.percent} %: mend ${over.parent}, then send both.`,
    };
  }
  return null;
}

function endUnsent(
  resyncId: string,
  members: readonly PreparedObject[],
  unsent: Unsent,
): Promise<ObjectEnd[]> {
  return CancellationScope.nonCancellable(() =>
    Promise.all(members.map(({ name }) => endObject({ resyncId, object: name, ...unsent }))),
  );
}
