import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiContext } from '../../http/context';
import { Problem } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import { endOfWindow } from './change';
import { plannedDistricts } from './planned-districts';
import { reopenDistrict } from './reopen-store';
import { requireBoard } from './require';
import type * as schemas from './schemas';
import { stateRequestDistrict } from './views';
import { findStateRequest, restartStateRequest } from './workflow-client';

/**
 * Asks one district of a request once more that failed or was not done, whether the request still
 * runs or has ended.
 * @throws Problem 404, 409 unless it ended without being done and may begin, 422
 */
export async function retryStateRequestDistrict(
  context: ApiContext,
  call: Asked<{ params: typeof schemas.stateRequestDistrictParams; body: typeof schemas.districtRetryBody }>,
): Promise<AnswerTo<typeof schemas.stateRequestDistrict>> {
  const { params, body, principal } = call;
  await stateRequestDistrict(context, call);
  const board = await requireBoard(context, principal, params.id);
  const until = body.until === undefined ? null : endOfWindow(body.until, '#/until');
  if (until === null && new Date(board.windowUntil) <= new Date())
    throw new Problem(
      409,
      `The request’s window ended at ${board.windowUntil}: say until when it may begin.`,
    );
  const { objects, checkDependencies, schoolYear } = board;
  const [planned] = await plannedDistricts(context, principal, {
    ...{ districts: [params.district], objects, checkDependencies },
    ...(schoolYear !== null && { schoolYear }),
  });
  const hadEnded = await reopenDistrict(context.control, {
    stateRequestId: params.id,
    districtId: params.district,
    schoolYear: planned!.schoolYear,
    until,
  });
  if (hadEnded) await untilEnded(context, params.id);
  await restartStateRequest(context.temporal, params.id);
  return stateRequestDistrict(context, call);
}

const mostWaits = 50;
const waitMs = 200;

/** Its end is stored a moment before its workflow ends: until then none can follow it. */
async function untilEnded({ temporal }: ApiContext, stateRequestId: string): Promise<void> {
  for (let waits = 0; waits < mostWaits; waits++) {
    if ((await findStateRequest(temporal, stateRequestId)) !== 'running') return;
    await sleep(waitMs);
  }
}
