/** What a state's request does with its districts: dispatching, following, withdrawing them. */
import { nextPollMs, placesFree } from '../src/domain/state-request';
import {
  countDistricts,
  countStalled,
  districtsIn,
  dueDistricts,
  endWaiting,
  followResyncs,
  msOfWindow,
  type RequestDistrict,
} from '../src/features/state-requests/district-store';
import { loadStateRequest, type StoredStateRequest } from '../src/features/state-requests/store';
import { noteStatesCancel } from '../src/features/resyncs/run-events';
import { noteStopped, readTurn } from '../src/features/state-requests/wave-store';
import type { WaveTurn } from '../src/domain/waves';
import type { RequestPoll } from './contracts';
import type { ActivityDependencies } from './dependencies';
import { cancelRun, dispatchDistrict, takeBackDistrict, takeBackRun } from './dispatch-district';
import { eachOf } from './each-of';

/** Districts tried in one activity, and how long it begins new ones: then it reports back. */
const maxPerPoll = 100;
const dispatchForMs = 30_000;

/** A poll of a request: the wait before it, and whether it gives out districts. */
interface Poll {
  readonly stateRequestId: string;
  readonly pollMs: number;
  readonly dispatch: boolean;
}

/** Sees which districts have ended, gives out those that are due, and says when to look again. */
export async function advance(
  dependencies: ActivityDependencies,
  { stateRequestId, pollMs, dispatch }: Poll,
  signal: AbortSignal,
): Promise<RequestPoll> {
  const { config, control } = dependencies;
  const { districtsInFlight, minPollMs, maxPollMs } = config.stateRequests;
  const freed = await followResyncs(control, stateRequestId);
  const before = await countDistricts(control, stateRequestId);
  const { untilClosed } = await msOfWindow(control, stateRequestId);
  const turn = await turnNow(dependencies, stateRequestId);
  const { wave } = turn;
  if (untilClosed === 0) await endWindow(dependencies, stateRequestId);
  else if (dispatch && before.waiting > 0) {
    const request = await loadStateRequest(control, stateRequestId);
    const free = await placesNow(dependencies, stateRequestId, before);
    await dispatchDue(dependencies, request, { free, wave, signal });
  }
  const counts = await countDistricts(control, stateRequestId);
  const inFlight = counts.queued + counts.running;
  const next = nextPollMs(
    pollMs,
    { freed, places: districtsInFlight },
    { leastMs: minPollMs, mostMs: maxPollMs },
  );
  // Some were due and places are free: only this activity's own limit stopped it.
  const [untried] = await dueDistricts(control, stateRequestId, { wave, limit: 1 });
  const free = await placesNow(dependencies, stateRequestId, counts);
  const atOnce = dispatch && free > 0 && untried?.attempts === 0;
  // Nothing is done but to wait for the next wave: looks may be fewer.
  const pauseMs =
    turn.beginsAt === null || inFlight > 0
      ? next
      : Math.max(minPollMs, Math.min(turn.beginsAt - Date.now(), 2 * maxPollMs));
  return {
    counts,
    open: counts.waiting + inFlight > 0,
    pollMs: next,
    againMs: atOnce ? minPollMs : Math.min(pauseMs, Math.max(minPollMs, untilClosed)),
  };
}

/** Districts that come no further keep no place from the others. */
async function placesNow(
  { config, control }: ActivityDependencies,
  stateRequestId: string,
  { queued, running }: { readonly queued: number; readonly running: number },
): Promise<number> {
  const places = config.stateRequests.districtsInFlight;
  const inFlight = queued + running;
  return placesFree({ places, inFlight, stalled: await countStalled(control, stateRequestId) });
}

/** Whose turn it is; once too many of a wave failed, what has not begun never does. */
async function turnNow(dependencies: ActivityDependencies, stateRequestId: string): Promise<WaveTurn> {
  const { control } = dependencies;
  const turn = await readTurn(control, stateRequestId);
  if (turn.stopped === null) return turn;
  await noteStopped(control, stateRequestId, turn.stopped);
  await endNotBegun(dependencies, stateRequestId, { message: turn.stopped, only: 'inWaves' });
  return turn;
}

/** Takes back what has not begun; runs are told to stop where that is asked for. */
export async function withdraw(
  dependencies: ActivityDependencies,
  stateRequestId: string,
  { by, running }: { readonly by: string; readonly running: 'cancel' | 'leave' },
): Promise<void> {
  const { control } = dependencies;
  const message = `Withdrawn by ${by} before it began.`;
  await followResyncs(control, stateRequestId);
  for (const status of ['waiting', 'queued'] as const)
    await takeBackAll(dependencies, stateRequestId, {
      districts: await districtsIn(control, stateRequestId, status),
      message,
    });
  if (running === 'leave') return;
  await followResyncs(control, stateRequestId);
  const runs = await districtsIn(control, stateRequestId, 'running');
  await eachOf(runs, async ({ resyncId }) => {
    await noteStatesCancel(control, { resyncId, by });
    await cancelRun(resyncId, by);
  });
}

/** As many due districts as there are places free; one that can't be dispatched takes none. */
async function dispatchDue(
  dependencies: ActivityDependencies,
  request: StoredStateRequest,
  {
    free,
    wave,
    signal,
  }: { readonly free: number; readonly wave: number | null; readonly signal: AbortSignal },
): Promise<void> {
  const due = await dueDistricts(dependencies.control, request.stateRequestId, {
    wave,
    limit: maxPerPoll,
  });
  const until = Date.now() + dispatchForMs;
  let places = free;
  await eachOf(due, async (district) => {
    if (places <= 0 || signal.aborted || Date.now() > until) return;
    places -= 1;
    if (!(await dispatchDistrict(dependencies, request, district))) places += 1;
  });
}

/** The window has closed: what has not begun never does. */
async function endWindow(dependencies: ActivityDependencies, stateRequestId: string): Promise<void> {
  const message = 'The resync did not begin within the request’s window.';
  await endNotBegun(dependencies, stateRequestId, { message });
}

/** What waits keeps what was in its way, and its run ends, too, if one was stored for it. */
async function endNotBegun(
  dependencies: ActivityDependencies,
  stateRequestId: string,
  { message, only }: { readonly message: string; readonly only?: 'inWaves' },
): Promise<void> {
  const { control } = dependencies;
  const concerned = async (status: 'queued' | 'waiting'): Promise<RequestDistrict[]> =>
    (await districtsIn(control, stateRequestId, status)).filter(
      ({ wave }) => only === undefined || wave !== null,
    );
  await takeBackAll(dependencies, stateRequestId, { districts: await concerned('queued'), message });
  await eachOf(await concerned('waiting'), async (district) => {
    await takeBackRun(dependencies, stateRequestId, district, message);
  });
  await endWaiting(control, { stateRequestId, message, ...(only === undefined ? {} : { only }) });
}

async function takeBackAll(
  dependencies: ActivityDependencies,
  stateRequestId: string,
  { districts, message }: { readonly districts: readonly RequestDistrict[]; readonly message: string },
): Promise<void> {
  await eachOf(districts, async (district) => {
    await takeBackDistrict(dependencies, stateRequestId, district, message);
  });
}
