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
  const views = await ask(
    `SELECT TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ${schema}`,
  );
  const outs = await ask(
    `SELECT SPECIFIC_NAME, ORDINAL_POSITION FROM information_schema.PARAMETERS
      WHERE SPECIFIC_SCHEMA = ${schema} AND PARAMETER_MODE IN ('OUT', 'INOUT')`,
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
    { routines: textsOf(routines), views: textsOf(views), outParameters: placesOf(outs) },
  );
}

/** What an account may not read is NULL, or empty. */
function textsOf(rows: readonly (readonly Cell[])[]): Map<string, string | null> {
  return new Map(
    rows.map(([name, text]) => [String(name), text === null || text === '' ? null : String(text)]),
  );
}

function placesOf(rows: readonly (readonly Cell[])[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [name, position] of rows) {
    const key = String(name).toLowerCase();
    places.set(key, [...(places.get(key) ?? []), Number(position) - 1]);
  }
  return places;
}
