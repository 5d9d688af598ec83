import request from 'supertest';
import { storeVerifiedObject, planVerifiedObjects } from '../../../src/features/verifications/object-store';
import { finishVerification, insertVerification } from '../../../src/features/verifications/store';
import { noRecords } from '../../../src/domain/outcome';
import {
  nothingCompared,
  type ComparedCounts,
  type VerificationRequest,
} from '../../../src/domain/verification';
import { type ApiWorld, apiWorld } from '../../support/api-world';
import { withWorker } from '../../support/api-worker';
import { until } from '../../support/until';
import { someCatalog } from '../../support/control-database';

let world: ApiWorld;
beforeEach(async () => {
  world = await apiWorld();
});
afterEach(() => world.close());

const get = (path: string, as = world.as.here) =>
  request(world.app).get(`/api/v1${path}`).set('Authorization', as);
const items = async (path: string, as?: string): Promise<unknown[]> =>
  ((await get(path, as)).body as { items: unknown[] }).items;
const post = (body: object, as = world.as.here, key?: string) => {
  const sent = request(world.app).post('/api/v1/verifications').set('Authorization', as);
  return (key === undefined ? sent : sent.set('Idempotency-Key', key)).send(body);
};

/** A verification that has ended, of Course with these counts at school 7. */
async function ended(
  verificationId: string,
  counts: Partial<ComparedCounts>,
  over: Partial<VerificationRequest> = {},
): Promise<void> {
  await insertVerification(
    world.control,
    {
      verificationId,
      districtId: world.here,
      schoolYear: 2027,
      objects: 'all',
      checkDependencies: true,
      initiator: 'district',
      requestedBy: 'test',
      kind: 'verification',
      resyncId: null,
      ...over,
    },
    { catalogHash: someCatalog },
  );
  await planVerifiedObjects(world.control, verificationId, [
    { name: 'School', cycle: null },
    { name: 'Course', cycle: null },
  ]);
  const none = { predicted: noRecords, schools: new Map(), samples: [] };
  await storeVerifiedObject(world.control, {
    verificationId,
    object: 'School',
    counts: nothingCompared,
    ...none,
  });
  const all = { ...nothingCompared, ...counts };
  await storeVerifiedObject(world.control, {
    verificationId,
    object: 'Course',
    counts: all,
    predicted: { ...noRecords, updated: all.different, inserted: all.missing, extra: all.extra },
    schools: new Map([['["7"]', all]]),
    samples: [
      {
        kind: 'different',
        key: '["12"]',
        guid: 'g-12',
        school: '["7"]',
        predictedOutcome: 'updated',
        code: null,
      },
    ],
  });
  await finishVerification(world.control, { verificationId, status: 'finished', message: null });
}

test('shows what was found: verdict, schools, samples, report, and what changed since another', async () => {
  await ended('first', { districtRecords: 10, stateRecords: 9, missing: 1, different: 2 });
  await ended('second', { districtRecords: 10, stateRecords: 11, extra: 1 });
  expect((await get('/verifications/first')).body).toMatchObject({
    verificationId: 'first',
    status: 'finished',
    equal: false,
    resyncNecessary: true,
    objectsToResync: ['Course'],
    message: 'A resync is called for, of Course.',
    totals: { missing: 1, different: 2 },
    objectResults: [{ object: 'School' }, { object: 'Course', predicted: { inserted: 1, updated: 2 } }],
  });
  expect((await get('/verifications/second')).body).toMatchObject({
    equal: false,
    resyncNecessary: false,
    objectsToResync: [],
    message: '1 record(s) are only at the state.',
  });
  expect(await items('/verifications/first/schools?object=Course')).toEqual([
    expect.objectContaining({ object: 'Course', school: ['7'] }),
  ]);
  expect(await items('/verifications/first/samples?object=Course&kind=different')).toEqual([
    {
      object: 'Course',
      kind: 'different',
      key: ['12'],
      guid: 'g-12',
      school: ['7'],
      predictedOutcome: 'updated',
      code: null,
    },
  ]);
  expect(await items('/verifications/first/samples?kind=missing')).toEqual([]);
  const report: unknown = (await get('/verifications/first/report')).body;
  expect(report).toMatchObject({ verification: { verificationId: 'first' }, schools: [{}], samples: [{}] });
  const csv = (await get('/verifications/first/report?format=csv')).text.split('\r\n');
  expect(csv[0]).toBe(
    'object,school,status,districtRecords,stateRecords,missing,different,extra,excluded,predicted_inserted,' +
      'predicted_updated,predicted_unchanged,predicted_excluded,predicted_blocked,predicted_failed,predicted_extra,message',
  );
  expect(csv[2]).toBe('Course,,finished,10,9,1,2,0,0,1,2,0,0,0,0,0,');
  expect(csv[3]).toBe('Course,7,,10,9,1,2,0,0,,,,,,,,');
  expect(
    ((await get('/verifications/second/changes?since=first')).body as { objects: unknown[] }).objects,
  ).toEqual([
    expect.objectContaining({ object: 'School' }),
    {
      object: 'Course',
      then: { ...nothingCompared, districtRecords: 10, stateRecords: 9, missing: 1, different: 2 },
      now: { ...nothingCompared, districtRecords: 10, stateRecords: 11, extra: 1 },
    },
  ]);
});

