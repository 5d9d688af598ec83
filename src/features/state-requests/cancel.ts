import { endedRequestStatuses } from '../../domain/state-request';
import type { ApiContext } from '../../http/context';
import { Problem } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import { requireBoard, requireWholeBoard } from './require';
import type * as schemas from './schemas';
import { closeStateRequest } from './store';
import { tellCancelled } from './workflow-client';

/** @throws Problem 403 when it concerns other districts too, 404, 409 when it has ended */
export async function cancelStateRequest(
  context: ApiContext,
  {
    params,
    body,
    principal,
  }: Asked<{ params: typeof schemas.stateRequestParams; body: typeof schemas.cancelBody }>,
): Promise<AnswerTo<typeof schemas.board>> {
  const { status } = await requireWholeBoard(context, principal, params.id);
  if (endedRequestStatuses.includes(status)) throw new Problem(409, `The request has ended: ${status}.`);
  const told = await tellCancelled(context.temporal, params.id, { by: principal.name, ...body });
  // Temporal has never heard of it: nothing was dispatched.
  if (!told) {
    const message = `Withdrawn by ${principal.name} before it began.`;
    await closeStateRequest(context.control, { stateRequestId: params.id, status: 'cancelled', message });
  }
  return requireBoard(context, principal, params.id);
}
