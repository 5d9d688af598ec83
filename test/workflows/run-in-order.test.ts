import fc from 'fast-check';
import { atMost, type Ordered, runInOrder } from '../../workflows/run-in-order';

interface Plan {
  readonly items: readonly Ordered[];
  /** Turns of the event loop that each item's work takes. */
  readonly turns: ReadonlyMap<string, number>;
  readonly failing: ReadonlySet<string>;
}

const letters = [...'abcdefghij'];

/** Plans whose parents come from groups made earlier; their items are listed in any order. */
const plans: fc.Arbitrary<Plan> = fc
  .record({
    cycles: fc.array(fc.constantFrom(null, null, 'x', 'y'), { minLength: 1, maxLength: letters.length }),
    after: fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 10, maxLength: 10 }),
    needed: fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
    turns: fc.array(fc.nat(5), { minLength: 10, maxLength: 10 }),
    failing: fc.uniqueArray(fc.nat(9), { maxLength: 3 }),
    order: fc.array(fc.nat(1000), { minLength: 10, maxLength: 10 }),
  })
  .map(({ cycles, after, needed, turns, failing, order }) => {
    // A cycle takes the place of its first member, so that parents of any member are made before
    // it.
    const place = cycles.map((cycle, index) => (cycle === null ? index : cycles.indexOf(cycle)));
    const items = cycles.map((cycle, index) => {
      const parents = after[index]!.filter((parent) => (place[parent] ?? Infinity) < place[index]!);
      return {
        name: letters[index]!,
        cycle,
        after: parents.map((parent) => letters[parent]!),
        dependsOn: parents.filter((_, nth) => needed[index * 3 + nth]).map((parent) => letters[parent]!),
      };
    });
    return {
      items: items
        .map((item, index) => ({ item, by: order[index]! }))
        .sort((a, b) => a.by - b.by)
        .map(({ item }) => item),
      turns: new Map(items.map(({ name }, index) => [name, turns[index]!])),
      failing: new Set(failing.flatMap((index) => items[index]?.name ?? [])),
    };
  });

interface Played {
  readonly started: ReadonlyMap<string, number>;
  readonly ended: ReadonlyMap<string, number>;
  readonly skipped: ReadonlyMap<string, string>;
  readonly groups: readonly (readonly string[])[];
}

/** Runs a plan on promises alone; a skipped object counts as one that didn't succeed. */
async function play({ items, turns, failing }: Plan): Promise<Played> {
  let clock = 0;
  const started = new Map<string, number>();
  const ended = new Map<string, number>();
  const skipped = new Map<string, string>();
  const groups: string[][] = [];
  await runInOrder(items, {
    succeeded: (name) => ended.has(name) && !failing.has(name) && !skipped.has(name),
    run: async (group, failedParent) => {
      groups.push(group.map(({ name }) => name));
      for (const { name } of group) {
        expect(started.has(name)).toBe(false);
        started.set(name, (clock += 1));
        if (failedParent !== null) skipped.set(name, failedParent);
      }
      for (let left = Math.max(...group.map(({ name }) => turns.get(name)!)); left > 0; left -= 1)
        await new Promise(setImmediate);
      for (const { name } of group) ended.set(name, (clock += 1));
    },
  });
  return { started, ended, skipped, groups };
}

test('everything runs exactly once, a cycle as one, and nothing before its parents have ended', () =>
  fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { started, ended, groups } = await play(plan);
      expect([...ended.keys()].sort()).toEqual(plan.items.map(({ name }) => name).sort());
      const cycleOf = new Map(plan.items.map(({ name, cycle }) => [name, cycle]));
      for (const group of groups) {
        const cycle = cycleOf.get(group[0]!);
        const members = plan.items.filter((item) => cycle !== null && item.cycle === cycle);
        expect(group).toEqual(cycle === null ? group.slice(0, 1) : members.map(({ name }) => name));
      }
      for (const { name, after } of plan.items)
        for (const parent of after) expect(ended.get(parent)!).toBeLessThan(started.get(name)!);
    }),
  ));

test('what failed skips what depends on it, directly or not, and nothing else', () =>
  fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { skipped } = await play(plan);
      const groupOf = (name: string) => {
        const { cycle } = plan.items.find((item) => item.name === name)!;
        return plan.items.filter((item) => item.name === name || (cycle !== null && item.cycle === cycle));
      };
      const lost = (name: string): boolean => plan.failing.has(name) || isSkipped(name);
      const isSkipped = (name: string): boolean =>
        groupOf(name)
          .flatMap(({ dependsOn = [] }) => dependsOn)
          .some(lost);
      expect([...skipped.keys()].sort()).toEqual(
        plan.items
          .map(({ name }) => name)
          .filter(isSkipped)
          .sort(),
      );
      for (const [name, parent] of skipped)
        expect(groupOf(name).flatMap(({ dependsOn = [] }) => dependsOn)).toContain(parent);
    }),
  ));

test('an object starts the moment its own parents have ended, not when a whole level has', async () => {
  let openSlow = () => {};
  const slow = new Promise<void>((resolve) => (openSlow = resolve));
  const log: string[] = [];
  const done = runInOrder(
    [
      { name: 'grandchild', cycle: null, after: ['child'] },
      { name: 'child', cycle: null, after: ['root'] },
      { name: 'root', cycle: null, after: ['elsewhere'] },
      { name: 'slow', cycle: null, after: [] },
    ],
    {
      run: async ([item]) => {
        if (item!.name === 'slow') await slow;
        log.push(item!.name);
      },
    },
  );
  await new Promise(setImmediate);
  expect(log).toEqual(['root', 'child', 'grandchild']);
  openSlow();
  await done;
  expect(log.at(-1)).toBe('slow');
});

test('an error stops what comes after it, and is thrown', async () => {
  const log: string[] = [];
  const done = runInOrder(
    [
      { name: 'root', cycle: null, after: [] },
      { name: 'child', cycle: null, after: ['root'] },
    ],
    {
      run: ([item]) => {
        log.push(item!.name);
        return Promise.reject(new Error('cancelled'));
      },
    },
  );
  await expect(done).rejects.toThrow('cancelled');
  expect(log).toEqual(['root']);
});

test('at most so many run at once, all of them do, first come first served, whether they succeed or not', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ turns: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() }), { maxLength: 12 }),
      async (places, works) => {
        const inTurn = atMost(places);
        const begun: number[] = [];
        let running = 0;
        let most = 0;
        const ends = works.map(({ turns, fails }, index) =>
          inTurn(async () => {
            begun.push(index);
            most = Math.max(most, (running += 1));
            for (let left = turns; left > 0; left -= 1) await new Promise(setImmediate);
            running -= 1;
            if (fails) throw new Error(String(index));
            return index;
          }),
        );
        const settled = await Promise.allSettled(ends);
        expect(settled.map(({ status }) => status === 'rejected')).toEqual(works.map(({ fails }) => fails));
        expect(begun).toEqual(works.map((_, index) => index));
        expect(most).toBe(Math.min(places, works.length));
      },
    ),
  ));