test('what changed is told since the one before, where no other is named', async () => {
  await ended('first', { different: 2 });
  await ended('second', {});
  expect((await get('/verifications/second/changes')).body).toMatchObject({
    then: { verificationId: 'first' },
  });
  expect((await get('/verifications/first/changes')).body).toMatchObject({
    then: null,
    objects: [
      { object: 'School', then: null },
      { object: 'Course', now: { different: 2 } },
    ],
  });
});

test('a district sees its own verifications only, and none the state made', async () => {
  await ended('mine', {});
  await ended('theirs', {}, { districtId: world.other });
  await ended('states', { different: 1 }, { initiator: 'state' });
  const seen = async (as: string, query = ''): Promise<string[]> =>
    ((await items(`/verifications${query}`, as)) as { verificationId: string }[]).map(
      ({ verificationId }) => verificationId,
    );
  expect(await seen(world.as.here)).toEqual(['mine']);
  expect(await seen(world.as.other)).toEqual(['theirs']);
  expect((await seen(world.as.state)).toSorted()).toEqual(['mine', 'states', 'theirs']);
  expect((await seen(world.as.state, `?district=${world.here}`)).toSorted()).toEqual(['mine', 'states']);
  expect((await get(`/verifications?district=${world.other}`)).status).toBe(404);
  for (const path of ['', '/schools', '/samples', '/report', '/changes?since=mine'])
    expect((await get(`/verifications/states${path}`)).status).toBe(404);
  expect((await get('/verifications/mine/changes?since=states')).status).toBe(404);
  expect((await get('/verifications/theirs')).status).toBe(404);
});

test('pages go from the newest to the oldest', async () => {
  for (const id of ['v1', 'v2', 'v3']) await ended(id, {});
  const first = (await get('/verifications?limit=2')).body as { items: unknown[]; nextCursor: string };
  expect(first.items).toHaveLength(2);
  const rest = await get(`/verifications?limit=2&cursor=${first.nextCursor}`);
  expect(rest.body).toMatchObject({ items: [{ verificationId: 'v1' }], nextCursor: null });
  expect((await get('/verifications?cursor=nonsense')).status).toBe(400);
});

test('a bad request is refused with the field named, and nothing is stored', async () => {
  const refused = [
    [{ district: world.here, objects: ['Nonsense'] }, 422, '#/objects'],
    [{ district: world.here, objects: [] }, 422, '#/objects'],
    [{ district: world.here, objects: 'all', schoolYear: 1999 }, 422, '#/schoolYear'],
    [{ objects: 'all' }, 422, '#/district'],
  ] as const;
  for (const [body, status, pointer] of refused) {
    const answer = await post(body);
    expect([answer.status, (answer.body as { errors?: { pointer: string }[] }).errors?.[0]?.pointer]).toEqual(
      [status, pointer],
    );
  }
  expect((await post({ district: world.other, objects: 'all' })).status).toBe(404);
  expect(await world.control('verification')).toEqual([]);
});

test('is accepted once for one key, is made by the worker, and can’t be cancelled once it has ended', async () => {
  await withWorker(world, async () => {
    const first = await post({ district: world.here, objects: ['Course'] }, world.as.here, 'k1');
    expect(first.status).toBe(202);
    const { verificationId } = first.body as { verificationId: string };
    expect(first.headers['location']).toBe(`/api/v1/verifications/${verificationId}`);
    const again = await post({ district: world.here, objects: ['Course'] }, world.as.here, 'k1');
    expect(again.body).toMatchObject({ verificationId, replayed: true });
    expect((await post({ district: world.here, objects: ['Room'] }, world.as.here, 'k1')).status).toBe(409);

    const read = async () => (await get(`/verifications/${verificationId}`)).body as { status: string };
    await until('it has ended', async () => (await read()).status === 'finished');
    // These editions have no tables at all, and it says so.
    expect(await read()).toMatchObject({
      equal: false,
      resyncNecessary: false,
      message: 'Not every object could be compared.',
      objectResults: [
        { object: 'School', status: 'failed', message: expect.stringContaining('does not exist') as string },
        { object: 'Course', status: 'failed' },
      ],
    });
    const late = await request(world.app)
      .post(`/api/v1/verifications/${verificationId}/cancel`)
      .set('Authorization', world.as.here);
    expect(late.status).toBe(409);
  });
});

test('a resync of scenario OTHER is answered with the newest verification, to a district never with one of the state', async () => {
  await ended('older', { missing: 1 });
  await ended('newer', {});
  await ended('states', { missing: 1 }, { initiator: 'state' });
  const send = async (as: string): Promise<unknown> => {
    const answer = await request(world.app)
      .post(`/api/v1/districts/${world.here}/resyncs`)
      .set('Authorization', as)
      .send({ objects: ['School'] });
    return (answer.body as { advice: unknown }).advice;
  };
  await withWorker(world, async () => {
    expect(await send(world.as.here)).toMatchObject({
      verification: { verificationId: 'newer', resyncNecessary: false },
      text: expect.stringContaining('no resync is called for') as string,
    });
    expect(await send(world.as.state)).toMatchObject({
      verification: { verificationId: 'states', resyncNecessary: true },
      text: expect.stringContaining('a resync is called for') as string,
    });
  });
});
