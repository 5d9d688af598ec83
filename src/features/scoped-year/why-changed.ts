import type { DistrictConfig } from '../../config';
import type { OfferedYear } from '../../domain/school-year';
import type { ApiContext } from '../../http/context';
import { readScopedYear } from './read';

/**
 * A switch of the scoped year waits for stored resyncs and keeps new ones out while it is made; one
 * that was planned before it and stored after it would run for another year than the one it was
 * checked for.
 */
export async function whyYearChanged(
  { control }: ApiContext,
  district: DistrictConfig,
  { currentYear }: OfferedYear,
): Promise<string | null> {
  const now = await readScopedYear(control, district);
  if (now === currentYear) return null;
  return `The scoped year has just been switched from ${currentYear} to ${now}: look at the request again and repeat it.`;
}
