import fc from 'fast-check';
import seed from '../catalog/specified-objects.json';
import { syncObject as entry } from '../../src/catalog/builtin/entry';
import type { Catalog, SyncObject } from '../../src/domain/catalog';

/** A plain object with the parts a test cares about. */
export function syncObject(name: string, parts: Partial<SyncObject> = {}): SyncObject {
  return entry({ name, label: name, key: [`${name}ID`], guidColumn: null, ...parts });
}

const partOfPersonIdentity: Partial<SyncObject> = {
  table: 'PersonIdentity',
  key: ['PersonIdentityID'],
  subsetOf: 'PersonIdentity',
  only: { column: 'stateID', isNull: true },
};

/**
 * The specification's 62 objects with its parents, straight from its file: independent of how the
 * built-in catalog is written.
 */
export const seedCatalog: Catalog = {
  name: 'seed',
  objects: seed.objects.map((object) =>
    syncObject(object.name, {
      parents: object.recommendedParents,
      softParents: object.recommendedSoftParents,
      states: object.stateSpecific === null ? null : [object.stateSpecific],
      enabledByDefault: object.enabledByDefault,
      ...(object.name === 'PersonIdentityNoStateIDOnly' ? partOfPersonIdentity : {}),
    }),
  ),
};

/**
 * Catalogs without cycles: parents come from objects made earlier, the list itself is in any order.
 * Some have cycles.
 */
export function arbitraryCatalog({ maxObjects = 14 }: { maxObjects?: number } = {}): fc.Arbitrary<Catalog> {
  const parts = fc.record({
    hard: fc.array(fc.nat(), { maxLength: 3 }),
    soft: fc.array(fc.nat(), { maxLength: 2 }),
    optional: fc.integer({ min: 0, max: 9 }).map((n) => n < 2),
    states: fc.constantFrom(null, null, null, ['KY'], ['SD', 'ME']),
    inCycle: fc.integer({ min: 0, max: 9 }).map((n) => n < 2),
  });
  return fc
    .array(parts, { minLength: 1, maxLength: maxObjects })
    .chain((all) => {
      const objects: SyncObject[] = [];
      all.forEach(({ hard, soft, optional, states, inCycle }, i) => {
        const earlier = objects.filter((o) => !(inCycle && o.cycle === 'ring'));
        const pick = (picks: number[]): string[] =>
          i === 0 || earlier.length === 0
            ? []
            : [...new Set(picks.map((n) => earlier[n % earlier.length]!.name))];
        const parents = pick(hard);
        const softParents = pick(soft).filter((name) => !parents.includes(name));
        const cycle = inCycle ? 'ring' : null;
        objects.push(
          syncObject(`O${i}`, { parents, softParents, states, enabledByDefault: !optional, cycle }),
        );
      });
      return fc.shuffledSubarray(objects, { minLength: objects.length, maxLength: objects.length });
    })
    .map((objects) => ({ name: 'random', objects }));
}
