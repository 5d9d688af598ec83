import { databaseOfYear, type DistrictConfig, whyNoYearDatabase } from '../../config';
import { type OfferedYear, whyYearNotOffered } from '../../domain/school-year';
import type { ApiContext } from '../../http/context';
import { unusable } from '../../http/problem';
import { readOfferedYears } from './read';

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
  if (wanted) {
    if (databaseOfYear(district, wanted.schoolYear) !== null) return wanted;
    throw unusable(whyNoYearDatabase(district.id, wanted.schoolYear), where);
  }
  throw unusable(whyYearNotOffered(schoolYear!, years), where);
}
