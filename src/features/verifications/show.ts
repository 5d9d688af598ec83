import type { ApiContext } from '../../http/context';
import { unusable } from '../../http/problem';
import { requireDistrict } from '../../http/require';
import type { AnswerTo, Asked } from '../../http/route';
import { listVerifications } from './list';
import { listVerificationSamples } from './list-samples';
import { listVerifiedSchools } from './list-schools';
import { verificationBefore } from './read';
import { requireVerification, requireVerificationView } from './require';
import type * as schemas from './schemas';
import { changesView, sampleView, schoolView } from './views';

type Params = typeof schemas.verificationParams;

/** A page of the verifications of the caller's districts; a district doesn't see the state's. */
export async function verificationPage(
  { config, control }: ApiContext,
  { query: { district, ...rest }, principal }: Asked<{ query: typeof schemas.verificationsQuery }>,
): Promise<AnswerTo<typeof schemas.verificationPage>> {
  const districtIds =
    district === undefined ? principal.districts : [requireDistrict(config, principal, district).id];
  const mine = principal.level === 'district' ? { initiator: 'district' as const } : {};
  return listVerifications(control, { ...rest, ...mine, districtIds });
}

/** A page of counts by object and school. @throws Problem 404 */
export async function schoolPage(
  context: ApiContext,
  { params, query, principal }: Asked<{ params: Params; query: typeof schemas.schoolsQuery }>,
): Promise<AnswerTo<typeof schemas.schoolPage>> {
  await requireVerification(context, principal, params.id);
  const page = await listVerifiedSchools(context.control, { verificationId: params.id, ...query });
  return { ...page, items: page.items.map(schoolView) };
}

/** A page of samples of records that differ. @throws Problem 404 */
export async function samplePage(
  context: ApiContext,
  { params, query, principal }: Asked<{ params: Params; query: typeof schemas.samplesQuery }>,
): Promise<AnswerTo<typeof schemas.samplePage>> {
  await requireVerification(context, principal, params.id);
  const page = await listVerificationSamples(context.control, { verificationId: params.id, ...query });
  return { ...page, items: page.items.map(sampleView) };
}

/**
 * What changed since another verification, by default the one that finished before.
 * @throws Problem 404, 422 when the two aren't of one district and school year
 */
export async function verificationChanges(
  context: ApiContext,
  { params, query, principal }: Asked<{ params: Params; query: typeof schemas.changesQuery }>,
): Promise<AnswerTo<typeof schemas.changes>> {
  const now = await requireVerificationView(context, principal, params.id);
  const before = query.since ?? (await verificationBefore(context.control, now, principal.level));
  const then = before === null ? null : await requireVerificationView(context, principal, before);
  if (then !== null && (then.districtId !== now.districtId || then.schoolYear !== now.schoolYear)) {
    const detail = 'The two verifications are not of the same district and school year.';
    throw unusable(detail, { parameter: 'since' });
  }
  return changesView(then, now);
}
