import type { Knex } from 'knex';

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
