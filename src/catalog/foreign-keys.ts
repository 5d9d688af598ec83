import type { ObjectReference } from '../domain/catalog';
import { type IntrospectionFinding, type MatchedTable, sameColumns } from './match-tables';
import { compareNames, type ForeignKeySchema } from './read-schema';

/** The foreign keys of one table, as the catalog can say them. */
export interface TableReferences {
  readonly table: MatchedTable;
  /** Lead to the parent's match key, in its order; sorted. */
  readonly references: readonly ObjectReference[];
  /**
   * Parents reached by another unique key or a column that isn't sent: first in order, but not
   * named where missing.
   */
  readonly orderOnly: readonly string[];
}

/**
 * Foreign keys of both sides without the tenant column, each once: the district's give the
 * hierarchy, the state's are what rejects a record. Pure; what can't be said is added to the
 * findings.
 */
export function referencesOf(
  tables: readonly MatchedTable[],
  findings: IntrospectionFinding[],
): TableReferences[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  return tables.map((table) => {
    const note = (message: string): void => void findings.push({ kind: 'note', table: table.name, message });
    const references = new Map<string, ObjectReference>();
    const orderOnly = new Set<string>();
    for (const key of distinctKeys(table)) {
      const shown = `foreign key (${key.columns.join(', ')})`;
      const parent = key.parentTable === null ? undefined : byName.get(key.parentTable);
      if (parent === undefined) {
        const where =
          key.parentTable === null ? 'another database' : `${key.parentTable}, which is not in the catalog`;
        note(`${shown} leads to ${where}: neither order nor blocked records can follow it`);
      } else if (!sameColumns(key.parentColumns, parent.key)) {
        const other = key.parentColumns.join(', ');
        note(
          `${shown} leads to (${other}) of ${parent.name}, whose match key is (${parent.key.join(', ')}): ` +
            (parent === table ? 'not followed' : 'kept as a parent for the order only'),
        );
        if (parent !== table) orderOnly.add(parent.name);
      } else if (!key.columns.every((column) => isSent(table, column))) {
        note(
          `${shown} has a column that is not sent: ` +
            (parent === table ? 'not followed' : `${parent.name} is kept as a parent for the order only`),
        );
        if (parent !== table) orderOnly.add(parent.name);
      } else {
        const reference = inKeyOrder(key, parent);
        references.set(JSON.stringify(reference), reference);
      }
    }
    return {
      table,
      references: [...references].sort(([a], [b]) => compareNames(a, b)).map(([, reference]) => reference),
      orderOnly: [...orderOnly].sort(compareNames),
    };
  });
}

function distinctKeys({ district, state, tenantColumn }: MatchedTable): ForeignKeySchema[] {
  const keys = new Map<string, ForeignKeySchema>();
  for (const key of [...district.foreignKeys, ...state.foreignKeys]) {
    const plain = withoutTenant(key, tenantColumn);
    // The tenant column alone leads to the state's own table of districts: nothing a district
    // sends.
    if (plain.columns.length === 0) continue;
    const pairs = plain.columns.map((column, i) => [column, plain.parentColumns[i]] as const);
    const same = JSON.stringify([plain.parentTable, pairs.sort(([a], [b]) => compareNames(a, b))]);
    if (!keys.has(same)) keys.set(same, plain);
  }
  return [...keys].sort(([a], [b]) => compareNames(a, b)).map(([, key]) => key);
}

/**
 * A reference compares what is sent with what the state has: a column the state computes or hasn't
 * can't take part.
 */
function isSent({ district, ignoredColumns }: MatchedTable, column: string): boolean {
  return district.columns.some(({ name }) => name === column) && !ignoredColumns.includes(column);
}

function withoutTenant(key: ForeignKeySchema, tenantColumn: string | null): ForeignKeySchema {
  const kept = key.columns.map((_, i) => i).filter((i) => key.columns[i] !== tenantColumn);
  return {
    ...key,
    columns: kept.map((i) => key.columns[i]!),
    parentColumns: kept.map((i) => key.parentColumns[i]!),
  };
}

/** In the order of the parent's match key, so that the values read as its key. */
function inKeyOrder(key: ForeignKeySchema, parent: MatchedTable): ObjectReference {
  return {
    object: parent.name,
    columns: parent.key.map((column) => key.columns[key.parentColumns.indexOf(column)]!),
    parentColumns: parent.key,
  };
}
