import { schoolObject } from '../src/domain/school-path';
import type { RecordScope } from '../src/domain/range';
import type { Editions } from '../src/editions/connection/pools';
import type { ObjectMapping } from '../src/editions/mapping/types';
import { readSchoolNames } from '../src/editions/schools/names';
import { keepSchoolNames } from '../src/features/schools/store';
import type { ActivityDependencies } from './dependencies';

/**
 * Keeps the names of the schools while School is looked at anyway. A name is a comfort for who
 * reads: whatever is wrong with it, the work goes on.
 */
export async function noteSchoolNames(
  { control }: Pick<ActivityDependencies, 'control'>,
  editions: Editions,
  {
    districtId,
    mapping,
    scope,
  }: { readonly districtId: string; readonly mapping: ObjectMapping; readonly scope: RecordScope },
): Promise<void> {
  if (mapping.object.name !== schoolObject) return;
  try {
    await keepSchoolNames(control, districtId, await readSchoolNames(editions, mapping, scope));
  } catch {
    // The next resync or comparison tries again.
  }
}
