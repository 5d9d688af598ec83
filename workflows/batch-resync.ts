import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  log,
  ParentClosePolicy,
  patched,
  rootCause,
  setHandler,
  startChild,
} from '@temporalio/workflow';
import type { ObjectEnd, PreparedObject, PreparedPlan, ResyncEnd } from '../activities/contracts';
import type { ResyncRequest } from '../src/domain/resync';
import { noticeDelivery } from './notice-delivery';
import { noticesWorkflowId, preemptResync, resyncProgress, restoreResync } from './messages';
import { holdingInBlackouts } from './blackout-watch';
import { handleObjectCancel, handleRunUpdates, tellAgentPreempted } from './run-updates';
import { type RunContext, runObjects } from './object-run';
import { Removals } from './removals';
import { RunProgress } from './run-progress';
import { endObject, finishResync, noteStatus, preparePlan, renewLease, retryBlocked } from './activities';
import { PauseGate } from './pause-gate';
import { verifiedResync } from './verified-resync';
import { settleFieldsOfState } from './state-fields';

/**
 * One resync: plan it, send each object the moment its own parents are complete, try the blocked records once more,
 * remove what is gone if that was asked for, close the books. A failed record never stops an object; a failed object stops only what depends on it.
 */
export async function batchResync(request: ResyncRequest): Promise<ResyncEnd> {
  const { resyncId } = request;
  const gate = new PauseGate();
  const progress = new RunProgress(request, gate);
  const scopes = new Map<string, CancellationScope>();
  const wholeRun = new CancellationScope();
  const removals = new Removals(request, gate, progress);
  let verifiedBy: string | null = null;
  setHandler(resyncProgress, () => progress.snapshot());
  handleRunUpdates(resyncId, gate, progress, wholeRun);
  handleObjectCancel(resyncId, gate, progress, scopes);

  const sendPlan = async (plan: PreparedPlan, preemption: Preemption): Promise<void> => {
    progress.planned(plan.objects);
    const run: RunContext = { resyncId, gate, epoch: plan.epoch, rangesInFlight: plan.rangesInFlight };
    preemption.run = run;
    await sendObjects(run, plan.objects, progress, scopes);
    await retryBlockedRecords(run, plan.objects, progress);
    await settleFieldsOfState(run, request, plan.objects, progress);
    await removals.apply(run, plan.objects);
  };

  try {
    await wholeRun.run(async () => {
      if (!patched('blackouts')) {
        const plan = await preparePlan(request);
        return sendPlan(plan, handlePreemption(request, gate));
      }
      const preemption = handlePreemption(request, gate);
      const send = async (asked: ResyncRequest): Promise<void> => {
        // Planning reads the district and takes its lease: held, and counted as under way, like a range.
        const plan = await gate.whenOpen(() => preparePlan(asked));
        await sendPlan(plan, preemption);
      };
      await holdingInBlackouts(request, gate, progress, async () => {
        if (request.verify !== 'beforeAndAfter') return send(request);
        // What drifted has drifted parents beside it: dependencies would only add what is equal.
        const sendOnly = (objects: readonly string[]) =>
          send({ ...request, objects, checkDependencies: false });
        verifiedBy = await verifiedResync(request, { gate, progress, send: sendOnly });
      });
    });
  } catch (error) {
    if (!isCancellation(error)) progress.failure = rootCause(error) ?? 'The run gave up.';
  }
  if (wholeRun.consideredCancelled) gate.cancelledBy ??= 'an operator in Temporal';
  return CancellationScope.nonCancellable(async () => {
    gate.ended = true;
    const end = await finishResync({
      resyncId,
      status: progress.failure !== null ? 'failed' : gate.cancelledBy !== null ? 'cancelled' : 'finished',
      message:
        progress.failure ??
        (gate.cancelledBy !== null ? `Cancelled by ${gate.cancelledBy}.` : removals.message),
      ...(verifiedBy === null ? {} : { verifiedBy }),
    });
    progress.tell(end.status);
    if (end.noticeAlerts) await startNotices(resyncId, end.noticeAlerts);
    await condition(allHandlersFinished);
    return end;
  });
}

