import type { ApiContext } from '../../http/context';
import { idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';
import { whyNotAsShown } from '../../http/if-match';
import { Problem, unusable } from '../../http/problem';
import { requireToolRight } from '../../http/require';
import type { AnswerTo, Asked } from '../../http/route';
import { rightOfAction } from '../../domain/district-action';
import { whyNoDayYet } from '../certifications/reporting-date';
import { previewHashOf, targetsOf, wordsOf } from './preview-views';
import type * as schemas from './schemas';
import { countItems, insertDistrictAction, isStored } from './store';
import type { Target } from './targets/target';
import { startDistrictAction as startWorkflow } from './workflow-client';

/**
 * Stored first, then started: what was accepted is never lost. Idempotent by the key of the
 * request, also when by now something else would be done.
 * @throws Problem 403, 409 when what would be done isn't what was shown, 422
 */
export async function startDistrictAction(
  context: ApiContext,
  { body, principal, request }: Asked<{ body: typeof schemas.actionBody }>,
): Promise<AnswerTo<typeof schemas.accepted>> {
  const { control, temporal } = context;
  const { action } = body;
  requireToolRight(principal, rightOfAction[action]);
  const idempotencyKey = idempotencyKeyOf(request);
  const requestedBy = requesterOf(principal);
  const again = await isStored(control, { requestedBy, idempotencyKey, asked: body });
  const targets = again ? [] : await shownTargets(context, { body, principal, request });
  const { districtActionId, created } = await insertDistrictAction(control, {
    action: { districtActionId: newResyncId(), action, words: wordsOf(body), requestedBy },
    ...{ targets, asked: body, idempotencyKey },
  });
  await startWorkflow(temporal, { districtActionId, action });
  const { waiting, done, refused, failed } = await countItems(control, districtActionId);
  return { districtActionId, action, count: waiting + done + failed, refused, replayed: !created };
}

/** @throws Problem 409, 412 unless they are those of the preview, and something can be done */
async function shownTargets(
  context: ApiContext,
  {
    body,
    principal,
    request,
  }: Pick<Asked<{ body: typeof schemas.actionBody }>, 'body' | 'principal' | 'request'>,
): Promise<Target[]> {
  const targets = await targetsOf(context, principal, body);
  const changed = whyNotAsShown(request, {
    ...{ named: body.previewHash, now: previewHashOf(body, targets) },
    detail: 'What would be done has changed since it was shown: look at the preview again.',
  });
  if (changed !== null) throw changed;
  if (body.action === 'certify') requireDayOfAll(context, body.reportingDate, targets);
  if (targets.every(({ whyNot }) => whyNot !== null))
    throw new Problem(409, `Nothing can be done. ${targets[0]?.whyNot ?? 'No district is yours to see.'}`);
  return targets;
}

/** @throws Problem 422 where at one of the districts the day hasn't begun */
function requireDayOfAll(
  { config }: ApiContext,
  reportingDate: string,
  targets: readonly Pick<Target, 'districtId'>[],
): void {
  const now = new Date();
  const asked = new Set(targets.map(({ districtId }) => districtId));
  for (const district of config.districts) {
    const why = asked.has(district.id) ? whyNoDayYet(reportingDate, district, now) : null;
    if (why !== null) throw unusable(`${district.id}: ${why}`, { pointer: '#/reportingDate' });
  }
}
