import { assessmentTables } from './assessment';
import { attendanceTables } from './attendance';
import { behaviorTables } from './behavior';
import type { TableDescription } from './description';
import { healthTables } from './health';
import { peopleTables } from './people';
import { programsTables } from './programs';
import { staffTables } from './staff';
import { structureTables } from './structure';

/**
 * The table of every object by its name, in files that stand as the objects do in
 * src/catalog/builtin.
 */
export const tables: Readonly<Record<string, TableDescription>> = {
  ...structureTables,
  ...peopleTables,
  ...attendanceTables,
  ...behaviorTables,
  ...staffTables,
  ...programsTables,
  ...healthTables,
  ...assessmentTables,
};
