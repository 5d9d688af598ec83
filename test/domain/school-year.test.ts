import fc from 'fast-check';
import type { Catalog } from '../../src/domain/catalog';
import { PlanError, planResync, planScopeOf, whyNotOffered } from '../../src/domain/plan';
import { type OfferedYear, offeredYears, yearListProblems } from '../../src/domain/school-year';
import { builtinCatalog } from '../../src/catalog/builtin';
import { arbitraryCatalog } from './catalogs';

const district = { objects: { enabled: [], disabled: [] } };

test('a district offers its scoped year, and the years beside it that are configured', () => {
  const lists = { previousYear: { objects: ['Calendar'] }, nextYear: { objects: ['Day'] } };
  const shown = (years: readonly OfferedYear[]) => years.map(({ schoolYear, kind }) => [schoolYear, kind]);
  expect(shown(offeredYears(2022, {}))).toEqual([[2022, 'current']]);
  expect(shown(offeredYears(2022, lists))).toEqual([
    [2021, 'previous'],
    [2022, 'current'],
    [2023, 'next'],
  ]);
});

/**
 * A catalog of which some objects are tied to a year, the list of a previous year, and a selection.
 */
const situation = arbitraryCatalog().chain((drawn) => {
  const all = drawn.objects.map(({ name }) => name);
  return fc
    .record({
      tied: fc.subarray(all, { minLength: 1 }),
      objects: fc.oneof(fc.constant('all' as const), fc.subarray(all, { minLength: 1 })),
      disabled: fc.subarray(all, { maxLength: Math.min(2, all.length) }),
      checkDependencies: fc.boolean(),
      picks: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
    })
    .map(({ tied, picks, ...rest }) => ({
      ...rest,
      catalog: {
        name: 'tied',
        objects: drawn.objects.map((object) => ({
          ...object,
          schoolYear: tied.includes(object.name) ? { column: 'endYear' } : null,
        })),
      } satisfies Catalog,
      list: [...new Set(picks.map((n) => tied[n % tied.length]!))],
    }));
});

test('a plan of the previous year has only objects tied to a year, configured for it and sent in the current one; parents come first', () => {
  fc.assert(
    fc.property(situation, ({ catalog, objects, disabled, checkDependencies, list }) => {
      const [year] = offeredYears(2027, { previousYear: { objects: list } });
      const scope = planScopeOf({ objects: { enabled: [], disabled } }, year);
      const byName = new Map(catalog.objects.map((object) => [object.name, object]));
      const isOffered = (name: string): boolean =>
        byName.get(name)!.schoolYear !== null &&
        list.includes(name) &&
        whyNotOffered(byName.get(name)!, { state: null, disabled }) === null;
      const foreign = objects !== 'all' && objects.some((name) => !list.includes(name));
      const asked = objects === 'all' ? list : objects;
      const plan = () => planResync(catalog, { objects, checkDependencies }, scope);
      if (foreign || !asked.some(isOffered)) {
        expect(plan).toThrow(PlanError);
        return;
      }
      const names = plan().objects.map(({ name }) => name);
      expect(names.filter((name) => !isOffered(name))).toEqual([]);
      for (const name of asked) expect(names.includes(name)).toBe(isOffered(name));
      const placed = new Set<string>();
      for (const { name, after } of plan().objects) {
        const { parents, softParents, cycle } = byName.get(name)!;
        for (const parent of [...parents, ...softParents])
          if (names.includes(parent)) expect(placed.has(parent)).toBe(true);
        expect(after.every((parent) => placed.has(parent))).toBe(true);
        placed.add(name);
        // Closure stays within the offer: every offered hard parent, and nothing else.
        if (checkDependencies)
          for (const parent of parents.filter(isOffered)) expect(names).toContain(parent);
        else expect(asked.includes(name) || cycle !== null).toBe(true);
      }
    }),
    { numRuns: 600 },
  );
});

describe('the specification’s previous year', () => {
  const [previous] = offeredYears(2022, {
    previousYear: {
      objects: ['Calendar', 'CourseSection', 'ScheduleStructure', 'StructureGradeLevel', 'Enrollment'],
    },
  });
  const plan = (objects: 'all' | string[]) =>
    planResync(builtinCatalog, { objects, checkDependencies: true }, planScopeOf(district, previous));

  test('its tree starts at Calendar, and what isn’t offered counts as present', () => {
    const { objects, omitted } = plan(['Enrollment']);
    expect(objects.map(({ name, after }) => [name, after])).toEqual([
      ['Calendar', []],
      ['ScheduleStructure', ['Calendar']],
      ['StructureGradeLevel', ['ScheduleStructure']],
      ['Enrollment', ['ScheduleStructure', 'StructureGradeLevel']],
    ]);
    expect(omitted.map(({ name }) => name).sort()).toEqual(['PersonIdentity', 'School']);
    expect(plan('all').objects[0]).toMatchObject({ name: 'Calendar', after: [], dependsOn: [] });
    expect(plan('all').objects).toHaveLength(5);
  });

  test.each([
    [['School'], 'School is not tied to a school year: resync it in the current year, 2022.'],
    [['Calendar', 'Graduation'], 'Graduation is not configured to sync for the previous year, 2021.'],
  ])('refuses %j by name with the reason', (objects, message) => {
    expect(() => plan(objects)).toThrow(new PlanError(message, 'objects'));
  });
});

test('a list for another year names each object it can’t have', () => {
  const lists = {
    id: 'd',
    previousYear: { objects: ['Calendar', 'School'] },
    nextYear: { objects: ['Nonsense'] },
  };
  expect(yearListProblems(lists, builtinCatalog.objects)).toEqual([
    'd, previousYear.objects: School is not tied to a school year; it is resynced in the current year only.',
    'd, nextYear.objects: there is no object "Nonsense" in the catalog.',
  ]);
});
