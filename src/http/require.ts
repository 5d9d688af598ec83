import { type Config, type DistrictConfig, zoneOf } from '../config';
import type { Principal } from '../domain/principal';
import type { Initiator } from '../domain/resync';
import type { ToolRight } from '../domain/rights';
import { notFound, Problem } from './problem';

/** @throws Problem 403 naming the right */
export function requireToolRight(principal: Principal, right: ToolRight): void {
  if (principal.rights.includes(right)) return;
  const detail = `This needs the tool right ${right}, which ${principal.name} doesn’t have.`;
  throw new Problem(403, detail, [], {}, 'missing-right');
}

/** May the caller see this district at all? */
export function sees(principal: Principal, districtId: string): boolean {
  return principal.districts === null
    ? principal.level === 'state'
    : principal.districts.includes(districtId);
}

/** @throws Problem 404, the same for an unknown district and for another's */
export function requireDistrict(config: Config, principal: Principal, districtId: string): DistrictConfig {
  const district = config.districts.find(({ id }) => id === districtId);
  if (!district || !sees(principal, districtId)) throw notFound();
  return district;
}

/**
 * A state's request is not the district's to see into nor to stop (specification: districts can't
 * deny it).
 */
export function canSeeDetails(principal: Principal, head: { readonly initiator: Initiator }): boolean {
  return principal.level === 'state' || head.initiator === 'district';
}

/**
 * By whose clocks a caller's days are told: those of the district that is asked about, of the
 * caller's own, if it is one, else the state's.
 */
export function zoneFor(
  { districts, timezone }: Pick<Config, 'districts' | 'timezone'>,
  principal: Principal,
  asked?: DistrictConfig,
): string {
  const own =
    principal.level === 'district' && principal.districts?.length === 1 ? principal.districts[0] : null;
  return zoneOf(asked ?? districts.find(({ id }) => id === own) ?? { timezone });
}
