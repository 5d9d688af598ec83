import type { Knex } from 'knex';
import { type OfferedYear, offeredYears, type YearSetup } from '../../domain/school-year';

/** What the configuration says of a district's years. */
export interface DistrictYears extends YearSetup {
  readonly id: string;
  /** The scoped year while it was never switched. */
  readonly schoolYear: number;
  readonly timezone?: string | undefined;
}

/**
 * The district's current scoped year: as it was last switched, or as configured while it never was.
 * @returns the year in which the school year ends
 */
export async function readScopedYear(
  control: Knex,
  { id, schoolYear }: { readonly id: string; readonly schoolYear: number },
): Promise<number> {
  const row = await control<{ districtID: string; scopedYear: number }>('districtYear')
    .where({ districtID: id })
    .first();
  return row?.scopedYear ?? schoolYear;
}

/** Scoped years of all districts that ever switched, by district. */
export async function readScopedYears(control: Knex): Promise<Map<string, number>> {
  const rows = await control<{ districtID: string; scopedYear: number }>('districtYear').select();
  return new Map(rows.map(({ districtID, scopedYear }) => [districtID, scopedYear]));
}

/** The years a district offers now, the earliest first. */
export async function readOfferedYears(
  control: Knex,
  district: DistrictYears,
): Promise<readonly [OfferedYear, ...OfferedYear[]]> {
  return offeredYears(await readScopedYear(control, district), district);
}
