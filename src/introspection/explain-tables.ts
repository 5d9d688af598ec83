import { columnsSet, describeTrigger, sideEffects } from '../domain/state-triggers';
import type { TriggeredObject } from '../domain/trigger-order';
import { quoted } from './compare-columns';
import { compareNames, type EditionSchema, type TableSchema, uniqueKeysOf } from './edition-schema';
import { everyTable, type Finding, type Say } from './findings';
import type { MatchedTable } from './pair-tables';

/**
 * What the state's server does by itself, and what nothing says: named before anybody is surprised
 * by it. Pure.
 * @param planned the objects in the order in which a full resync sends them
 */
export function explainTables(
  tables: readonly MatchedTable[],
  state: EditionSchema,
  planned: readonly TriggeredObject[],
  objectNameOf: (table: string) => string,
): Finding[] {
  const findings: Finding[] = [];
  const places = new Map(planned.map(({ name }, place) => [name, place]));
  for (const table of tables) {
    const say: Say = (kind, message) => void findings.push({ kind, table: table.name, message });
    explainTriggers(table, state, say);
    explainLasting(table.name, state, say);
    explainOrder(planned[places.get(objectNameOf(table.name)) ?? -1], places, say);
    explainKeys(table, say);
    explainTraits(table, tables, say);
  }
  if (state.hiddenTriggers !== null)
    findings.push({ kind: 'note', table: everyTable, message: state.hiddenTriggers });
  const keys = tables.some(({ district, state: there }) =>
    [...district.foreignKeys, ...there.foreignKeys].some(({ parentTable }) =>
      tables.some(({ name }) => name === parentTable),
    ),
  );
  if (tables.length > 1 && !keys)
    findings.push({
      kind: 'decide',
      table: everyTable,
      message:
        'no foreign key at either side: nothing says which records need which parents, or what goes first; say it with --reference CHILD.COLUMN=PARENT.COLUMN',
    });
  return findings;
}

/** What the state's triggers do to a table that is sent. */
function explainTriggers(
  { name, district, ignoredColumns }: MatchedTable,
  { triggers }: EditionSchema,
  say: Say,
) {
  for (const trigger of triggers)
    if (trigger.table === name) say('note', `at the state, ${describeTrigger(trigger)}`);
  const set = columnsSet(triggers, name).map((column) => column.toLowerCase());
  const sent = [...district.columns.keys()].filter(
    (column) => set.includes(column.toLowerCase()) && !ignoredColumns.includes(column),
  );
  if (sent.length > 0)
    say(
      'decide',
      `${quoted(sent)}: set by the state's trigger, so that records which come out otherwise fail (STATE_CHANGES_VALUE); mend the trigger, or give the columns to the state (stateOwnedColumns, ignoredColumns)`,
    );
}

/** A rolled back record is gone; what its trigger wrote to a MyISAM table is not. */
function explainLasting(name: string, { triggers, tables }: EditionSchema, say: Say): void {
  const written = sideEffects(triggers, name, ['INSERT', 'UPDATE', 'DELETE']);
  for (const { table, engine, transactional } of tables)
    if (written.has(table) && !transactional && engine !== null)
      say(
        'decide',
        `its triggers write ${table}, which the state keeps in ${engine}, without transactions: what they wrote of a record that is taken back stays there, and may refuse the record from then on (ALTER TABLE ${table} ENGINE=InnoDB)`,
      );
}

function explainOrder(
  object: TriggeredObject | undefined,
  places: ReadonlyMap<string, number>,
  say: Say,
): void {
  if (object?.changedBy === undefined) return;
  const here = places.get(object.name)!;
  const first = object.changedBy.filter((other) => places.get(other)! < here);
  const later = object.changedBy.filter((other) => !first.includes(other));
  if (first.length > 0) say('note', `goes after ${first.join(', ')}, whose triggers write it`);
  if (later.length > 0)
    say('note', `triggers of ${later.join(', ')}, which can't go first, write it: compared again at the end`);
}

/**
 * Unique keys of the state that two records of the district may want one value of: the district has
 * none like it, or the state keeps it over all districts.
 */
function explainKeys({ district, state, key, tenantColumn }: MatchedTable, say: Say): void {
  for (const columns of uniqueKeysOf(state)) {
    const own = columns.filter((name) => name !== tenantColumn);
    if (!own.some((name) => district.columns.has(name))) continue;
    if (own.every((name) => key.includes(name))) continue;
    const shared = tenantColumn !== null && own.length === columns.length;
    if (!shared && isKeptUnique(district, state, own)) continue;
    say(
      'note',
      `the state keeps (${columns.join(', ')}) unique${shared ? ' over all districts' : ', the district does not (or by another collation)'}: a record whose value another one keeps fails (UNIQUE_CLASH)`,
    );
  }
}

/** Whether the district holds the same values to be equal, and has each once. */
function isKeptUnique(district: TableSchema, state: TableSchema, own: readonly string[]): boolean {
  return (
    uniqueKeysOf(district).some((columns) => columns.every((name) => own.includes(name))) &&
    own.every((name) => district.columns.get(name)?.collation === state.columns.get(name)?.collation)
  );
}

function explainTraits(
  { name, district, state }: MatchedTable,
  tables: readonly MatchedTable[],
  say: Say,
): void {
  if (!district.transactional && district.engine !== null)
    say(
      'note',
      `the district keeps it in ${district.engine}, which has no transactions: it is read all the same`,
    );
  if (state.traits.partitioned)
    say(
      'note',
      'partitioned at the state, where no foreign key can guard its references: parents are looked up',
    );
  const checks = state.traits.checks.filter(
    (check) => !district.traits.checks.includes(check) && district.columns.get(check)?.type !== 'json',
  );
  if (checks.length > 0)
    say(
      'note',
      `the state checks ${quoted(checks)}, which the district does not: records that break it fail`,
    );
  const cascading = tables.flatMap((child) =>
    child.state.traits.cascades
      .filter(({ parentTable }) => parentTable === name)
      .map(({ onDelete }) => `${child.name} (ON DELETE ${onDelete})`),
  );
  if (cascading.length > 0)
    say(
      'note',
      `removing its records would change or remove records of ${[...new Set(cascading)].sort(compareNames).join(', ')} by the state's own foreign keys: removals of it are refused`,
    );
}