/**
 * Tells those who want to know, after this run and apart from it. Histories from before there were notices have no
 * `noticeAlerts`: they replay without the child. One that can't be started is made up for by the API's pass over alerts.
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

/** The run as its preemption needs it: `null` before it is planned, when there is no lease to renew yet. */
interface Preemption {
  run: RunContext | null;
}

/** Makes way for a state request when the agent says so, and goes on with a new epoch. */
function handlePreemption(request: ResyncRequest, gate: PauseGate): Preemption {
  const preemption: Preemption = { run: null };
  const { resyncId } = request;
  setHandler(preemptResync, async () => {
    await gate.set({ preempted: true });
    await gate.whenIdle();
    await tellAgentPreempted(request);
  });
  setHandler(restoreResync, async () => {
    const status = gate.statusAfterPreemption;
    if (preemption.run !== null)
      preemption.run.epoch = await CancellationScope.nonCancellable(() => renewLease({ resyncId, status }));
    // Not planned yet, but verifying: there is no lease to renew.
    else if (request.verify === 'beforeAndAfter')
      await CancellationScope.nonCancellable(() => noteStatus({ resyncId, status }));
    await gate.set({ preempted: false });
  });
  return preemption;
}

/** Starts every object as soon as the objects before it have ended; resolves when all have. */
async function sendObjects(
  run: RunContext,
  objects: readonly PreparedObject[],
  progress: RunProgress,
  scopes: Map<string, CancellationScope>,
): Promise<void> {
  const byName = new Map(objects.map((object) => [object.name, object]));
  const groups = new Map<string, Promise<void>>();
  const groupOf = ({ name, cycle }: PreparedObject): string => cycle ?? name;

  const settle = (object: PreparedObject): Promise<void> => {
    const key = groupOf(object);
    const known = groups.get(key);
    if (known) return known;
    const members = objects.filter((other) => groupOf(other) === key);
    const settled = runGroup(members);
    groups.set(key, settled);
    return settled;
  };
  const runGroup = async (members: PreparedObject[]): Promise<void> => {
    const scope = new CancellationScope();
    for (const { name } of members) scopes.set(name, scope);
    const before = members
      .flatMap(({ after }) => after)
      .filter((name) => !members.some((m) => m.name === name));
    // One turn later, so that the group stands in the map before it asks for its parents.
    await Promise.resolve();
    await Promise.all(before.map((name) => settle(byName.get(name)!)));
    progress.ended(await endsOf(members, scope));
  };
  const endsOf = async (members: PreparedObject[], scope: CancellationScope): Promise<ObjectEnd[]> => {
    if (scope.consideredCancelled) {
      return endAll(run.resyncId, members, 'cancelled', 'Cancelled before it started.');
    }
    const parent = members
      .flatMap(({ dependsOn }) => dependsOn)
      .find((name) => !members.some((member) => member.name === name) && progress.didNotFinish(name));
    if (parent !== undefined) {
      return endAll(
        run.resyncId,
        members,
        'skipped',
        `${parent} did not finish, and its records are needed first.`,
      );
    }
    const problem = members.find((member) => member.problem !== null)?.problem ?? null;
    if (problem !== null) return endAll(run.resyncId, members, 'failed', problem);
    progress.started(members);
    return runObjects(run, members, scope);
  };
  await Promise.all(objects.map(settle));
}

function endAll(
  resyncId: string,
  members: readonly PreparedObject[],
  status: 'failed' | 'skipped' | 'cancelled',
  message: string,
): Promise<ObjectEnd[]> {
  return CancellationScope.nonCancellable(() =>
    Promise.all(members.map(({ name }) => endObject({ resyncId, object: name, status, message }))),
  );
}

/** Parents first: a parent that is mended now lets its children through. */
async function retryBlockedRecords(
  run: RunContext,
  objects: readonly PreparedObject[],
  progress: RunProgress,
): Promise<void> {
  for (const { name } of objects) {
    if (!progress.hasBlocked(name)) continue;
    const { resyncId } = run;
    progress.ended([
      await run.gate.whenOpen(() => retryBlocked({ resyncId, object: name, epoch: run.epoch })),
    ]);
  }
}
