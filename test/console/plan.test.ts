import fc from 'fast-check';
import request from 'supertest';
import type { z } from 'zod';
import { builtinCatalog } from '../../src/catalog/builtin';
import type * as answers from '../../src/console/api/answers';
import type * as stateAnswers from '../../src/console/api/state-answers';
import { planOf } from '../../src/console/plan/plan-of';
import { planResync, planScopeOf } from '../../src/domain/plan';
import { offeredYears } from '../../src/domain/school-year';
import type * as access from '../../src/features/access/schemas';
import type * as certifications from '../../src/features/certifications/schemas';
import type * as districtActions from '../../src/features/district-actions/schemas';
import type * as districts from '../../src/features/districts/list-schemas';
import type * as identities from '../../src/features/identity-conflicts/schemas';
import type * as stateRequests from '../../src/features/state-requests/schemas';
import type { verification } from '../../src/features/verifications/schemas';
import type { alert } from '../../src/features/alerts/schemas';
import type * as plans from '../../src/features/resyncs/plan-schemas';
import type * as resyncs from '../../src/features/resyncs/schemas';
import type * as yearEnd from '../../src/features/year-end/schemas';
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
        body: answers.ObjectsTable;
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

/**
 * Every field that a page reads is in the API's answer, with a type that fits: or this file isn't
 * compiled.
 */
type Fits<Page, Answer extends Page> = [Page, Answer];
export type Answers = [
  Fits<answers.SignIn, z.output<typeof access.signIn>>,
  Fits<answers.Session, z.output<typeof access.session>>,
  Fits<answers.District, z.output<typeof resyncs.district>>,
  Fits<answers.TableObject, z.output<typeof resyncs.tableObject>>,
  Fits<answers.Plan, z.output<typeof plans.plan>>,
  Fits<answers.Resync, z.output<typeof resyncs.resync>>,
  Fits<answers.Alert, z.output<typeof alert>>,
  Fits<answers.ResyncHead, z.output<typeof resyncs.resyncHead>>,
  Fits<answers.Verification, z.output<typeof verification>>,
  Fits<answers.Cause, z.output<typeof resyncs.cause>>,
  Fits<answers.RecordError, z.output<typeof resyncs.recordError>>,
  Fits<stateAnswers.DistrictsPage, z.output<typeof districts.districtsPage>>,
  Fits<stateAnswers.DistrictActionPreview, z.output<typeof districtActions.preview>>,
  Fits<stateAnswers.DistrictActionOutcome, z.output<typeof districtActions.districtAction>>,
  Fits<stateAnswers.BusyAgent, z.output<typeof districts.busyAgents>['items'][number]>,
  Fits<stateAnswers.RequestHead, z.output<typeof stateRequests.stateRequestHead>>,
  Fits<stateAnswers.Board, z.output<typeof stateRequests.board>>,
  Fits<stateAnswers.RequestPlan, z.output<typeof stateRequests.stateRequestPlan>>,
  Fits<stateAnswers.Compliance, z.output<typeof yearEnd.compliance>>,
  Fits<stateAnswers.IdentityConflict, z.output<typeof identities.identityConflict>>,
  Fits<stateAnswers.Resolution, z.output<typeof identities.resolved>>,
  Fits<stateAnswers.Person, z.output<typeof access.principal>>,
  Fits<stateAnswers.Token, z.output<typeof access.token>>,
  Fits<stateAnswers.AuditEvent, z.output<typeof access.auditEvent>>,
  Fits<stateAnswers.AuditChain, z.output<typeof access.auditChain>>,
  Fits<stateAnswers.Certification, z.output<typeof certifications.certification>>,
];
