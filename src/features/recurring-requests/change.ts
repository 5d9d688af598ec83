import type { ApiContext } from '../../http/context';
import { Problem } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import { fireByHand } from '../schedules/change';
import { requireAtTemporal } from '../schedules/require';
import type { pauseRequest } from '../schedules/schemas';
import { notePaused, openRunOf, removeSchedule } from '../schedules/store';
import { acts } from '../schedules/temporal-schedules';
import { requireRecurring } from './require';
import type * as schemas from './schemas';
import { recurringRequestView } from './views';

type One = Asked<{ params: typeof schemas.recurringRequestParams }>;
type View = AnswerTo<typeof schemas.recurringRequest>;

/** @throws Problem 404, 409 */
export async function pauseOrResumeRecurring(
  context: ApiContext,
  action: 'pause' | 'resume',
  {
    params,
    body,
    principal,
  }: Asked<{ params: typeof schemas.recurringRequestParams; body: typeof pauseRequest }>,
): Promise<View> {
  const stored = await requireRecurring(context, principal, params.id);
  const note = body.note ?? `${action}d by ${principal.name}`;
  requireAtTemporal(await context.temporal.call((client) => acts[action](client, stored, note)));
  await notePaused(context.control, stored.scheduleId, action === 'pause' ? note : null);
  return recurringRequestView(context, stored);
}

/**
 * Fires now, once for calls of the same moment, unless the request before is still open and it must
 * skip.
 * @throws Problem 404, 409
 */
export async function triggerRecurring(
  context: ApiContext,
  { params, principal }: One,
): Promise<AnswerTo<typeof schemas.triggeredRequest>> {
  const stored = await requireRecurring(context, principal, params.id);
  const open = stored.timing.overlap === 'skip' ? await openRunOf(context.control, stored) : null;
  if (open !== null) throw new Problem(409, `The ${open} of this schedule has not ended.`);
  const replayed = !(await fireByHand(context, stored));
  return { ...(await recurringRequestView(context, stored)), replayed };
}

/** @returns it as it was */
export async function deleteRecurring(context: ApiContext, { params, principal }: One): Promise<View> {
  const stored = await requireRecurring(context, principal, params.id);
  const before = await recurringRequestView(context, stored);
  await context.temporal.call((client) => acts.delete(client, stored));
  await removeSchedule(context.control, stored.scheduleId);
  return before;
}
