import type { z } from 'zod';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { requireVersion, versionOf } from '../../http/if-match';
import type { AnswerTo, Asked } from '../../http/route';
import { makeAtTemporal, timingOf } from '../schedules/create';
import {
  insertSchedule,
  type ScheduleChange,
  type StoredRequestSchedule,
  updateSchedule,
} from '../schedules/store';
import { plannedDistricts, wavesOf } from '../state-requests/planned-districts';
import { requireRecurring } from './require';
import type * as schemas from './schemas';
import { recurringRequestView } from './views';

/**
 * Stored first, then made at Temporal, as a district's schedule is.
 * @throws Problem 409, 422; PlanError when no district can carry it out now
 */
export async function createRecurringRequest(
  context: ApiContext,
  { body, principal }: Asked<{ body: typeof schemas.recurringRequestBody }>,
): Promise<AnswerTo<typeof schemas.recurringRequest>> {
  const stored = await insertSchedule(context.control, {
    ...{ districtId: null, initiator: 'state', kind: 'stateRequest' },
    ...(await askedOf(context, body, principal)),
  });
  await makeAtTemporal(context, stored);
  return recurringRequestView(context, stored);
}

/**
 * Changes when it fires and what a firing asks for; the requests it made stay what they are, and so
 * does whether it is paused.
 * @throws Problem 404, 409, 412, 422; PlanError
 */
export async function changeRecurringRequest(
  context: ApiContext,
  {
    params,
    body,
    principal,
    request,
  }: Asked<{
    params: typeof schemas.recurringRequestParams;
    body: typeof schemas.recurringRequestBody;
  }>,
): Promise<AnswerTo<typeof schemas.recurringRequest>> {
  const before = await requireRecurring(context, principal, params.id);
  requireVersion(request, versionOf(before));
  const change = await askedOf(context, body, principal);
  const stored = await updateSchedule(context.control, before, change);
  await makeAtTemporal(context, stored);
  return recurringRequestView(context, stored);
}

/** What is stored of it, which the districts can carry out now. @throws Problem 422; PlanError */
async function askedOf(
  context: ApiContext,
  body: z.output<typeof schemas.recurringRequestBody>,
  principal: Principal,
): Promise<ScheduleChange<StoredRequestSchedule>> {
  await plannedDistricts(context, principal, body);
  const { districts, objects, checkDependencies, scenario, mode, reason } = body;
  return {
    name: body.name,
    timing: timingOf(body, context.config),
    request: {
      ...{ districts, objects, checkDependencies, scenario, mode, reason },
      waves: wavesOf(body),
      recordsPerSecond: body.recordsPerSecond ?? null,
      windowHours: body.windowHours ?? null,
      reach: principal.districts,
    },
    note: body.note ?? null,
    createdBy: principal.name,
    createdById: principal.principalId,
  };
}
