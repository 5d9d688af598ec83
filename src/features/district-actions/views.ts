import { districtActions, rightOfAction } from '../../domain/district-action';
import type { ApiContext } from '../../http/context';
import { notFound } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import type * as schemas from './schemas';
import { listDistrictActions, loadDistrictAction, readItems } from './store';

/** Actions that the caller has the right of, in districts of its own. @throws CursorError */
export async function districtActionPage(
  { control }: ApiContext,
  { query, principal }: Asked<{ query: typeof schemas.actionsQuery }>,
): Promise<AnswerTo<typeof schemas.actionPage>> {
  const { action, ...page } = query;
  const actions = districtActions.filter(
    (one) => principal.rights.includes(rightOfAction[one]) && (action === undefined || one === action),
  );
  const found = await listDistrictActions(control, {
    ...{ ...page, actions, districts: principal.districts },
  });
  return { ...found, items: found.items.map(({ words: _, ...head }) => head) };
}

const starts = ['verify', 'certify', 'retry'] as const;

/**
 * What was done to each district of the caller's, and to which it couldn't be.
 * @throws Problem 404 also without the right of the action
 */
export async function districtActionView(
  { control }: ApiContext,
  { params, principal }: Asked<{ params: typeof schemas.actionParams }>,
): Promise<AnswerTo<typeof schemas.districtAction>> {
  const { words: _, ...head } = await loadDistrictAction(control, params.id);
  if (!principal.rights.includes(rightOfAction[head.action])) throw notFound();
  const items = await readItems(control, params.id, principal.districts);
  if (items.length === 0) throw notFound();
  const counts = { waiting: 0, done: 0, refused: 0, failed: 0 };
  for (const { status } of items) counts[status] += 1;
  const hasStarted = starts.some((action) => action === head.action);
  return {
    ...head,
    counts,
    items: items.map(({ districtId, schoolYear, resyncId, madeId, status, message }) => ({
      ...{ districtId, schoolYear, resyncId, status, message },
      startedId: hasStarted && status === 'done' ? madeId : null,
    })),
  };
}
