import type { ObjectReference } from '../domain/catalog';
import { sameName } from '../editions/columns/spelling';
import type { ForeignKey } from '../editions/columns/table-shape';
import { compareNames, type Schemas, sameColumns } from './edition-schema';
import { type Finding, IntrospectionError, type Say } from './findings';
import type { MatchedTable } from './pair-tables';
import { objectNameOf } from './object-of';
import type { GivenReference } from './options';

/** The foreign keys of one table, as the catalog can say them. */
export interface TableReferences {
  readonly table: MatchedTable;
  /** Lead to the parent's match key, in its order; sorted. */
  readonly references: readonly ObjectReference[];
  /**
   * Parents (tables) reached by another unique key or a column that isn't sent: first in order, but
   * not named where missing.
   */
  readonly orderOnly: readonly string[];
}

/** A foreign key of either side without the tenant column, or a reference that a person gave. */
interface Relation {
  readonly shown: string;
  readonly columns: readonly string[];
  /** `null`: it lies in another database. */
  readonly parentTable: string | null;
  readonly parentColumns: readonly string[];
}

/**
 * Foreign keys of both sides without the tenant column, and what a person gave, each once: the
 * district's give the hierarchy, the state's are what rejects a record. Pure; what can't be said is
 * added to the findings.
 * @throws IntrospectionError when a given reference names what isn't there
 */
export function referencesOf(
  tables: readonly MatchedTable[],
  schemas: Schemas,
  given: readonly GivenReference[],
  findings: Finding[],
): TableReferences[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  for (const reference of given) requireEnds(reference, byName);
  return tables.map((table) => {
    const say: Say = (kind, message) => void findings.push({ kind, table: table.name, message });
    const references = new Map<string, ObjectReference>();
    const orderOnly = new Set<string>();
    for (const relation of relationsOf(table, schemas, given)) {
      const followed = follow(table, relation, byName, say);
      if (followed === null) continue;
      if (typeof followed === 'string') orderOnly.add(followed);
      else references.set(JSON.stringify(followed), followed);
    }
    return {
      table,
      references: [...references].sort(([a], [b]) => compareNames(a, b)).map(([, reference]) => reference),
      orderOnly: [...orderOnly].sort(compareNames),
    };
  });
}

/** @returns the reference, or only the parent that goes first, or `null` */
function follow(
  table: MatchedTable,
  { shown, columns, parentTable, parentColumns }: Relation,
  byName: ReadonlyMap<string, MatchedTable>,
  say: Say,
): ObjectReference | string | null {
  const parent = parentTable === null ? undefined : byName.get(parentTable);
  if (parent === undefined) {
    const where = parentTable === null ? 'another database' : `${parentTable}, which is not in the catalog`;
    say('note', `${shown} leads to ${where}: neither order nor blocked records can follow it`);
    return null;
  }
  const wanted = parentColumns.map((name) => spelledIn(parent.key, name) ?? name);
  if (!sameColumns(wanted, parent.key)) {
    say(
      'note',
      `${shown} leads to (${wanted.join(', ')}) of ${parent.name}, whose match key is (${parent.key.join(', ')}): ` +
        (parent === table ? 'not followed' : 'kept as a parent for the order only'),
    );
    return parent === table ? null : parent.name;
  }
  const sent = columns.map((name) => spelledIn([...table.district.columns.keys()], name) ?? name);
  if (!sent.every((column) => isSent(table, column))) {
    say(
      'note',
      `${shown} has a column that is not sent: ` +
        (parent === table ? 'not followed' : `${parent.name} is kept as a parent for the order only`),
    );
    return parent === table ? null : parent.name;
  }
  return {
    object: objectNameOf(parent.name),
    // In the order of the parent's match key, so that the values read as its key.
    columns: parent.key.map((column) => sent[wanted.indexOf(column)]!),
    parentColumns: parent.key,
  };
}

function relationsOf(
  { name, district, state, tenantColumn }: MatchedTable,
  schemas: Schemas,
  given: readonly GivenReference[],
): Relation[] {
  const relations = new Map<string, Relation>();
  const add = (relation: Relation): void => {
    // The tenant column alone leads to the state's own table of districts: nothing a district
    // sends.
    if (relation.columns.length === 0) return;
    const pairs = relation.columns.map((column, i) => [
      column.toLowerCase(),
      relation.parentColumns[i]!.toLowerCase(),
    ]);
    const same = JSON.stringify([relation.parentTable, pairs.sort(([a], [b]) => compareNames(a!, b!))]);
    if (!relations.has(same)) relations.set(same, relation);
  };
  for (const [side, keys] of [
    [schemas.district, district.foreignKeys],
    [schemas.state, state.foreignKeys],
  ] as const)
    for (const key of keys) add(relationOf(key, side.schema, tenantColumn));
  for (const { child, parent } of given)
    if (child.table === name)
      add({
        shown: `reference (${child.columns.join(', ')})`,
        columns: child.columns,
        parentTable: parent.table,
        parentColumns: parent.columns,
      });
  return [...relations].sort(([a], [b]) => compareNames(a, b)).map(([, relation]) => relation);
}

function relationOf(key: ForeignKey, schema: string, tenantColumn: string | null): Relation {
  const kept = key.columns.map((_, i) => i).filter((i) => key.columns[i] !== tenantColumn);
  const columns = kept.map((i) => key.columns[i]!);
  return {
    shown: `foreign key (${columns.join(', ')})`,
    columns,
    parentTable: key.parentSchema === schema ? key.parentTable : null,
    parentColumns: kept.map((i) => key.parentColumns[i]!),
  };
}

/** @throws IntrospectionError */
function requireEnds({ child, parent }: GivenReference, byName: ReadonlyMap<string, MatchedTable>): void {
  if (child.columns.length !== parent.columns.length)
    throw new IntrospectionError(
      `--reference: ${child.table} has ${child.columns.length} columns for ${parent.columns.length} of ${parent.table}.`,
    );
  for (const { table, columns } of [child, parent]) {
    const found = byName.get(table);
    if (found === undefined)
      throw new IntrospectionError(`--reference: no table "${table}" is among those to be sent.`);
    const missing = columns.find((name) => spelledIn([...found.district.columns.keys()], name) === null);
    if (missing !== undefined)
      throw new IntrospectionError(`--reference: the district's table ${table} has no column "${missing}".`);
  }
}

function spelledIn(names: readonly string[], wanted: string): string | null {
  return names.find((name) => sameName(name, wanted)) ?? null;
}

/**
 * A reference compares what is sent with what the state has: a column the state computes or hasn't
 * can't take part.
 */
function isSent({ district, ignoredColumns }: MatchedTable, column: string): boolean {
  return district.columns.has(column) && !ignoredColumns.includes(column);
}
