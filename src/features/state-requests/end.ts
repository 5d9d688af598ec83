import { clip } from '../../control/columns';
import type { Knex } from 'knex';
import { describeCounts, type StateRequestStatus } from '../../domain/state-request';
import { alertEnd } from './alerts';
import { countDistricts } from './district-store';
import { closeStateRequest, loadStateRequest } from './store';

/** How a request ended. */
interface RequestEnding {
  readonly status: StateRequestStatus;
  readonly message: string;
}

/**
 * Closes a request with what its districts came to, and tells the state. Idempotent.
 * @param why who cancelled it, or why it failed; both `null`: it has finished
 */
export async function endStateRequest(
  control: Knex,
  stateRequestId: string,
  why: { readonly cancelledBy: string | null; readonly failure: string | null },
): Promise<RequestEnding> {
  const counted = describeCounts(await countDistricts(control, stateRequestId));
  const { stopped } = await loadStateRequest(control, stateRequestId);
  const { status, reason } = endingOf(why);
  const message = [reason, stopped, counted].filter((part) => part !== null).join(' ');
  await closeStateRequest(control, { stateRequestId, status, message: clip(message) });
  await alertEnd(control, stateRequestId, message);
  return { status, message };
}

function endingOf({ cancelledBy, failure }: Parameters<typeof endStateRequest>[2]): {
  status: 'failed' | 'cancelled' | 'finished';
  reason: string | null;
} {
  if (failure !== null) return { status: 'failed', reason: failure };
  if (cancelledBy !== null) return { status: 'cancelled', reason: `Cancelled by ${cancelledBy}.` };
  return { status: 'finished', reason: null };
}
