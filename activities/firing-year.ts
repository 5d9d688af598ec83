import { readOfferedYears } from '../src/features/scoped-year/read';
import { PlanError, planResync, planScopeOf } from '../src/domain/plan';
import { scenarioProblem } from '../src/domain/scenario-rules';
import type { ResyncSchedule } from '../src/domain/schedule';
import type { OfferedYear } from '../src/domain/school-year';
import type { ActivityDependencies } from './dependencies';

/** Why a firing starts nothing, in a sentence for people. */
export class Refusal extends Error {}

/**
 * The scoped year of this time, in which what the schedule asks for can be planned: a schedule
 * lives over the rollover.
 * @throws Refusal when the district or the objects are no longer what the schedule was made for
 */
export async function yearOfFiring(
  { config, catalog, control }: ActivityDependencies,
  { districtId, request: asked }: ResyncSchedule,
): Promise<OfferedYear> {
  const district = config.districts.find(({ id }) => id === districtId);
  if (!district)
    throw new Refusal(
      `There is no district "${districtId}" any more: it was retired, or left the configuration.`,
    );
  const year = (await readOfferedYears(control, district)).find(({ kind }) => kind === 'current');
  if (!year) throw new Refusal('The district has no current school year.');
  const lossy = asked.scenario === undefined ? null : scenarioProblem(asked.scenario, asked.objects, year);
  if (lossy) throw new Refusal(lossy.why);
  try {
    planResync(catalog, asked, planScopeOf(district, year));
  } catch (error) {
    if (error instanceof PlanError) throw new Refusal(error.message);
    throw error;
  }
  return year;
}
