import request from 'supertest';
import { createToken } from '../../../src/features/access/token-store';
import { insertVerification } from '../../../src/features/verifications/store';
import { resync, serve, type Served } from '../../support/command-line';
import { until } from '../../support/until';
import { type ApiWorld, apiWorld } from '../../support/api-world';
import { withWorker } from '../../support/api-worker';
import { someCatalog } from '../../support/control-database';

let world: ApiWorld;
let served: Served;
beforeAll(async () => {
  world = await apiWorld();
  served = await serve(world.app, world.as.here);
});
afterAll(async () => {
  served.close();
  await world.close();
});

const get = (path: string, as = world.as.here) =>
  request(world.app).get(`/api/v1${path}`).set('Authorization', as);
const send = (body: object, as = world.as.here) =>
  request(world.app).post(`/api/v1/districts/${world.here}/resyncs`).set('Authorization', as).send(body);
const pointerOf = ({ body }: { body: unknown }) =>
  (body as { errors: { pointer: string }[] }).errors[0]!.pointer;
const room = { objects: ['Room'], checkDependencies: false };

test('a dry run can’t verify, takes the right to read one, and stores no resync', async () => {
  const both = await send({ ...room, dryRun: true, verify: 'beforeAndAfter' });
  expect([both.status, pointerOf(both)]).toEqual([422, '#/verify']);
  const other = await send({ ...room, verify: 'once' });
  expect([other.status, pointerOf(other)]).toEqual([422, '#/verify']);
  const { token } = await createToken(world.control, {
    name: 'sender',
    level: 'district',
    districts: [world.here],
    rights: ['resyncBatch'],
  });
  expect((await send({ ...room, dryRun: true }, `Bearer ${token}`)).status).toBe(403);

  const dryRun = await send({ ...room, dryRun: true, mode: 'everything' });
  expect(dryRun.status).toBe(202);
  const { verificationId } = dryRun.body as { verificationId: string };
  expect(dryRun.headers['location']).toBe(`/api/v1/verifications/${verificationId}`);
  expect((await get(`/verifications/${verificationId}`)).body).toMatchObject({
    kind: 'dryRun',
    mode: 'everything',
    resyncId: null,
    estimate: null,
  });
  expect(await world.control('resync')).toEqual([]);
});

test('a loop shows both verifications and their verdicts, is red when the second isn’t equal, and exits so', () =>
  withWorker(world, async () => {
    // These editions have no tables: nothing can be compared, so all is sent, and nothing is equal
    // after it.
    const { code, text } = await resync(
      'send',
      '--objects',
      'Room',
      '--no-check-dependencies',
      '--verify',
      'beforeAndAfter',
    );
    expect(code).toBe(4);
    expect(text).toMatch(/Verification before sending, \S+-before: not equal/);
    expect(text).toMatch(/Verification after sending, \S+-after: not equal/);
    const { items } = (await get(`/districts/${world.here}/resyncs`)).body as {
      items: { resyncId: string; verifications: { verificationId: string }[] }[];
    };
    expect(items[0]).toMatchObject({
      verify: 'beforeAndAfter',
      status: 'finished',
      color: 'red',
      message: expect.stringContaining('Room (not compared)') as string,
      verifications: [
        { kind: 'beforeResync', status: 'finished', equal: false, resyncNecessary: false },
        { kind: 'afterResync', status: 'finished', equal: false, resyncNecessary: false },
      ],
    });
    const { resyncId, verifications } = items[0]!;
    const report = await get(`/resyncs/${resyncId}/report`);
    expect(report.body).toMatchObject({ resync: { verifications } });
    for (const { verificationId } of verifications)
      expect((await get(`/verifications/${verificationId}`)).body).toMatchObject({ resyncId });

    const dryRunDone = await resync('send', '--objects', 'Room', '--no-check-dependencies', '--dry-run');
    expect(dryRunDone.code).toBe(4);
    expect(dryRunDone.text).toMatch(/^Predicted +Status/m);
    expect(dryRunDone.text).toContain('nothing was sent');
  }));

test('a verification of a resync can’t be cancelled apart from it', async () => {
  await insertVerification(
    world.control,
    {
      verificationId: 'part',
      districtId: world.here,
      schoolYear: 2027,
      objects: 'all',
      checkDependencies: true,
      initiator: 'district',
      requestedBy: 'test',
      kind: 'beforeResync',
      resyncId: 'whole',
    },
    { catalogHash: someCatalog },
  );
  const answer = await request(world.app)
    .post('/api/v1/verifications/part/cancel')
    .set('Authorization', world.as.here);
  expect([answer.status, (answer.body as { detail: string }).detail]).toEqual([
    409,
    'This verification is a part of resync whole: cancel that one.',
  ]);
  expect((await get('/verifications/part')).body).toMatchObject({ status: 'accepted' });
});

test('of the state’s loop a district sees neither that it verifies nor what was found', () =>
  withWorker(world, async () => {
    const asked = await send(
      { ...room, scenario: 'STATE_REQUEST', verify: 'beforeAndAfter' },
      world.as.state,
    );
    expect(asked.status).toBe(202);
    const { resyncId } = asked.body as { resyncId: string };
    const path = `/resyncs/${resyncId}`;
    const ended = async () => ((await get(path)).body as { status: string }).status === 'ended';
    await until('it has ended', ended);
    const seen = (await get(path)).body as object;
    expect(Object.keys(seen)).not.toContain('verify');
    expect(Object.keys(seen)).not.toContain('verifications');
    expect(seen).toMatchObject({ message: null, color: null });
    for (const when of ['before', 'after']) {
      expect((await get(`/verifications/${resyncId}-${when}`)).status).toBe(404);
      expect((await get(`/verifications/${resyncId}-${when}`, world.as.state)).status).toBe(200);
    }
    const listed = (await get('/verifications')).body as { items: { resyncId: string | null }[] };
    expect(listed.items.filter((one) => one.resyncId === resyncId)).toEqual([]);
  }));
