import type { DistrictConfig } from './district';

/**
 * The time zone by whose clocks a district's days are told: its own, else the state's, which
 * parseConfig has put there.
 */
export function zoneOf({ timezone }: Pick<DistrictConfig, 'timezone'>): string {
  return timezone ?? 'UTC';
}
