import type { DistrictConfig } from '../../config';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { unusable } from '../../http/problem';
import { sees } from '../../http/require';
import { type AskedOfDistricts, planDistricts, type PlannedDistrict } from './plan-districts';

/** Whom to ask for what. */
interface Body extends AskedOfDistricts {
  readonly districts: 'all' | readonly string[];
}

/**
 * The districts asked for, each planned.
 * @throws Problem 422 on an unknown district; PlanError as planDistricts
 */
export function plannedDistricts(
  context: ApiContext,
  principal: Principal,
  body: Body,
): Promise<PlannedDistrict[]> {
  return planDistricts(context, selectedDistricts(context, principal, body), body);
}

/** The districts that are named, as far as the caller sees them. @throws Problem 422 */
export function selectedDistricts(
  { config }: ApiContext,
  principal: Principal,
  { districts }: Pick<Body, 'districts'>,
): DistrictConfig[] {
  const visible = config.districts.filter(({ id }) => sees(principal, id));
  if (districts === 'all') return visible;
  const byId = new Map(visible.map((district) => [district.id, district]));
  return [...new Set(districts)].map((id, index) => {
    const district = byId.get(id);
    if (district) return district;
    throw unusable('There is no such district.', { pointer: `#/districts/${index}` });
  });
}
