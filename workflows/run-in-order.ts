/** The order in which a plan's objects are worked on. Knows nothing of Temporal: promises only. */

/** One object of a plan. */
export interface Ordered {
  readonly name: string;
  /** Objects that must have ended before this one starts. */
  readonly after: readonly string[];
  /** Those of them that must have succeeded; without one of these, this object can't be done. */
  readonly dependsOn?: readonly string[];
  /** Objects of one cycle (cyclic foreign keys) are worked on together. */
  readonly cycle: string | null;
}

export interface Steps<Item> {
  /**
   * Works on one object, or on all objects of one cycle.
   * @param failedParent an object these depend on that didn't succeed; `null`: all succeeded
   */
  readonly run: (group: readonly Item[], failedParent: string | null) => Promise<void>;
  /** Asked about an object that has ended. Absent: every object succeeds. */
  readonly succeeded?: (name: string) => boolean;
}

/**
 * Runs every group of objects once: as soon as its own parents have ended, not when a whole level
 * has. Cycles may only exist within a group; parents that aren't among the objects count as done.
 * @throws the first error of `run`; what comes after that group is not started
 */
export async function runInOrder<Item extends Ordered>(
  items: readonly Item[],
  { run, succeeded = () => true }: Steps<Item>,
): Promise<void> {
  const groupOf = new Map(items.map((item) => [item.name, item.cycle ?? item.name]));
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = item.cycle ?? item.name;
    groups.set(group, [...(groups.get(group) ?? []), item]);
  }
  const outside = (group: string, names: readonly string[]): string[] =>
    names.filter((name) => groupOf.has(name) && groupOf.get(name) !== group);

  const ends = new Map<string, Promise<void>>();
  const endOf = (group: string): Promise<void> => {
    const known = ends.get(group);
    if (known !== undefined) return known;
    const members = groups.get(group) ?? [];
    const parents = outside(
      group,
      members.flatMap(({ after }) => after),
    );
    const needed = outside(
      group,
      members.flatMap(({ dependsOn = [] }) => dependsOn),
    );
    const parentsEnd = Promise.all(parents.map((name) => endOf(groupOf.get(name)!)));
    const end = parentsEnd.then(() => run(members, needed.find((name) => !succeeded(name)) ?? null));
    ends.set(group, end);
    return end;
  };
  await Promise.all([...groups.keys()].map(endOf));
}

/**
 * @returns a function that runs work, at most `places` pieces at once, in the order of the calls
 */
export function atMost(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = places;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      // The place is handed on, so that no later call can take it from the first in the queue.
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
