/** What an action would do to many districts, before it is done. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Principal } from '../../domain/principal';
import { offeredYears } from '../../domain/school-year';
import { rightOfAction } from '../../domain/district-action';
import type { ApiContext } from '../../http/context';
import { requireToolRight } from '../../http/require';
import type { AnswerTo } from '../../http/route';
import { requireSigningKey } from '../certifications/start';
import { readScopedYears } from '../scoped-year/read';
import { selectedDistricts } from '../state-requests/planned-districts';
import { findTargets } from './find-targets';
import type * as schemas from './schemas';
import type { ActionWords, AskedDistrict, Target } from './targets/target';

type Body = z.output<typeof schemas.previewBody>;

/** @throws Problem 403 without the right of the action, 409 without a signing key, 422 */
export async function previewView(
  context: ApiContext,
  principal: Principal,
  body: Body,
): Promise<AnswerTo<typeof schemas.preview>> {
  const targets = await targetsOf(context, principal, body);
  const done = targets.filter(({ whyNot }) => whyNot === null);
  const districts = new Set(done.map(({ districtId }) => districtId)).size;
  return {
    previewHash: previewHashOf(body, targets),
    action: body.action,
    count: done.length,
    districts,
    refused: new Set(targets.map(({ districtId }) => districtId)).size - districts,
    items: targets.map(({ districtId, schoolYear, resyncId, whyNot, note }) => ({
      ...{ districtId, schoolYear, resyncId, whyNot, note },
    })),
  };
}

/** What would be done and what can't be, in the order of the districts. @see previewView */
export async function targetsOf(context: ApiContext, principal: Principal, body: Body): Promise<Target[]> {
  const { config, control, catalog } = context;
  requireToolRight(principal, rightOfAction[body.action]);
  if (body.action === 'certify') requireSigningKey(context);
  const years = await readScopedYears(control);
  const asked = selectedDistricts(context, principal, body).map((district): AskedDistrict => {
    const offered = offeredYears(years.get(district.id) ?? district.schoolYear, district);
    return { district, year: offered.find(({ kind }) => kind === 'current') ?? offered[0] };
  });
  const of = { control, config, catalog, principal, words: wordsOf(body), now: new Date() };
  return findTargets[body.action](of, asked);
}

/** What was said beside the districts and the preview. */
export function wordsOf(body: Body): ActionWords {
  const { action: _, districts: __, previewHash: ___, ...words } = body as Body & { previewHash?: string };
  return words;
}

/** The same hash: the same is done to the same, and the same are refused. */
export function previewHashOf(body: Body, targets: readonly Target[]): string {
  const shown = targets
    .map(({ districtId, schoolYear, resyncId, whyNot }) => [
      districtId,
      schoolYear,
      resyncId,
      whyNot === null,
    ])
    .map((target) => JSON.stringify(target))
    .sort();
  const what = [
    body.action,
    body.action === 'verify' && [body.objects, body.checkDependencies],
    body.action === 'retry' && body.outcomes,
  ];
  return createHash('sha256')
    .update(JSON.stringify([what, shown]))
    .digest('base64url')
    .slice(0, 32);
}
