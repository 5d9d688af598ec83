import { postAlert } from '../src/features/alerts/post';
import { resyncCategory } from '../src/features/resyncs/end-alerts';
import {
  countDistricts,
  districtsIn,
  dueDistricts,
  endWaiting,
  followResyncs,
  msOfWindow,
  type RequestDistrict,
} from '../src/features/state-requests/district-store';
import {
  beginStateRequest,
  closeStateRequest,
  loadStateRequest,
  type StoredStateRequest,
} from '../src/features/state-requests/store';
import { describeCounts, nextPollMs } from '../src/domain/state-request';
import type { StateRequestCancel } from '../workflows/messages';
import type { ActivityDependencies } from './dependencies';
import { activity, shortActivity } from './activity';
import { cancelRun, dispatchDistrict, takeBackDistrict } from './dispatch-district';
import type { RequestEnd, RequestPoll } from './contracts';

/**
 * Districts worked on at the same time by one activity; each costs a connection and a call to
 * Temporal.
 */
const dispatchConcurrency = 8;
/** Districts tried in one activity, and how long it begins new ones: then it reports back. */
const maxPerPoll = 100;
const dispatchForMs = 30_000;

/** Activities of the stateRequest workflow; each may be repeated. */
export function stateRequestActivities(dependencies: ActivityDependencies) {
  const { config, control } = dependencies;
  const { districtsInFlight, minPollMs, maxPollMs } = config.stateRequests;

  /** As many due districts as there are places free; one that can't be handed over takes none. */
  const dispatchDue = async (request: StoredStateRequest, free: number, signal: AbortSignal) => {
    const due = await dueDistricts(control, request.stateRequestId, maxPerPoll);
    const until = Date.now() + dispatchForMs;
    let places = free;
    await eachOf(due, async (district) => {
      if (places <= 0 || signal.aborted || Date.now() > until) return;
      places -= 1;
      if (!(await dispatchDistrict(dependencies, request, district))) places += 1;
    });
  };

  const endWindow = async (stateRequestId: string): Promise<void> => {
    const message = 'It did not begin within the request’s window.';
    for (const status of ['waiting', 'queued'] as const) {
      const late = (await districtsIn(control, stateRequestId, status)).filter(
        ({ attempts }) => status === 'queued' || attempts === 0,
      );
      await eachOf(late, async (district) => {
        await takeBackDistrict(dependencies, stateRequestId, district, message);
      });
    }
    await endWaiting(control, { stateRequestId, message });
  };

  return {
    /** Tells the districts and the state by a Process Alert, and says when the window opens. */
    openStateRequest: activity(
      async (_tools, { stateRequestId }: RequestRef): Promise<{ untilOpenMs: number }> => {
        const request = await loadStateRequest(control, stateRequestId);
        const districts = await districtsIn(control, stateRequestId, 'waiting');
        await postAlert(control, {
          alertKey: `state-request:${stateRequestId}`,
          category: resyncCategory,
          name: 'State Resync Requested',
          text: stateText(request, districts.length),
          districtId: null,
          right: 'resyncBatch',
        });
        await eachOf(districts, (district) =>
          postAlert(control, {
            alertKey: `state-request:${stateRequestId}:${district.districtId}`,
            category: resyncCategory,
            name: 'State Resync Requested',
            text: districtText(request, district),
            districtId: district.districtId,
            right: 'resyncBatch',
            resyncId: district.resyncId,
            // The state's users have one of their own, not one a district.
            level: 'district',
          }),
        );
        await beginStateRequest(control, stateRequestId);
        return { untilOpenMs: (await msOfWindow(control, stateRequestId)).untilOpen };
      },
    ),

    /**
     * Sees which districts have ended, hands over those that are due, and says when to look again.
     */
    advanceStateRequest: activity(
      async (
        { signal },
        { stateRequestId, pollMs, dispatch }: RequestRef & { pollMs: number; dispatch: boolean },
      ): Promise<RequestPoll> => {
        const freed = await followResyncs(control, stateRequestId);
        const before = await countDistricts(control, stateRequestId);
        const { untilClosed } = await msOfWindow(control, stateRequestId);
        if (untilClosed === 0) await endWindow(stateRequestId);
        else if (dispatch && before.waiting > 0) {
          const request = await loadStateRequest(control, stateRequestId);
          await dispatchDue(request, districtsInFlight - before.queued - before.running, signal);
        }
        const counts = await countDistricts(control, stateRequestId);
        const inFlight = counts.queued + counts.running;
        const next = nextPollMs(
          pollMs,
          { freed, places: districtsInFlight },
          { leastMs: minPollMs, mostMs: maxPollMs },
        );
        // Some were due and places are free: only this activity's own limit stopped it.
        const [untried] = await dueDistricts(control, stateRequestId, 1);
        const atOnce = dispatch && inFlight < districtsInFlight && untried?.attempts === 0;
        return {
          counts,
          open: counts.waiting + inFlight > 0,
          pollMs: next,
          againMs: atOnce ? minPollMs : Math.min(next, Math.max(minPollMs, untilClosed)),
        };
      },
    ),

    /** Takes back what has not begun; runs are told to stop where that is asked for. */
    withdrawDistricts: activity(
      async (_tools, { stateRequestId, by, running }: RequestRef & StateRequestCancel): Promise<void> => {
        const message = `Withdrawn by ${by} before it began.`;
        await followResyncs(control, stateRequestId);
        for (const status of ['waiting', 'queued'] as const) {
          await eachOf(await districtsIn(control, stateRequestId, status), async (district) => {
            await takeBackDistrict(dependencies, stateRequestId, district, message);
          });
        }
        if (running === 'leave') return;
        await followResyncs(control, stateRequestId);
        const runs = await districtsIn(control, stateRequestId, 'running');
        await eachOf(runs, ({ resyncId }) => cancelRun(resyncId, by));
      },
    ),

    /** Closes the request's books and tells the state. */
    closeStateRequest: shortActivity(
      async ({
        stateRequestId,
        cancelledBy,
        failure,
      }: RequestRef & { cancelledBy: string | null; failure: string | null }): Promise<RequestEnd> => {
        const counted = describeCounts(await countDistricts(control, stateRequestId));
        const status = failure !== null ? 'failed' : cancelledBy !== null ? 'cancelled' : 'finished';
        const why = failure ?? (cancelledBy === null ? null : `Cancelled by ${cancelledBy}.`);
        const message = why === null ? counted : `${why} ${counted}`;
        await closeStateRequest(control, { stateRequestId, status, message: message.slice(0, 1000) });
        await postAlert(control, {
          alertKey: `state-request-ended:${stateRequestId}`,
          category: resyncCategory,
          name: 'State Resync Request Ended',
          text: `Request ${stateRequestId} has ended. ${message}`.slice(0, 1000),
          districtId: null,
          right: 'resyncBatch',
        });
        return { status, message };
      },
    ),
  };
}

interface RequestRef {
  readonly stateRequestId: string;
}

/** Runs work for each item, a few at a time; every one is tried, then the first error is thrown. */
async function eachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const hand = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  const hands = await Promise.allSettled(Array.from({ length: dispatchConcurrency }, hand));
  for (const result of hands) if (result.status === 'rejected') throw result.reason;
}

/**
 * What a district may know: that it will run, and when (specification: it can't see the objects
 * requested).
 */
function districtText(request: StoredStateRequest, { schoolYear }: RequestDistrict): string {
  const year = `${schoolYear - 1}-${String(schoolYear % 100).padStart(2, '0')}`;
  return (
    `The state has requested a resync of your district’s data for school year ${year}. ` +
    `It begins by itself, not before ${request.windowFrom}; nothing has to be done, and it can’t be stopped here.`
  );
}

function stateText(request: StoredStateRequest, districts: number): string {
  const what = request.objects === 'all' ? 'all objects' : request.objects.join(', ');
  return (
    `A resync was requested of ${districts} district(s), to begin between ${request.windowFrom} and ` +
    `${request.windowUntil}. Reason: ${request.reason} Objects: ${what}.`
  ).slice(0, 1000);
}
