import type { z } from 'zod';
import { describeRequest } from '../../domain/state-request';
import type { ApiContext } from '../../http/context';
import { idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';
import { whyNotAsShown } from '../../http/if-match';
import { unusable } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import { longestWindowDays } from './change';
import { requestHashOf } from './plan-views';
import { plannedDistricts, wavesOf } from './planned-districts';
import type * as schemas from './schemas';
import { insertStateRequest, loadStateRequest } from './store';
import { startStateRequest } from './workflow-client';

type Body = z.output<typeof schemas.stateRequestBody>;

/**
 * Stored first, then started: what was accepted is never lost. Idempotent by the key of the
 * request.
 * @throws Problem 422; PlanError when no district can carry it out
 */
export async function createStateRequest(
  context: ApiContext,
  { body, principal, request }: Asked<{ body: typeof schemas.stateRequestBody }>,
): Promise<AnswerTo<typeof schemas.stateRequestAccepted>> {
  const { config, control, temporal } = context;
  const window = windowOf(body, config.stateRequests.windowHours);
  const districts = await plannedDistricts(context, principal, body);
  const changed = whyNotAsShown(request, {
    ...{ named: body.planHash, now: requestHashOf(districts) },
    detail: 'What would be asked has changed since it was shown: look at the plan again.',
  });
  if (changed !== null) throw changed;
  const { planHash: _, ...written } = body;
  const {
    districts: __,
    window: ___,
    waves: ____,
    schoolYear = null,
    recordsPerSecond = null,
    ...asked
  } = written;
  const { stateRequestId, created } = await insertStateRequest(control, {
    request: {
      ...{ ...asked, schoolYear, waves: wavesOf(body), recordsPerSecond },
      ...{ stateRequestId: newResyncId(), requestedBy: requesterOf(principal) },
    },
    window,
    districts,
    asked: written,
    idempotencyKey: idempotencyKeyOf(request),
  });
  await startStateRequest(temporal, { stateRequestId, summary: describeRequest(body, districts.length) });
  const { status } = await loadStateRequest(control, stateRequestId);
  return {
    stateRequestId,
    status,
    districts: districts.length,
    notRun: districts.flatMap(({ districtId, problem }) =>
      problem === null ? [] : [{ districtId, why: problem }],
    ),
    replayed: !created,
  };
}

/** @throws Problem 422 */
function windowOf({ window }: Body, windowHours: number): { from: Date; until: Date } {
  const now = Date.now();
  const from = window?.from === undefined ? new Date(now) : new Date(window.from);
  const until =
    window === undefined ? new Date(from.getTime() + windowHours * 3_600_000) : new Date(window.until);
  const refused = (detail: string) => unusable(detail, { pointer: '#/window/until' });
  if (until <= from) throw refused('The window ends before it begins.');
  if (until.getTime() <= now) throw refused('The window has ended already.');
  if (until.getTime() > now + longestWindowDays * 86_400_000)
    throw refused(`A window ends within ${longestWindowDays} days.`);
  return { from, until };
}
