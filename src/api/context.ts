import type { Knex } from 'knex';
import type { Logger } from 'pino';
import type { Config, DistrictConfig } from '../config';
import { readOfferedYears } from '../control/school-years';
import type { Catalog } from '../domain/catalog';
import { type OfferedYear, whyYearNotOffered } from '../domain/school-year';
import { Problem } from './problem';
import type { Gateway } from './gateway';

/** What every route works with. */
export interface ApiContext {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly control: Knex;
  readonly gateway: Gateway;
  readonly logger: Logger;
  /** After so long an event stream ends and is asked for anew: what was withdrawn meanwhile ends it then. */
  readonly streamMs: number;
}

/**
 * The school year a request is for, and what is offered in it. Absent: the district's scoped year.
 * @throws Problem 422 naming schoolYear when the district isn't configured for it
 */
export async function requireOfferedYear(
  { control }: Pick<ApiContext, 'control'>,
  district: DistrictConfig,
  schoolYear: number | undefined,
  where: { readonly pointer: string } | { readonly parameter: string },
): Promise<OfferedYear> {
  const years = await readOfferedYears(control, district);
  const wanted = years.find((year) =>
    schoolYear === undefined ? year.kind === 'current' : year.schoolYear === schoolYear,
  );
  if (wanted) return wanted;
  const detail = whyYearNotOffered(schoolYear!, years);
  throw new Problem(422, detail, [{ detail, ...where }]);
}
