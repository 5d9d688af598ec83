import type { Request } from 'express';
import type { z } from 'zod';
import type { DistrictConfig } from '../../config';
import { planResync, planScopeOf } from '../../domain/plan';
import type { Principal } from '../../domain/principal';
import type { ResyncRequest } from '../../domain/resync';
import { adviseResync, scenarioProblem } from '../../domain/scenario-rules';
import type { OfferedYear } from '../../domain/school-year';
import type { ApiContext } from '../../http/context';
import { idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';
import { whyNotAsShown } from '../../http/if-match';
import { type Problem, unusable } from '../../http/problem';
import { requireDistrict, requireToolRight } from '../../http/require';
import type { AnswerTo, Asked } from '../../http/route';
import type { districtParams } from '../../http/schemas';
import { requireOfferedYear } from '../scoped-year/require';
import { whyYearChanged } from '../scoped-year/why-changed';
import { newestVerification } from '../verifications/read';
import { startDryRun } from '../verifications/start-dry-run';
import type * as schemas from './schemas';
import { planHashOf } from './plan-hash';
import { noteStateTables } from './plan-notes';
import { startResync } from './start';
import type { resyncStarted } from './started-schemas';

type Body = z.output<typeof schemas.resyncRequest>;

/** Whose data, and of which year. */
interface Scope {
  readonly district: DistrictConfig;
  readonly year: OfferedYear;
}

/**
 * Starts what a caller asked for: a resync, or with `dryRun` the verification that predicts it.
 * @throws Problem 403, 404, 409, 422; PlanError
 */
export async function startAskedResync(
  context: ApiContext,
  {
    params,
    body,
    principal,
    request,
  }: Asked<{ params: typeof districtParams; body: typeof schemas.resyncRequest }>,
): Promise<AnswerTo<typeof resyncStarted>> {
  const district = requireDistrict(context.config, principal, params.district);
  const year = await requireOfferedYear(context, district, body.schoolYear, { pointer: '#/schoolYear' });
  validateRequest(context, principal, { district, year, body });
  const idempotencyKey = idempotencyKeyOf(request);
  const changed = whyPlanChanged(context, { district, year, body, request });
  if (body.dryRun) {
    if (changed !== null) throw changed;
    return startDryRun(context, principal, { district, year, body, key: idempotencyKey });
  }
  const answer = await startResync(context, toResyncRequest(principal, { district, year, body }), {
    idempotencyKey,
    refuse: async () => changed ?? (await whyYearChanged(context, district, year)),
  });
  const mine = principal.level === 'district' ? { initiator: 'district' as const } : {};
  const newest = await newestVerification(context.control, {
    districtId: district.id,
    schoolYear: year.schoolYear,
    ...mine,
  });
  const planned = planResync(context.catalog, body, planScopeOf(district, year));
  const { notes } = await noteStateTables(context, district, planned);
  return { ...answer, advice: adviseResync(body.scenario, newest), notes };
}

/** Why what would be sent is not what was shown; `null`: it is, or nothing was. */
function whyPlanChanged(
  { catalog }: ApiContext,
  { district, year, body, request }: Scope & { readonly body: Body; readonly request: Request },
): Problem | null {
  const planned = planResync(catalog, body, planScopeOf(district, year));
  return whyNotAsShown(request, {
    ...{ named: body.planHash, now: planHashOf({ schoolYear: year.schoolYear, ...planned }) },
    detail: 'The plan has changed since it was shown: look at it again, then send.',
  });
}

/** @throws Problem 403 without the state's right, 422 naming the field; PlanError */
function validateRequest(
  { catalog }: ApiContext,
  principal: Principal,
  { district, year, body }: Scope & { readonly body: Body },
): void {
  const asState = body.scenario === 'STATE_REQUEST';
  if (asState && principal.level !== 'state')
    throw unusable('Only the state can use the scenario STATE_REQUEST.', { pointer: '#/scenario' });
  if (asState) requireToolRight(principal, 'stateRequest');
  const problem = scenarioProblem(body.scenario, body.objects, year);
  if (problem) throw unusable(problem.why, { pointer: `#/${problem.field}` });
  planResync(catalog, body, planScopeOf(district, year));
  if (asState && body.removals === 'apply') {
    const detail =
      'A state’s request only reports records that are gone at the district; the district’s own resync removes them.';
    throw unusable(detail, { pointer: '#/removals' });
  }
}

/** The request as the agent takes it: what is the default of every run is left out. */
function toResyncRequest(
  principal: Principal,
  { district, year, body }: Scope & { readonly body: Body },
): ResyncRequest {
  const { removals, acceptShrunk, acceptUpdates, dryRun: _, planHash: __, verify, ...asked } = body;
  return {
    ...asked,
    ...(removals === 'apply' && { removals }),
    ...(acceptShrunk && { acceptShrunk }),
    ...(acceptUpdates && { acceptUpdates }),
    ...(verify !== undefined && { verify }),
    resyncId: newResyncId(),
    districtId: district.id,
    schoolYear: year.schoolYear,
    initiator: body.scenario === 'STATE_REQUEST' ? 'state' : 'district',
    requestedBy: requesterOf(principal),
  };
}
