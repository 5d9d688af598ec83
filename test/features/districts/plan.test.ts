import request from 'supertest';
import { addBlackout } from '../../../src/features/blackouts/store';
import { finishObject } from '../../../src/features/resyncs/object-store';
import { finishResync } from '../../../src/features/resyncs/store';
import { finishVerification, insertVerification } from '../../../src/features/verifications/store';
import { planVerifiedObjects } from '../../../src/features/verifications/object-store';
import { ledgerPage, runningResync } from '../../support/control-database';
import { withWorker } from '../../support/api-worker';
import { apiWorld, type ApiWorld } from '../../support/api-world';

/** What is shown before a resync is sent, and that nothing else is sent. */

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld();
});
afterAll(() => world.close());

interface Plan {
  readonly planHash: string;
  readonly scenarios: readonly { readonly scenario: string; readonly whyNot: string | null }[];
  readonly [name: string]: unknown;
}

const post = (path: string, body: object, header = world.as.here) =>
  request(world.app).post(`/api/v1/districts/${world.here}${path}`).set('Authorization', header).send(body);
const planOf = async (body: object, header?: string) => {
  const answer = await post('/plan', body, header);
  expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
  return answer.body as Plan;
};

/** A finished run of School and Course that took some seconds. */
async function run(resyncId: string, records: number, initiator: 'district' | 'state'): Promise<void> {
  const { control, here: districtId } = world;
  await runningResync(control, resyncId, ['School', 'Course'], { districtId, initiator });
  for (const object of ['School', 'Course']) {
    await ledgerPage(control, { resyncId, object, read: records }, { unchanged: records });
    await finishObject(control, { resyncId, object, status: 'finished' });
  }
  await finishResync(control, { resyncId, status: 'finished' });
}

test('before anything was sent a plan says what it knows: objects, reasons, what is left out, and no forecast', async () => {
  const plan = await planOf({ objects: ['Section', 'ReportingEntity'] });
  expect(plan).toMatchObject({
    schoolYear: 2027,
    objects: [
      { name: 'School', reason: { kind: 'dependency', neededBy: ['Course'] } },
      { name: 'Course', reason: { kind: 'dependency', neededBy: ['Section'] } },
      { name: 'Section', reason: { kind: 'requested' } },
    ],
    omitted: [{ name: 'ReportingEntity', why: expect.stringContaining('off') as unknown }],
    records: { expected: 0, objects: [], unknown: ['School', 'Course', 'Section'] },
    ...{ time: null, queue: { ahead: 0 }, heldUntil: null, verification: null },
  });
});

test('each scenario that is refused says why, to this caller and for these objects', async () => {
  const refused = async (body: object, header?: string) =>
    Object.fromEntries(
      (await planOf(body, header)).scenarios
        .filter(({ whyNot }) => whyNot !== null)
        .map(({ scenario, whyNot }) => [scenario, whyNot]),
    );
  expect(await refused({ objects: ['School'] })).toEqual({
    END_OF_YEAR: expect.stringContaining('full') as unknown,
    START_OF_YEAR: expect.stringContaining('full') as unknown,
    STATE_REQUEST: 'Only the state can use the scenario STATE_REQUEST.',
  });
  expect(await refused({ objects: 'all' }, world.as.state)).toEqual({});
});

test('records and time are those of earlier runs, of the district’s own before a district', async () => {
  await run('own', 40, 'district');
  await run('states', 70, 'state');
  const own = await planOf({ objects: ['Section'] });
  expect(own).toMatchObject({
    records: { expected: 80, unknown: ['Section'] },
    time: { runs: 1, text: expect.stringContaining('last 1 finished run') as unknown },
  });
  const ofState = await planOf({ objects: ['Section'] }, world.as.state);
  expect(ofState).toMatchObject({ records: { expected: 140 }, time: { runs: 2 } });
});

test('a blackout that would hold it and what the newest verification proposes are shown', async () => {
  const { control, here } = world;
  const hour = 3_600_000;
  await addBlackout(control, {
    ...{ districtId: here, setBy: 'district', note: 'state testing', createdBy: 'tester' },
    rule: {
      kind: 'dated',
      startsAt: new Date(Date.now() - hour).toISOString(),
      endsAt: new Date(Date.now() + hour).toISOString(),
    },
  });
  for (const [verificationId, initiator, drifted] of [
    ['mine', 'district', 'Course'],
    ['theirs', 'state', 'School'],
  ] as const) {
    await insertVerification(control, {
      ...{ verificationId, districtId: here, schoolYear: 2027, objects: 'all', checkDependencies: true },
      ...{ initiator, requestedBy: 'tester', kind: 'verification', resyncId: null },
    });
    await planVerifiedObjects(control, verificationId, [
      { name: 'School', cycle: null },
      { name: 'Course', cycle: null },
    ]);
    await control('verificationObject')
      .where({ verificationID: verificationId, objectName: drifted })
      .update({ status: 'finished', inserted: 3 });
    await finishVerification(control, { verificationId, status: 'finished', message: null });
  }
  const plan = await planOf({ objects: ['Section'] });
  expect(Date.parse(plan['heldUntil'] as string)).toBeGreaterThan(Date.now());
  expect(plan['verification']).toMatchObject({
    verificationId: 'mine',
    proposes: ['Course'],
    ofThese: ['Course'],
  });
  const ofState = await planOf({ objects: ['Room'], checkDependencies: false }, world.as.state);
  expect(ofState['verification']).toMatchObject({
    verificationId: 'theirs',
    proposes: ['School'],
    ofThese: [],
  });
});

test('a request is for the plan that was shown: another one is refused, and nothing is stored', async () => {
  const { planHash } = await planOf({ objects: ['Course'] });
  expect((await planOf({ objects: ['Course'] })).planHash).toBe(planHash);
  expect((await planOf({ objects: ['Course'], checkDependencies: false })).planHash).not.toBe(planHash);
  const before = (await world.control('resync')).length;
  for (const dryRun of [false, true]) {
    const refused = await post('/resyncs', { objects: ['Section'], planHash, dryRun });
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { detail: expect.stringContaining('plan has changed') as unknown },
    ]);
  }
  expect(await world.control('resync')).toHaveLength(before);
  await withWorker(world, async () => {
    expect((await post('/resyncs', { objects: ['Course'], planHash })).status).toBe(202);
  });
});
