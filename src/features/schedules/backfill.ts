import { maxQueuedResyncs } from '../../../workflows/messages';
import type { ApiContext } from '../../http/context';
import { Problem, unusable } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import { missingAtTemporal, requireAtTemporal, requireOwnSchedule } from './require';
import type * as schemas from './schemas';
import type { StoredSchedule } from './store';
import { backfill, timesBetween } from './temporal-schedules';
import { scheduleView } from './views';

/** Longest period filled in at once. */
const maxBackfillDays = 31;
const dayMs = 86_400_000;

/** Fires for the times of a past period. @throws Problem 403, 404, 409, 422 */
export async function backfillSchedule(
  context: ApiContext,
  {
    params,
    body,
    principal,
  }: Asked<{ params: typeof schemas.scheduleParams; body: typeof schemas.backfillRequest }>,
): Promise<AnswerTo<typeof schemas.backfilled>> {
  const stored = await requireOwnSchedule(context, principal, params);
  const filledIn = await fillIn(context, stored, {
    from: new Date(body.from),
    to: new Date(body.to),
  });
  return { ...(await scheduleView(context, principal, stored)), filledIn };
}

async function fillIn(
  { temporal }: ApiContext,
  stored: StoredSchedule,
  period: { readonly from: Date; readonly to: Date },
): Promise<string[]> {
  const days = (period.to.getTime() - period.from.getTime()) / dayMs;
  if (days <= 0 || period.to.getTime() > Date.now())
    throw unusable('Has to be after "from" and in the past.', { pointer: '#/to' });
  if (days > maxBackfillDays)
    throw unusable(`At most ${maxBackfillDays} days before "to".`, { pointer: '#/from' });
  return temporal.call(async (client) => {
    const times = await timesBetween(client, stored, period);
    if (times === null) throw new Problem(409, missingAtTemporal);
    if (times.length > maxQueuedResyncs) {
      const detail = `It fired ${times.length} times since; at most ${maxQueuedResyncs} fit into the queue.`;
      throw unusable(detail, { pointer: '#/from' });
    }
    if (times.length > 0) requireAtTemporal(await backfill(client, stored, period));
    return times.map((at) => at.toISOString());
  });
}
