import { listFieldSettings } from '../src/features/field-ownership/settings-store';
import type { Catalog } from '../src/domain/catalog';
import { withSettings } from '../src/domain/field-ownership';
import type { ActivityDependencies } from './dependencies';

/**
 * The catalog as it holds for a district now: its Synchronization Field Settings say which fields
 * are the state's. Asked for by each activity, so that a change takes effect with the next range.
 * @throws ControlError
 */
export async function catalogOf(
  { catalog, control }: Pick<ActivityDependencies, 'catalog' | 'control'>,
  districtId: string,
): Promise<Catalog> {
  return withSettings(catalog, await listFieldSettings(control, districtId));
}
