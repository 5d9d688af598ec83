import type { Knex } from 'knex';
import type { Logger } from 'pino';
import type { Config, DistrictConfig } from '../config';
import type { Catalog } from '../domain/catalog';
import type { PlanScope } from '../domain/plan';
import { Problem } from './problem';
import type { Gateway } from './gateway';

/** What every route works with. */
export interface ApiContext {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly control: Knex;
  readonly gateway: Gateway;
  readonly logger: Logger;
}

/** Which objects the district sends, as planning wants it. */
export function planScopeOf(district: DistrictConfig): PlanScope {
  return { ...district.objects, state: district.state ?? null };
}

/** @throws Problem 422 naming schoolYear: other years than the current one are not offered yet */
export function requireCurrentYear(
  district: DistrictConfig,
  schoolYear: number | undefined,
  where: { readonly pointer: string } | { readonly parameter: string },
): number {
  if (schoolYear === undefined || schoolYear === district.schoolYear) return district.schoolYear;
  const detail = `The district’s current school year is ${district.schoolYear}; another year can’t be resynced.`;
  throw new Problem(422, detail, [{ detail, ...where }]);
}
