import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActionItem, StoredAction } from '../src/features/district-actions/store';
import {
  closeDistrictAction,
  countItems,
  countUnderWay,
  loadDistrictAction,
  noteItem,
  waitingItems,
} from '../src/features/district-actions/store';
import { ConflictError, ControlError, NotFoundError } from '../src/control/control-error';
import { PlanError } from '../src/domain/plan';
import { placesFree } from '../src/domain/state-request';
import { toCallError, Unavailable } from '../src/temporal/call-errors';
import { activity, shortActivity } from './activity';
import { actOn } from './act-on-district';
import type { ActionPoll } from './contracts';
import type { ActivityDependencies } from './dependencies';
import { eachOf } from './each-of';
import { Refusal } from './firing-year';

interface ActionRef {
  readonly districtActionId: string;
}

/** Districts begun in one activity, and how long it begins new ones: then it reports back. */
const maxPerPoll = 100;
const actForMs = 30_000;
/** So often a district is tried whose agent doesn't answer. */
const mostAttempts = 5;

/** Activities of the districtAction workflow; each may be repeated. */
export function districtActionActivities(dependencies: ActivityDependencies) {
  const { control } = dependencies;
  return {
    /** Does what there is room for, and says when to go on. */
    advanceDistrictAction: activity(
      ({ signal }, poll: ActionRef & { readonly pollMs: number }): Promise<ActionPoll> =>
        advance(dependencies, poll, signal),
    ),

    /** It was given up; why is for people to read. */
    closeDistrictAction: shortActivity(
      ({ districtActionId, message }: ActionRef & { message: string }): Promise<void> =>
        closeDistrictAction(control, districtActionId, message),
    ),
  };
}

async function advance(
  dependencies: ActivityDependencies,
  { districtActionId, pollMs }: ActionRef & { readonly pollMs: number },
  signal: AbortSignal,
): Promise<ActionPoll> {
  const { control, config } = dependencies;
  const { districtsInFlight, minPollMs, maxPollMs } = config.stateRequests;
  const action = await loadDistrictAction(control, districtActionId);
  // As many at a time as a state's request has: what it starts shall not take all lanes.
  const free = placesFree({ places: districtsInFlight, ...(await countUnderWay(control, action)) });
  const items = await waitingItems(control, districtActionId, startsWork(action) ? free : maxPerPoll);
  const until = Date.now() + actForMs;
  await eachOf(items, async (item) => {
    if (signal.aborted || Date.now() > until) return;
    await tryOne(dependencies, action, item);
  });
  const { waiting } = await countItems(control, districtActionId);
  if (waiting === 0) await closeDistrictAction(control, districtActionId, null);
  const begun = items.some(({ attempts }) => attempts === 0);
  // Nobody's end is waited for: only this activity's own limit stopped it.
  if (begun && !startsWork(action)) return { left: waiting, pollMs: 0 };
  return { left: waiting, pollMs: begun ? minPollMs : Math.min(maxPollMs, Math.max(minPollMs, pollMs * 2)) };
}

const startsWork = ({ action }: StoredAction): boolean => ['verify', 'certify', 'retry'].includes(action);

/** One district keeps no other back, whatever becomes of it. */
async function tryOne(
  dependencies: ActivityDependencies,
  action: StoredAction,
  item: ActionItem,
): Promise<void> {
  const { districtActionId } = action;
  const { position, attempts } = item;
  const { control } = dependencies;
  try {
    await actOn(dependencies, action, item);
    await noteItem(control, { districtActionId, position, status: 'done', message: null });
  } catch (error) {
    if (error instanceof ControlError && error.retryable) throw error;
    const why = whyRefused(error);
    const status = why !== null ? 'refused' : attempts + 1 >= mostAttempts ? 'failed' : 'waiting';
    await noteItem(control, { districtActionId, position, status, message: why ?? whyFailed(error) });
  }
}

function whyFailed(error: unknown): string {
  const call = toCallError(error);
  if (call instanceof Unavailable || call instanceof ApplicationFailure)
    return 'The district’s agent did not answer; what is stored is given to it later.';
  // By class only: a message may quote what isn't for everybody.
  const name = error instanceof Error ? error.name : 'unknown';
  Context.current().log.error('Unexpected error in an action on a district', { name });
  return `An unexpected ${name}; the worker’s log has it.`;
}

/** In words of ours; `null`: nobody has refused it. */
function whyRefused(error: unknown): string | null {
  const ours = [Refusal, ConflictError, NotFoundError, PlanError].some((kind) => error instanceof kind);
  return ours ? (error as Error).message : null;
}
