import {
  type ChildWorkflowHandle,
  condition,
  getExternalWorkflowHandle,
  log,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import type { ResyncRequest } from '../src/domain/resync';
import { batchResync } from './batch-resync';
import { type preemptResync, resyncWorkflowId, type restoreResync, tellEnd } from './messages';
import { describeRequest, searchAttributesOf } from './visibility';

/** A run as its agent follows it: its child, or one that it found under way. */
export interface FollowedRun {
  readonly request: ResyncRequest;
  readonly ended: boolean;
  /** Settles when the run has ended. */
  readonly end: Promise<void>;
  /** @returns false when the run has ended meanwhile, which is no error here */
  tell(signal: typeof preemptResync | typeof restoreResync): Promise<boolean>;
}

/**
 * Starts the run as a child that outlives its agent. `null`: a run of this id exists already.
 */
export async function startRun(request: ResyncRequest): Promise<FollowedRun | null> {
  let child: ChildWorkflowHandle<typeof batchResync>;
  try {
    child = await startChild(batchResync, {
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
  let ended = false;
  const end = child.result().then(
    () => void (ended = true),
    () => void (ended = true),
  );
  return {
    request,
    get ended() {
      return ended;
    },
    end,
    tell: (signal) => wasTaken(child.signal(signal)),
  };
}

/** Waits between two looks at a run that may have been ended from outside, without a word. */
const firstLookMs = 5_000;
const longestLookMs = 300_000;

/**
 * Follows a run that is no child of this agent: an earlier one started it. It is asked to tell its
 * end; a run that was ended from outside tells nothing, so it is looked at from time to time.
 * @param hasTold whether the run has told its end
 */
export function followRun(request: ResyncRequest, hasTold: () => boolean): FollowedRun {
  const run = getExternalWorkflowHandle(resyncWorkflowId(request.resyncId));
  let gone = false;
  const ended = (): boolean => gone || hasTold();
  const follow = async (): Promise<void> => {
    for (let waitMs = firstLookMs; !ended(); waitMs = Math.min(longestLookMs, waitMs * 2)) {
      if (await wasTaken(run.signal(tellEnd))) await condition(ended, waitMs);
      else gone = true;
    }
  };
  return {
    request,
    get ended() {
      return ended();
    },
    end: follow(),
    tell: async (signal) => {
      const taken = await wasTaken(run.signal(signal));
      if (!taken) gone = true;
      return taken;
    },
  };
}

async function wasTaken(signalling: Promise<void>): Promise<boolean> {
  try {
    await signalling;
    return true;
  } catch {
    return false;
  }
}
