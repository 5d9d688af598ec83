import type { Catalog } from '../../domain/catalog';
import { assessmentObjects } from './assessment';
import { attendanceObjects } from './attendance';
import { behaviorObjects } from './behavior';
import { healthObjects } from './health';
import { peopleObjects } from './people';
import { programsObjects } from './programs';
import { staffObjects } from './staff';
import { screens } from './screens';
import { structureObjects } from './structure';

/**
 * The specification's 62 sync objects; names, parents and year ties are those of
 * test/catalog/specified-objects.json (docs/decisions/0002).
 */
export const builtinCatalog: Catalog = {
  name: 'builtin',
  objects: [
    ...structureObjects,
    ...peopleObjects,
    ...attendanceObjects,
    ...behaviorObjects,
    ...staffObjects,
    ...programsObjects,
    ...healthObjects,
    ...assessmentObjects,
  ].map((object) => ({ ...object, screen: screens[object.name] ?? null })),
};
