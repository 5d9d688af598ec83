import fc from 'fast-check';
import request from 'supertest';
import { builtinCatalog } from '../../src/catalog/builtin';
import type { ObjectsTable } from '../../src/console/api/answers';
import { planOf } from '../../src/console/plan/plan-of';
import { planResync, planScopeOf } from '../../src/domain/plan';
import { offeredYears } from '../../src/domain/school-year';
import { apiWorld, type ApiWorld } from '../support/api-world';

const tied = builtinCatalog.objects.filter(({ schoolYear }) => schoolYear !== null).map(({ name }) => name);
const years = { previousYear: { objects: tied.slice(0, 9) }, nextYear: { objects: tied.slice(3, 20) } };
const scopes = [
  { id: 'plain' },
  { id: 'other-state', state: 'KY' },
  {
    id: 'switched',
    objects: { enabled: ['ReportingEntity', 'Evaluation'], disabled: ['Roster', 'Calendar'] },
  },
];

let world: ApiWorld;
beforeAll(async () => (world = await apiWorld({ objects: builtinCatalog, years, more: scopes })));
afterAll(() => world.close());

test('the browser plans what the server plans, whatever is ticked, in every year and district', async () => {
  for (const district of world.config.districts.filter(({ id }) => scopes.some((scope) => scope.id === id))) {
    for (const year of offeredYears(district.schoolYear, district)) {
      const path = `/api/v1/districts/${district.id}/objects?schoolYear=${year.schoolYear}`;
      const { body } = (await request(world.app).get(path).set('Authorization', world.as.state)) as {
        body: ObjectsTable;
      };
      const { items } = body;
      const names = items.filter(({ notOffered }) => notOffered === null).map(({ object }) => object);
      const scope = planScopeOf(district, year);
      fc.assert(
        fc.property(
          fc.oneof(fc.subarray(names, { minLength: 1 }), fc.constant('all' as const)),
          fc.boolean(),
          (objects, checkDependencies) => {
            const here = planOf(items, objects, checkDependencies);
            expect(here.problem ?? sorted(here.reasons)).toEqual(
              serverPlan(() => planResync(builtinCatalog, { objects, checkDependencies }, scope)),
            );
          },
        ),
        { numRuns: 60 },
      );
    }
  }
});

type Planned = ReturnType<typeof planResync>;
const sorted = (reasons: ReadonlyMap<string, unknown>) =>
  [...reasons].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, reason]) => ({ name, reason }));

/** Names and reasons, in the order of the names; or why there is no plan. */
function serverPlan(plan: () => Planned): unknown {
  try {
    return sorted(new Map(plan().objects.map(({ name, reason }) => [name, reason])));
  } catch (error) {
    return (error as Error).message;
  }
}
