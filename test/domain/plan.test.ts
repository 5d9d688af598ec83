import fc from 'fast-check';
import type { Catalog } from '../../src/domain/catalog';
import { type PlanScope, planResync, type ResyncPlan, whyNotOffered } from '../../src/domain/plan';
import { arbitraryCatalog, seedCatalog, syncObject } from './catalogs';

const everywhere: PlanScope = { state: null };
const names = (plan: ResyncPlan): string[] => plan.objects.map(({ name }) => name);
const planOf = (objects: 'all' | string[], scope = everywhere, checkDependencies = true): ResyncPlan =>
  planResync(seedCatalog, { objects, checkDependencies }, scope);
const entry = (plan: ResyncPlan, name: string) => plan.objects.find((o) => o.name === name)!;

/** A catalog, a selection of it, and a district's scope. */
const situation = arbitraryCatalog().chain((catalog) => {
  const all = catalog.objects.map(({ name }) => name);
  return fc.record({
    catalog: fc.constant(catalog),
    objects: fc.oneof(fc.constant('all' as const), fc.subarray(all, { minLength: 1 })),
    scope: fc.record({
      state: fc.constantFrom(null, 'KY', 'SD', 'MT'),
      enabled: fc.subarray(all, { maxLength: Math.min(3, all.length) }),
      disabled: fc.subarray(all, { maxLength: Math.min(2, all.length) }),
    }),
  });
});

/** Runs the property where a plan can be made at all (something of the selection is offered). */
function holds(
  check: (plan: ResyncPlan, s: { catalog: Catalog; objects: 'all' | string[]; scope: PlanScope }) => void,
  checkDependencies: boolean,
): void {
  fc.assert(
    fc.property(situation, ({ catalog, objects, scope }) => {
      const asked =
        objects === 'all' ? catalog.objects : catalog.objects.filter((o) => objects.includes(o.name));
      fc.pre(asked.some((object) => whyNotOffered(object, scope) === null));
      check(planResync(catalog, { objects, checkDependencies }, scope), { catalog, objects, scope });
    }),
    { numRuns: 400 },
  );
}

describe.each([true, false])('any plan with Check dependencies %s', (checkDependencies) => {
  test('starts nothing before its parents', () => {
    holds((plan, { catalog }) => {
      const place = new Map(names(plan).map((name, i) => [name, i]));
      for (const [name, i] of place) {
        const object = catalog.objects.find((o) => o.name === name)!;
        for (const parent of [...object.parents, ...object.softParents]) {
          expect(place.get(parent) ?? -1).toBeLessThan(i);
          if (place.has(parent)) expect(entry(plan, name).after).toContain(parent);
        }
      }
    }, checkDependencies);
  });

  test('waits only for planned objects, so everything with finished parents may start', () => {
    holds((plan) => {
      const finished = new Set<string>();
      for (const { name, after, dependsOn } of plan.objects) {
        expect(after.every((parent) => finished.has(parent))).toBe(true);
        expect(dependsOn.every((parent) => after.includes(parent))).toBe(true);
        finished.add(name);
      }
    }, checkDependencies);
  });

  test('has each object once, only objects the district sends, and says which it left out', () => {
    holds((plan, { catalog, objects, scope }) => {
      expect(new Set(names(plan)).size).toBe(plan.objects.length);
      for (const object of catalog.objects) {
        if (whyNotOffered(object, scope) === null) continue;
        expect(names(plan)).not.toContain(object.name);
        if (objects === 'all' || objects.includes(object.name)) {
          expect(plan.omitted.map(({ name }) => name)).toContain(object.name);
        }
      }
    }, checkDependencies);
  });

  test('has all of a cycle that the district sends, or none', () => {
    holds((plan, { catalog, scope }) => {
      const ring = catalog.objects.filter((o) => o.cycle === 'ring' && whyNotOffered(o, scope) === null);
      const planned = ring.filter(({ name }) => names(plan).includes(name));
      expect([0, ring.length]).toContain(planned.length);
    }, checkDependencies);
  });

  test('is the same whatever the order of the names asked for', () => {
    holds((plan, { catalog, objects, scope }) => {
      if (objects === 'all') return;
      const again = planResync(catalog, { objects: [...objects].reverse(), checkDependencies }, scope);
      expect(again.objects).toEqual(plan.objects);
    }, checkDependencies);
  });
});

test('Check dependencies adds every hard parent the district sends, and a reason for each', () => {
  holds((plan, { catalog, objects, scope }) => {
    const planned = new Set(names(plan));
    for (const { name, reason } of plan.objects) {
      const object = catalog.objects.find((o) => o.name === name)!;
      for (const parent of object.parents) {
        const sent =
          whyNotOffered(
            catalog.objects.find((o) => o.name === parent)!,
            scope,
          ) === null;
        expect(planned.has(parent)).toBe(sent);
        if (!sent) expect(plan.omitted.map((o) => o.name)).toContain(parent);
      }
      const asked = objects === 'all' || objects.includes(name);
      expect(reason.kind).toBe(asked ? 'requested' : 'dependency');
      if (reason.kind === 'dependency') {
        expect(reason.neededBy.length).toBeGreaterThan(0);
        expect(reason.neededBy.every((needy) => planned.has(needy))).toBe(true);
      }
    }
  }, true);
});

test('without Check dependencies nothing is added but members of a cycle', () => {
  holds((plan, { catalog, objects }) => {
    for (const name of names(plan)) {
      const inCycle = catalog.objects.find((o) => o.name === name)?.cycle !== null;
      expect(objects === 'all' || objects.includes(name) || inCycle).toBe(true);
    }
  }, false);
});

