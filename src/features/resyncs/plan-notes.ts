import { parseAddress } from '../../database/address';
import { escape } from 'mysql2';
import type { Knex } from 'knex';
import { type Config, type DistrictConfig, isSplitByYear, sharesState } from '../../config';
import { selectRows } from '../../control/database';
import { whyTriggersAreHidden } from '../../database/rights';
import { type Catalog, requireObject } from '../../domain/catalog';
import type { PlannedObject, ResyncPlan } from '../../domain/plan';
import { isSharedTable, whyNotExtra } from '../../domain/shared-tables';
import { orderByTriggers } from '../../domain/trigger-order';
import { loadTriggers } from '../../domain/trigger-queries';

/** What a person has to know of an object before it is sent. */
export interface PlanNote {
  readonly object: string;
  readonly note: string;
}

/**
 * The order of a plan under the state's triggers, and what the state's tables mean for its objects.
 * Read through the control database's server, which is the state's (decision 5).
 */
export async function noteStateTables(
  {
    config,
    catalog,
    control,
  }: { readonly config: Config; readonly catalog: Catalog; readonly control: Knex },
  district: DistrictConfig,
  { objects: planned }: ResyncPlan,
): Promise<{ readonly objects: readonly PlannedObject[]; readonly notes: PlanNote[] }> {
  const schema = parseAddress(config.stateDatabaseUrl).database;
  const ask = async (sql: string): Promise<(string | number | null)[][]> => {
    const rows = await selectRows<Record<string, string | number | null>>(control, sql, []);
    return rows.map((row) => Object.values(row));
  };
  const effects = await loadTriggers(ask, escape(schema));
  const hidden = await whyTriggersAreHidden(ask, schema);
  const { objects, notes } = orderByTriggers(catalog, planned, effects);
  const sharing = { sharesState: sharesState(config), splitByYear: isSplitByYear(district) };
  const shared = objects
    .map(({ name }) => requireObject(catalog, name))
    .filter((object) => isSharedTable(object, sharing));
  return {
    objects: objects.map(({ changedBy: _, ...object }) => object),
    notes: [
      ...(hidden === null ? [] : objects.slice(0, 1).map(({ name }) => ({ object: name, note: hidden }))),
      ...shared.map((object) => ({
        object: object.name,
        note: `Nothing is reported as extra or removed. ${whyNotExtra(object, sharing)}`,
      })),
      ...notes,
    ],
  };
}
