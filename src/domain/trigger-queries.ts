/** How a schema's triggers are read, by whoever has a connection to the state's server. Pure. */
import { readTriggers, type StateTrigger, type TriggerEffect } from './state-triggers';

type Cell = string | number | null;

/**
 * What the triggers of a schema do. An account without the right TRIGGER is shown none.
 * @param ask runs a statement and gives its rows as arrays
 * @param schema as a literal of SQL
 */
export async function loadTriggers(
  ask: (sql: string) => Promise<readonly (readonly Cell[])[]>,
  schema: string,
): Promise<TriggerEffect[]> {
  const rows = await ask(
    `SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, EVENT_MANIPULATION, ACTION_TIMING, ACTION_STATEMENT
       FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ${schema} ORDER BY TRIGGER_NAME`,
  );
  if (rows.length === 0) return [];
  const tables = await ask(`SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${schema}`);
  const routines = await ask(
    `SELECT ROUTINE_NAME, ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${schema}`,
  );
  return readTriggers(
    rows.map(([name, table, event, timing, body]) => ({
      name: String(name),
      table: String(table),
      event: String(event) as StateTrigger['event'],
      timing: String(timing) as StateTrigger['timing'],
      body: String(body ?? ''),
    })),
    tables.map(([table]) => String(table)),
    new Map(routines.map(([name, body]) => [String(name), body === null ? null : String(body)])),
  );
}
