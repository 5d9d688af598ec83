import { alg, Graph } from '@dagrejs/graphlib';
import { checkCatalog } from '../catalog/check';
import { formatProblem } from '../catalog/problem';
import type { Catalog, SyncObject } from '../domain/catalog';
import { planResync } from '../domain/plan';
import { orderByTriggers } from '../domain/trigger-order';
import { compareNames, type Schemas } from './edition-schema';
import { explainTables } from './explain-tables';
import { type Finding, IntrospectionError } from './findings';
import { referencesOf, type TableReferences } from './foreign-keys';
import { matchTables } from './match-tables';
import { bareObject, objectNameOf } from './object-of';
import type { IntrospectionOptions } from './options';

export interface Introspection {
  readonly catalog: Catalog;
  /** Sorted by table. Whoever uses the catalog has to have seen those of kind `refused`. */
  readonly findings: readonly Finding[];
}

/**
 * A catalog from two databases' own keys, for schemas we have never seen. Pure, and the same for
 * the same databases. Tables whose foreign keys form a cycle, nullable or not, are one group; so is
 * a table that references itself.
 * @throws IntrospectionError when the tenant column is ambiguous, or an option names what isn't
 *   there
 */
export function introspect(schemas: Schemas, options: IntrospectionOptions = {}): Introspection {
  const findings: Finding[] = [];
  const tables = matchTables(schemas, options, findings);
  const referenced = referencesOf(tables, schemas, options.references ?? [], findings);
  const cycles = unitsOf(referenced);
  const graph = orderGraph(referenced, cycles, findings);
  const objects = referenced.map((entry) => objectOf(entry, cycles, graph));
  const catalog = { name: options.name ?? 'introspected', objects };
  const problems = checkCatalog(catalog);
  if (problems.length > 0) throw new IntrospectionError(problems.map(formatProblem).join('\n'));
  findings.push(...explainTables(tables, schemas.state, plannedOf(catalog, schemas), objectNameOf));
  return { catalog, findings: findings.sort((a, b) => compareNames(a.table, b.table)) };
}

/** A full resync's order under the state's triggers. */
function plannedOf(catalog: Catalog, { state }: Schemas) {
  if (catalog.objects.length === 0) return [];
  const { objects } = planResync(catalog, { objects: 'all', checkDependencies: false }, { state: null });
  return orderByTriggers(catalog, objects, state.triggers).objects;
}

function tablesByObject(referenced: readonly TableReferences[]): ReadonlyMap<string, string> {
  return new Map(referenced.map(({ table }) => [objectNameOf(table.name), table.name]));
}

/**
 * Table -> cycle, named after the first of its members: a strongly connected component, or a
 * reference to itself.
 */
function unitsOf(referenced: readonly TableReferences[]): Map<string, string> {
  const graph = new Graph({ directed: true });
  const tableOf = tablesByObject(referenced);
  for (const { table } of referenced) graph.setNode(table.name);
  for (const { table, references } of referenced)
    for (const { object } of references) graph.setEdge(tableOf.get(object)!, table.name);
  const cycles = new Map<string, string>();
  for (const component of alg.tarjan(graph)) {
    const members = [...component].sort(compareNames);
    const first = members[0]!;
    if (members.length === 1 && !graph.hasEdge(first, first)) continue;
    for (const member of members) cycles.set(member, first);
  }
  return cycles;
}

/** Nodes are whole cycles and tables outside of any: acyclic, whatever the foreign keys do. */
function orderGraph(
  referenced: readonly TableReferences[],
  cycles: ReadonlyMap<string, string>,
  findings: Finding[],
): Map<string, Set<string>> {
  const tableOf = tablesByObject(referenced);
  const place = (name: string): string => cycles.get(name) ?? name;
  const parents = new Map<string, Set<string>>();
  const above = new Map<string, Set<string>>();
  const link = (from: string, to: string): void => {
    parents.set(from, (parents.get(from) ?? new Set()).add(to));
    above.set(place(from), (above.get(place(from)) ?? new Set()).add(place(to)));
  };
  for (const { table, references } of referenced)
    for (const { object } of references) {
      const parent = tableOf.get(object)!;
      if (place(parent) !== place(table.name)) link(table.name, parent);
    }
  for (const { table, orderOnly } of referenced) {
    for (const parent of orderOnly) {
      if (!comesAfter(above, place(parent), place(table.name))) link(table.name, parent);
      else {
        const message = `${parent} can't come first, it waits for this table itself: its records may be blocked at first`;
        findings.push({ kind: 'note', table: table.name, message });
      }
    }
  }
  return parents;
}

function comesAfter(above: ReadonlyMap<string, ReadonlySet<string>>, name: string, other: string): boolean {
  const seen = new Set<string>();
  const todo = [name];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (next === other) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    todo.push(...(above.get(next) ?? []));
  }
  return false;
}

function objectOf(
  { table, references }: TableReferences,
  cycles: ReadonlyMap<string, string>,
  parents: ReadonlyMap<string, ReadonlySet<string>>,
): SyncObject {
  const cycle = cycles.get(table.name);
  return {
    ...bareObject(table),
    parents: [...(parents.get(table.name) ?? [])].sort(compareNames).map(objectNameOf),
    references,
    cycle: cycle === undefined ? null : objectNameOf(cycle),
  };
}
