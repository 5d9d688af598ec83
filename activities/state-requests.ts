import { alertDistrict, alertState } from '../src/features/state-requests/alerts';
import { districtsIn, msOfWindow } from '../src/features/state-requests/district-store';
import { endStateRequest } from '../src/features/state-requests/end';
import { beginStateRequest, loadStateRequest } from '../src/features/state-requests/store';
import type { StateRequestCancel } from '../workflows/messages';
import { activity, shortActivity } from './activity';
import type { RequestEnd, RequestPoll } from './contracts';
import type { ActivityDependencies } from './dependencies';
import { eachOf } from './each-of';
import { advance, withdraw } from './request-districts';

interface RequestRef {
  readonly stateRequestId: string;
}

/** Activities of the stateRequest workflow; each may be repeated. */
export function stateRequestActivities(dependencies: ActivityDependencies) {
  const { control } = dependencies;
  return {
    /** Tells the districts and the state by a Process Alert, and says when the window opens. */
    openStateRequest: activity(
      async (_tools, { stateRequestId }: RequestRef): Promise<{ untilOpenMs: number }> => {
        const request = await loadStateRequest(control, stateRequestId);
        const districts = await districtsIn(control, stateRequestId, 'waiting');
        await alertState(control, request, districts.length);
        await eachOf(districts, (district) => alertDistrict(control, request, district));
        await beginStateRequest(control, stateRequestId);
        return { untilOpenMs: (await msOfWindow(control, stateRequestId)).untilOpen };
      },
    ),

    /** Gives out the districts that are due. */
    advanceStateRequest: activity(
      (
        { signal },
        poll: RequestRef & { readonly pollMs: number; readonly dispatch: boolean },
      ): Promise<RequestPoll> => advance(dependencies, poll, signal),
    ),

    /** Takes back what has not begun; runs are told to stop where that is asked for. */
    withdrawDistricts: activity(
      (_tools, { stateRequestId, ...cancel }: RequestRef & StateRequestCancel): Promise<void> =>
        withdraw(dependencies, stateRequestId, cancel),
    ),

    /** Closes the request and tells the state. */
    closeStateRequest: shortActivity(
      ({
        stateRequestId,
        ...why
      }: RequestRef & { cancelledBy: string | null; failure: string | null }): Promise<RequestEnd> =>
        endStateRequest(control, stateRequestId, why),
    ),
  };
}