describe('the specification', () => {
  test('Enrollment brings the seven objects that the 2014 screenshot marks', () => {
    const plan = planOf(['Enrollment']);
    expect(new Set(names(plan))).toEqual(
      new Set([
        'District',
        'School',
        'Calendar',
        'ScheduleStructure',
        'StructureGradeLevel',
        'PersonIdentity',
        'Enrollment',
      ]),
    );
    expect(entry(plan, 'School').reason).toEqual({ kind: 'dependency', neededBy: ['Calendar'] });
  });

  test('School follows ReportingEntity only where that object is switched on, and is skipped when it fails', () => {
    expect(names(planOf(['School']))).toEqual(['District', 'School']);
    const on = planOf(['School'], { state: null, enabled: ['ReportingEntity'] });
    expect(names(on)).toEqual(['District', 'ReportingEntity', 'School']);
    expect(entry(on, 'School').dependsOn).toEqual(['District', 'ReportingEntity']);
    expect(entry(on, 'ReportingEntity').reason).toEqual({ kind: 'dependency', neededBy: ['School'] });
  });

  test('a soft parent orders, but is neither added nor able to skip its child', () => {
    expect(names(planOf(['Day']))).not.toContain('PeriodSchedule');
    const both = planOf(['Day', 'PeriodSchedule']);
    expect(entry(both, 'Day').after).toContain('PeriodSchedule');
    expect(entry(both, 'Day').dependsOn).toEqual(['ScheduleStructure']);
  });

  test('a grandchild follows its grandparent where the object between them is not in the run', () => {
    const plan = planOf(['Enrollment', 'School'], everywhere, false);
    expect(names(plan)).toEqual(['School', 'Enrollment']);
    expect(entry(plan, 'Enrollment')).toMatchObject({ after: ['School'], dependsOn: [] });
  });

  test('PersonIdentityNoStateIDOnly never runs beside PersonIdentity', () => {
    fc.assert(
      fc.property(
        fc.subarray(
          seedCatalog.objects.map(({ name }) => name),
          { minLength: 1 },
        ),
        fc.boolean(),
        (objects, checkDependencies) => {
          let planned: string[];
          try {
            planned = names(planOf(objects, { state: null, enabled: ['Evaluation'] }, checkDependencies));
          } catch {
            return;
          }
          const pair = ['PersonIdentity', 'PersonIdentityNoStateIDOnly'];
          expect(pair.every((name) => planned.includes(name))).toBe(false);
        },
      ),
    );
    expect(names(planOf('all'))).not.toContain('PersonIdentityNoStateIDOnly');
    expect(() => planOf(['PersonIdentity', 'PersonIdentityNoStateIDOnly'])).toThrow(/chosen too/);
    expect(() => planOf(['Enrollment', 'PersonIdentityNoStateIDOnly'])).toThrow(/needed by another/);
    expect(names(planOf(['PersonIdentityNoStateIDOnly'], everywhere, false))).toHaveLength(1);
  });

  test('a full resync leaves out other states, optional objects and the subset, and nothing else', () => {
    const plan = planOf('all', { state: 'KY' });
    expect(plan.omitted.map(({ name }) => name).sort()).toEqual(
      [
        'AttendanceBIEAbsentDays',
        'AttendanceSDMinute',
        'CTEDataME',
        'Evaluation',
        'ISEPResidentialCertification',
        'ISEPResidentialVerification',
        'NASIS',
        'PersonIdentityNoStateIDOnly',
        'ReportingEntity',
      ].sort(),
    );
    expect(plan.objects).toHaveLength(62 - 9);
  });

  test.each([
    [[], /at least one/],
    [['Enrolment'], /no object "Enrolment"/],
    [['Evaluation'], /None of the chosen/],
  ])('refuses %j in words', (objects, message) => {
    expect(() => planOf(objects)).toThrow(message);
  });
});

test('a cycle brings the parents of all its members', () => {
  const catalog: Catalog = {
    name: 'ring',
    objects: [
      syncObject('City'),
      syncObject('Department', { cycle: 'Department' }),
      syncObject('Employee', { cycle: 'Department', parents: ['City'] }),
    ],
  };
  const plan = planResync(catalog, { objects: ['Department'], checkDependencies: true }, everywhere);
  expect(names(plan)).toEqual(
    ['City', 'Department', 'Employee'].sort((a, b) => names(plan).indexOf(a) - names(plan).indexOf(b)),
  );
  expect(plan.objects).toHaveLength(3);
  expect(entry(plan, 'Employee').reason).toEqual({ kind: 'dependency', neededBy: ['Department'] });
});

test('500 objects are planned in well under a tenth of a second', () => {
  const objects = Array.from({ length: 500 }, (_, i) =>
    syncObject(`O${i}`, {
      parents: [i >> 1, i >> 2, i - 1].filter((p) => p >= 0 && p < i).map((p) => `O${p}`),
    }),
  ).map((o) => ({ ...o, parents: [...new Set(o.parents)] }));
  objects.reverse();
  // The best of some: what else the machine does isn't the plan's.
  const times = Array.from({ length: 10 }, () => {
    const started = performance.now();
    planResync({ name: 'large', objects }, { objects: 'all', checkDependencies: true }, everywhere);
    return performance.now() - started;
  });
  expect(Math.min(...times)).toBeLessThan(100);
});
