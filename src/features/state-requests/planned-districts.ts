import type { DistrictConfig } from '../../config';
import { PlanError, planResync, type PlanScope, planScopeOf } from '../../domain/plan';
import type { Principal } from '../../domain/principal';
import { offeredYears, whyYearNotOffered } from '../../domain/school-year';
import type { ApiContext } from '../../http/context';
import { unusable } from '../../http/problem';
import { sees } from '../../http/require';
import { readScopedYears } from '../scoped-year/read';
import type { NewRequestDistrict } from './store';

/** Whom to ask for what. */
interface Body {
  readonly districts: 'all' | readonly string[];
  readonly objects: 'all' | readonly string[];
  readonly checkDependencies: boolean;
  /** Absent: each district its current one. */
  readonly schoolYear?: number | undefined;
}

/** A district of a request, with what it would send. */
export interface PlannedDistrict extends NewRequestDistrict {
  readonly objects: readonly string[];
}

/**
 * The districts asked for, each planned: what one doesn't send is no reason to refuse the others.
 * @throws Problem 422 on an unknown district; PlanError on an unknown object, or when no district
 * can carry it out
 */
export async function plannedDistricts(
  context: ApiContext,
  principal: Principal,
  body: Body,
): Promise<PlannedDistrict[]> {
  refuseUnknownObjects(context, body);
  const scopedYears = await readScopedYears(context.control);
  const plans = new Map<string, ScopePlan>();
  let field = 'objects';
  const districts = selectedDistricts(context, principal, body).map((district): PlannedDistrict => {
    const current = scopedYears.get(district.id) ?? district.schoolYear;
    const { schoolYear = current } = body;
    const years = offeredYears(current, district);
    const year = years.find((offered) => offered.schoolYear === schoolYear);
    if (!year) {
      const problem = whyYearNotOffered(schoolYear, years);
      field = 'schoolYear';
      return { districtId: district.id, schoolYear, problem, objects: [] };
    }
    // A thousand districts have a handful of scopes.
    const scope = planScopeOf(district, year);
    const key = JSON.stringify(scope);
    const plan = plans.get(key) ?? planOfScope(context, body, scope);
    plans.set(key, plan);
    return { districtId: district.id, schoolYear, ...plan };
  });
  const first = districts[0]?.problem ?? null;
  if (first !== null && districts.every(({ problem }) => problem !== null)) throw new PlanError(first, field);
  return districts;
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

function refuseUnknownObjects({ catalog }: ApiContext, { objects }: Body): void {
  if (objects === 'all') return;
  const known = new Set(catalog.objects.map(({ name }) => name));
  const unknown = objects.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new PlanError(`There is no object "${unknown}" in the catalog.`, 'objects');
}

type ScopePlan = Pick<PlannedDistrict, 'problem' | 'objects'>;

/** What is sent in this scope, or why nothing can be. */
function planOfScope({ catalog }: ApiContext, body: Body, scope: PlanScope): ScopePlan {
  try {
    return { problem: null, objects: planResync(catalog, body, scope).objects.map(({ name }) => name) };
  } catch (error) {
    if (error instanceof PlanError) return { problem: error.message, objects: [] };
    throw error;
  }
}
