import { type DistrictConfig, zoneOf } from '../../config';
import { dayIn } from '../../domain/local-day';

/** Why a day can't be reported for: at the district it hasn't begun. `null`: it can. */
export function whyNoDayYet(
  reportingDate: string,
  district: Pick<DistrictConfig, 'timezone'>,
  now: Date,
): string | null {
  const zone = zoneOf(district);
  const today = dayIn(zone, now);
  if (reportingDate <= today) return null;
  return `${reportingDate} has not come yet at the district, where it is ${today} (${zone}).`;
}
