import type { ApiContext } from '../../http/context';
import type { AnswerTo, Asked } from '../../http/route';
import { makeAtTemporal, timingOf } from '../schedules/create';
import { insertSchedule } from '../schedules/store';
import { plannedDistricts, wavesOf } from '../state-requests/planned-districts';
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
  await plannedDistricts(context, principal, body);
  const { districts, objects, checkDependencies, scenario, mode, reason } = body;
  const stored = await insertSchedule(context.control, {
    districtId: null,
    initiator: 'state',
    kind: 'stateRequest',
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
  });
  await makeAtTemporal(context, stored);
  return recurringRequestView(context, stored);
}
