import { alg, Graph } from '@dagrejs/graphlib';
import type { Catalog, SyncObject } from '../domain/catalog';
import { checkObject } from './check-object';
import type { CatalogProblem } from './problem';

/**
 * What the shape can't say: that names lead somewhere, keys fit, nothing waits for itself. Pure.
 * @returns every problem, in the order of the objects; empty when the catalog can be used
 */
export function checkCatalog(catalog: Catalog): CatalogProblem[] {
  const byName = new Map<string, SyncObject>();
  for (const object of catalog.objects) if (!byName.has(object.name)) byName.set(object.name, object);
  const ancestors = ancestorsOf(catalog, byName);
  return [
    ...duplicateNames(catalog),
    ...sharedTables(catalog),
    ...catalog.objects.flatMap((object) =>
      checkObject(object, { byName, ancestors: ancestors.get(object.name) ?? new Set() }),
    ),
    ...cycles(catalog, byName),
    ...brokenCycles(catalog, ancestors),
  ];
}

function duplicateNames({ objects }: Catalog): CatalogProblem[] {
  return objects
    .filter(({ name }, index) => objects.findIndex((other) => other.name === name) < index)
    .map(({ name }) => ({ object: name, field: 'name', message: 'two objects have this name' }));
}

/**
 * Two objects over one table would count and write its records twice; a subset says that it means
 * to.
 */
function sharedTables({ objects }: Catalog): CatalogProblem[] {
  return (['table', 'stateTable'] as const).flatMap((field) => {
    const owners = new Map<string, string>();
    return objects.flatMap((object): CatalogProblem[] => {
      if (object.subsetOf !== null) return [];
      const owner = owners.get(object[field]);
      if (owner === undefined) {
        owners.set(object[field], object.name);
        return [];
      }
      if (owner === object.name) return []; // a duplicate name, said already
      const message = `"${object[field]}" is the ${field} of ${owner} too; use subsetOf to send a part of it`;
      return [{ object: object.name, field, message }];
    });
  });
}

/**
 * Everything that comes before an object by hard and soft parents; robust against cycles and
 * unknown names.
 */
function ancestorsOf(catalog: Catalog, byName: ReadonlyMap<string, SyncObject>): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const { name } of catalog.objects) {
    const reached = new Set<string>();
    const todo = parentsOf(byName.get(name));
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      todo.push(...parentsOf(byName.get(next)));
    }
    all.set(name, reached);
  }
  return all;
}

function parentsOf(object: SyncObject | undefined): string[] {
  return object === undefined ? [] : [...object.parents, ...object.softParents];
}

/** Cycles of hard and soft parents, each told as a path a person can follow. */
function cycles(catalog: Catalog, byName: ReadonlyMap<string, SyncObject>): CatalogProblem[] {
  const graph = new Graph({ directed: true });
  for (const { name } of catalog.objects) graph.setNode(name);
  for (const object of catalog.objects)
    for (const parent of parentsOf(object)) if (byName.has(parent)) graph.setEdge(parent, object.name);
  return alg.findCycles(graph).map((members) => {
    const path = cyclePath(new Set(members), byName);
    const field = byName.get(path[0]!)?.parents.includes(path[1] ?? path[0]!) ? 'parents' : 'softParents';
    return { object: path[0]!, field, message: `a cycle: ${[...path, path[0]].join(' waits for ')}` };
  });
}

/** Walks from the first member to parents inside the component until a name comes back. */
function cyclePath(members: ReadonlySet<string>, byName: ReadonlyMap<string, SyncObject>): string[] {
  const path: string[] = [];
  let name = [...members].sort()[0]!;
  while (!path.includes(name)) {
    path.push(name);
    name = parentsOf(byName.get(name)).find((parent) => members.has(parent))!;
  }
  return path.slice(path.indexOf(name));
}

/**
 * A cycle is verified when all its members are written: an object between two members would be
 * written in between.
 */
function brokenCycles(
  catalog: Catalog,
  ancestors: ReadonlyMap<string, ReadonlySet<string>>,
): CatalogProblem[] {
  const comesAfter = (name: string, other: string): boolean => ancestors.get(name)?.has(other) ?? false;
  return catalog.objects.flatMap((object): CatalogProblem[] => {
    if (object.cycle === null) return [];
    const members = catalog.objects.filter(({ cycle }) => cycle === object.cycle);
    const between = catalog.objects.find(
      ({ name, cycle }) =>
        cycle !== object.cycle &&
        comesAfter(object.name, name) &&
        members.some((member) => member.name !== object.name && comesAfter(name, member.name)),
    );
    if (between === undefined) return [];
    const message = `${between.name} comes between members of the cycle "${object.cycle}": make it a member`;
    return [{ object: object.name, field: 'cycle', message }];
  });
}
