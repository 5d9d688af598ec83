import { endedRequestStatuses } from '../../domain/state-request';
import type { ApiContext } from '../../http/context';
import { Problem, unusable } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import { moveWindow } from './reopen-store';
import { requireBoard, requireWholeBoard } from './require';
import type * as schemas from './schemas';

/** Longest time between now and a window's end. */
export const longestWindowDays = 90;

/** A window's end that may be. @throws Problem 422 */
export function endOfWindow(text: string, pointer: string): Date {
  const until = new Date(text);
  const now = Date.now();
  if (until.getTime() <= now) throw unusable('The window has ended already.', { pointer });
  if (until.getTime() > now + longestWindowDays * 86_400_000)
    throw unusable(`A window ends within ${longestWindowDays} days.`, { pointer });
  return until;
}

/**
 * Gives the districts of an open request more time.
 * @throws Problem 403 when it concerns other districts too, 404, 409 when it has ended, 422
 */
export async function extendStateRequest(
  context: ApiContext,
  {
    params,
    body,
    principal,
  }: Asked<{ params: typeof schemas.stateRequestParams; body: typeof schemas.extendBody }>,
): Promise<AnswerTo<typeof schemas.board>> {
  const { status, windowUntil } = await requireWholeBoard(context, principal, params.id);
  if (endedRequestStatuses.includes(status))
    throw new Problem(409, `The request has ended (${status}): try its districts again, one by one.`);
  const until = endOfWindow(body.until, '#/until');
  if (until < new Date(windowUntil))
    throw unusable(`Its window ends at ${windowUntil}: name a later time.`, { pointer: '#/until' });
  await moveWindow(context.control, params.id, until);
  return requireBoard(context, principal, params.id);
}
