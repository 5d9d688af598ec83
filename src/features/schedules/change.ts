import { doUnlessJustAsked } from '../../control/just-asked';
import { requestHashOf } from '../../control/request-hash';
import type { ApiContext } from '../../http/context';
import { newResyncId } from '../../http/idempotency';
import { Problem } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import { requireAtTemporal, requireOwnSchedule } from './require';
import type * as schemas from './schemas';
import { type AnySchedule, notePaused, openRunOf, removeSchedule } from './store';
import { acts } from './temporal-schedules';
import { scheduleView } from './views';

type OneSchedule = Asked<{ params: typeof schemas.scheduleParams }>;
type View = AnswerTo<typeof schemas.schedule>;

/** @throws Problem 403, 404, 409 */
export async function pauseOrResumeSchedule(
  context: ApiContext,
  action: 'pause' | 'resume',
  {
    params,
    body,
    principal,
  }: Asked<{ params: typeof schemas.scheduleParams; body: typeof schemas.pauseRequest }>,
): Promise<View> {
  const stored = await requireOwnSchedule(context, principal, params);
  const note = body.note ?? `${action}d by ${principal.name}`;
  requireAtTemporal(await context.temporal.call((client) => acts[action](client, stored, note)));
  await notePaused(context.control, stored.scheduleId, action === 'pause' ? note : null);
  return scheduleView(context, principal, stored);
}

/**
 * Fires now, once for calls of the same moment, unless what it started before is still open and it
 * must skip.
 * @throws Problem 409
 */
export async function triggerSchedule(
  context: ApiContext,
  { params, principal }: OneSchedule,
): Promise<AnswerTo<typeof schemas.triggered>> {
  const { control } = context;
  const stored = await requireOwnSchedule(context, principal, params);
  const open = stored.timing.overlap === 'skip' ? await openRunOf(control, stored) : null;
  if (open !== null) throw new Problem(409, `The ${open} of this schedule has not ended.`);
  const replayed = !(await fireByHand(context, stored));
  return { ...(await scheduleView(context, principal, stored)), replayed };
}

/**
 * Once for calls of the same moment, whoever makes them: Temporal tells firings by their second, so
 * two would become one, and the second caller would wait for what never comes.
 * @returns whether it fired now; `false`: it did a moment ago
 * @throws Problem 409
 */
export async function fireByHand({ control, temporal }: ApiContext, stored: AnySchedule): Promise<boolean> {
  const words = { kind: 'scheduleFiring', requestedBy: 'anybody' };
  const firing = { ...words, requestHash: requestHashOf(stored.scheduleId), id: newResyncId() };
  return doUnlessJustAsked(control, firing, async () =>
    requireAtTemporal(await temporal.call((client) => acts.trigger(client, stored))),
  );
}

/** @returns the schedule as it was */
export async function deleteSchedule(context: ApiContext, { params, principal }: OneSchedule): Promise<View> {
  const { control, temporal } = context;
  const stored = await requireOwnSchedule(context, principal, params);
  const before = await scheduleView(context, principal, stored);
  await temporal.call((client) => acts.delete(client, stored));
  await removeSchedule(control, stored.scheduleId);
  return before;
}
