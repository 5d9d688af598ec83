import { endedDistrictStatuses, endedRequestStatuses } from '../../domain/state-request';
import type { ApiContext } from '../../http/context';
import { requesterOf } from '../../http/idempotency';
import { Problem } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import { endedStatuses } from '../../domain/resync';
import { readResyncHead } from '../resyncs/read';
import { finishResync } from '../resyncs/store';
import { noteStatesCancel } from '../resyncs/run-events';
import { controlRun, withdrawRequest } from '../resyncs/workflow-client';
import { followResyncs, noteNotRun } from './district-store';
import { requireBoard, requireWholeBoard } from './require';
import type * as schemas from './schemas';
import { closeStateRequest } from './store';
import { stateRequestDistrict } from './views';
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

/**
 * Takes one district out of a request: what waits is withdrawn, a run is cancelled where that is
 * asked for. The others go on.
 * @throws Problem 404, 409 when it has ended, or runs and shall not be cancelled
 */
export async function cancelStateRequestDistrict(
  context: ApiContext,
  call: Asked<{ params: typeof schemas.stateRequestDistrictParams; body: typeof schemas.cancelBody }>,
): Promise<AnswerTo<typeof schemas.stateRequestDistrict>> {
  const { control, temporal } = context;
  const { params, body, principal } = call;
  const { id: stateRequestId, district: districtId } = params;
  const { status, resyncId } = await stateRequestDistrict(context, call);
  if (endedDistrictStatuses.includes(status)) throw new Problem(409, `The district has ended: ${status}.`);
  if (status === 'running' && body.running === 'leave')
    throw new Problem(409, 'Its resync runs: it is cancelled with running: "cancel", or comes to its end.');
  const by = principal.name;
  const message = `Withdrawn by ${by} before it began.`;
  // First the row: what is handed over from here on is taken back by who hands it over.
  if (status !== 'running') await noteNotRun(control, { stateRequestId, districtId, message });
  if (resyncId !== null) {
    const head = await readResyncHead(control, resyncId);
    const waits = head.status === 'accepted' || head.status === 'queued';
    if (!endedStatuses.includes(head.status))
      await noteStatesCancel(control, { resyncId, by: requesterOf(principal) });
    const stopped =
      endedStatuses.includes(head.status) ||
      (!(waits && (await withdrawRequest(temporal, head))) &&
        (await controlRun(temporal, 'cancel', { resyncId, by })) !== null);
    if (!stopped && waits) await finishResync(control, { resyncId, status: 'cancelled', message });
  }
  await followResyncs(control, stateRequestId);
  return stateRequestDistrict(context, call);
}
