import type { DistrictConfig } from '../src/config';
import { readOfferedYears } from '../src/features/scoped-year/read';
import { PlanError, planResync, planScopeOf, type ResyncPlan } from '../src/domain/plan';
import type { ResyncRequest } from '../src/domain/resync';
import { whyYearNotOffered } from '../src/domain/school-year';
import type { ActivityDependencies } from './dependencies';

/**
 * The plan in the year as it is offered now: a switch of the scoped year may have come between
 * request and run.
 * @throws PlanError when nothing can be sent
 */
export async function planRun(
  { catalog, control }: Pick<ActivityDependencies, 'catalog' | 'control'>,
  district: DistrictConfig,
  request: Pick<ResyncRequest, 'objects' | 'checkDependencies' | 'schoolYear'>,
): Promise<ResyncPlan> {
  const years = await readOfferedYears(control, district);
  const year = years.find(({ schoolYear }) => schoolYear === request.schoolYear);
  if (!year) throw new PlanError(whyYearNotOffered(request.schoolYear, years), 'schoolYear');
  return planResync(catalog, request, planScopeOf(district, year));
}
