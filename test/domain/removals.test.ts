import fc from 'fast-check';
import { checkCatalog } from '../../src/catalog/check';
import { noRecords } from '../../src/domain/outcome';
import { planResync } from '../../src/domain/plan';
import {
  describeRemovals,
  isAboveThreshold,
  type RemovalOutcome,
  removalOrder,
  whyNotRemoved,
} from '../../src/domain/removals';
import { arbitraryCatalog } from './catalogs';

test('removes nothing before what was sent after it: children first, in any catalog, a cycle together', () => {
  fc.assert(
    fc.property(arbitraryCatalog(), (catalog) => {
      // No object between two members of a cycle.
      fc.pre(checkCatalog(catalog).every(({ field }) => field !== 'cycle'));
      fc.pre(catalog.objects.some(({ enabledByDefault, states }) => enabledByDefault && states === null));
      const { objects } = planResync(catalog, { objects: 'all', checkDependencies: true }, { state: 'MT' });
      const groups = removalOrder(objects);
      expect(groups.flatMap((group) => group.objects).sort()).toEqual(objects.map(({ name }) => name).sort());
      const placeOf = (name: string): number => groups.findIndex((group) => group.objects.includes(name));
      for (const child of objects) {
        for (const parent of child.after) {
          if (placeOf(child.name) !== placeOf(parent))
            expect(placeOf(child.name)).toBeLessThan(placeOf(parent));
        }
        const fellows = objects.filter(({ cycle }) => cycle !== null && cycle === child.cycle);
        for (const { name } of fellows) expect(placeOf(name)).toBe(placeOf(child.name));
      }
    }),
    { numRuns: 400 },
  );
});

test('is above the threshold only beyond it, at any size', () => {
  const above = (found: number, records: number, thresholdPercent = 10): boolean =>
    isAboveThreshold({ found, records, thresholdPercent });
  expect([above(10, 100), above(11, 100), above(1, 10), above(1, 9), above(1, 1)]).toEqual([
    false,
    true,
    false,
    true,
    true,
  ]);
  expect([above(100, 100, 100), above(1, 1_000_000, 0), above(0, 5, 0)]).toEqual([false, true, false]);
});

test('takes only objects that were read completely and without failures; excluded records don’t matter', () => {
  const counts = { ...noRecords, unchanged: 5, excluded: 3, extra: 2 };
  expect(whyNotRemoved('Roster', { status: 'finished', counts })).toBeNull();
  for (const trouble of [{ failed: 1 }, { blocked: 1 }])
    expect(whyNotRemoved('Roster', { status: 'finished', counts: { ...counts, ...trouble } })).toMatch(
      /^Roster /,
    );
  for (const status of ['failed', 'cancelled', 'skipped'] as const)
    expect(whyNotRemoved('Roster', { status, counts })).toContain(status);
});

test('says what was removed, and of every object of which nothing was, why', () => {
  const outcome = (object: string, parts: Partial<RemovalOutcome>): RemovalOutcome => ({
    object,
    decision: 'below',
    found: 5,
    removed: 0,
    kept: 0,
    reason: null,
    ...parts,
  });
  expect(describeRemovals([])).toBeNull();
  expect(
    describeRemovals([
      outcome('A', { removed: 4, kept: 1 }),
      outcome('B', { decision: 'approved', removed: 5 }),
      outcome('C', { decision: 'expired' }),
      outcome('D', { decision: 'rejected' }),
      outcome('E', { decision: 'refused', found: 0, reason: 'E has 1 failed.' }),
    ]),
  ).toBe(
    '9 records removed at the state, 1 kept. C: not approved in time, none of 5 removed. ' +
      'D: rejected, none of 5 removed. E: none removed. E has 1 failed.',
  );
});
