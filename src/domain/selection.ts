import type { Catalog, ObjectReference, SyncObject } from './catalog';

/**
 * Runs of chosen records: why a record is in one, and along which references the others are found.
 */

/**
 * `asked`: it was named. `descendant`: it hangs below it. `ancestor`: one of these refers to it.
 * `error`: another run has a stored error of it. `parent`: one that was blocked needs it.
 */
export type SelectedWhy = 'asked' | 'ancestor' | 'descendant' | 'error' | 'parent';

/** Records of `child` hold keys of records of `parent`. */
export interface SelectionLink {
  readonly child: string;
  readonly parent: string;
  readonly reference: ObjectReference;
}

export interface SelectionLinks {
  /** By the name of the parent: what hangs below it, soft references too. */
  readonly below: ReadonlyMap<string, readonly SelectionLink[]>;
  /**
   * By the name of the child: what it refers to. Foreign keys only: these are what blocks a record,
   * and a soft parent is one that it arrives without.
   */
  readonly above: ReadonlyMap<string, readonly SelectionLink[]>;
}

/**
 * The references among the objects a district sends.
 * @param sent names of those objects
 */
export function linksAmong(catalog: Catalog, sent: ReadonlySet<string>): SelectionLinks {
  const linksOf = ({ name }: SyncObject, references: readonly ObjectReference[]): SelectionLink[] =>
    references
      .map((reference) => ({ child: name, parent: reference.object, reference }))
      .filter(({ parent }) => sent.has(parent));
  const objects = catalog.objects.filter(({ name }) => sent.has(name));
  const hard = objects.flatMap((object) => linksOf(object, object.references));
  const soft = objects.flatMap((object) => linksOf(object, object.softReferences));
  return {
    below: groupedBy('parent', [...hard, ...soft]),
    above: groupedBy('child', hard),
  };
}

function groupedBy(end: 'parent' | 'child', links: readonly SelectionLink[]): Map<string, SelectionLink[]> {
  const groups = new Map<string, SelectionLink[]>();
  for (const link of links) groups.set(link[end], [...(groups.get(link[end]) ?? []), link]);
  return groups;
}

/**
 * The object by which a record is sent: the whole for an object that sends a part of it, since both
 * in one run would send the same record twice. `null`: the district doesn't send it.
 */
export function senderOf(catalog: Catalog, sent: ReadonlySet<string>, name: string): string | null {
  const whole = catalog.objects.find((object) => object.name === name)?.subsetOf ?? null;
  if (whole !== null && sent.has(whole)) return whole;
  return sent.has(name) ? name : null;
}

/**
 * Objects whose records would hang below one of `root`, and which the district doesn't send; in the
 * catalog's order.
 */
export function unsentBelow(catalog: Catalog, sent: ReadonlySet<string>, root: string): string[] {
  const wholes = catalog.objects.filter(({ subsetOf }) => subsetOf === null);
  const { below } = linksAmong(catalog, new Set(wholes.map(({ name }) => name)));
  const reached = new Set<string>();
  const todo = [root];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    todo.push(...(below.get(name) ?? []).map(({ child }) => child));
  }
  return wholes.map(({ name }) => name).filter((name) => reached.has(name) && !sent.has(name));
}
