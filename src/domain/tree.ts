/** The objects as a tree, for people: an object has many parents, and stands below one of them. */
import type { SyncObject } from './catalog';

/**
 * Below which object each one stands: the parent with the longest way up, so that Roster is found
 * below Enrollment and not below District; of equal ones the first in the catalog's order. Parents
 * that aren't among the objects don't count. Objects of a cycle stand beside each other.
 * @returns for each object that has one; the others stand at the top
 */
export function treeParents(
  objects: readonly Pick<SyncObject, 'name' | 'parents'>[],
): ReadonlyMap<string, string> {
  const byName = new Map(objects.map((object) => [object.name, object]));
  const depths = new Map<string, number>();
  const depthOf = (name: string, below: readonly string[]): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const above = parentsOf(name).filter((parent) => !below.includes(parent));
    const depth = above.length === 0 ? 0 : 1 + Math.max(...above.map((p) => depthOf(p, [...below, name])));
    depths.set(name, depth);
    return depth;
  };
  const parentsOf = (name: string): string[] =>
    (byName.get(name)?.parents ?? []).filter((parent) => parent !== name && byName.has(parent));
  const order = new Map(objects.map(({ name }, index) => [name, index]));
  return new Map(
    objects.flatMap(({ name }) => {
      const [deepest] = parentsOf(name).sort(
        (a, b) => depthOf(b, [name]) - depthOf(a, [name]) || order.get(a)! - order.get(b)!,
      );
      return deepest === undefined ? [] : [[name, deepest] as const];
    }),
  );
}
