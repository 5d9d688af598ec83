import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { insertPreview } from '../../../src/features/selective-sync/preview-store';
import { startPreview } from '../../../src/features/selective-sync/workflow-client';
import { TemporalCalls } from '../../../src/temporal/calls';
import { selectivePreviewWorkflowId } from '../../../workflows/messages';
import { createToken } from '../../../src/features/access/token-store';
import type { ToolRight } from '../../../src/domain/rights';
import { until } from '../../support/until';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { keepWorker, withWorker } from '../../support/api-worker';

let world: ApiWorld;
let endWorker: () => Promise<void>;
/** Somebody who may send one record, and no batches. */
let clerk: string;
beforeAll(async () => {
  world = await apiWorld();
  endWorker = await keepWorker(world);
  const { token } = await createToken(world.control, {
    name: 'clerk',
    level: 'district',
    districts: [world.here],
    rights: ['selectiveSync'],
  });
  clerk = `Bearer ${token}`;
});
afterAll(async () => {
  await endWorker();
  await world.close();
});

/** A principal of the district with these rights. */
async function withRights(...rights: ToolRight[]): Promise<string> {
  const options = { name: rights.join(), level: 'district', districts: [world.here], rights } as const;
  return `Bearer ${(await createToken(world.control, options)).token}`;
}

const get = (path: string, who = clerk) => request(world.app).get(`/api/v1${path}`).set('Authorization', who);
const post = (path: string, body: object, key?: string) => {
  const call = request(world.app)
    .post(`/api/v1/districts/${world.here}/selective-syncs${path}`)
    .set('Authorization', clerk);
  return (key === undefined ? call : call.set('Idempotency-Key', key)).send(body);
};
const school = { object: 'School', key: ['1'] };

interface Answer {
  readonly resyncId: string;
  readonly previewId: string;
  readonly detail: string;
  readonly errors: readonly { readonly pointer: string }[];
}

test('one record is sent as a resync of its own, which whoever sent it follows without the right to batches', () =>
  withWorker(world, async () => {
    const answer = await post('', school, 'one');
    const { resyncId } = answer.body as Answer;
    expect([answer.status, answer.headers['location']]).toEqual([202, `/api/v1/selective-syncs/${resyncId}`]);
    const show = async () => (await get(`/selective-syncs/${resyncId}`)).body as Record<string, unknown>;
    await until('it ended', async () => (await show())['status'] === 'finished');
    expect(await show()).toMatchObject({
      objects: ['School'],
      selection: 'selective',
      selected: school,
      checkDependencies: false,
      color: 'green',
    });
    expect((await post('', school, 'one')).body).toMatchObject({ resyncId, replayed: true });
    expect((await post('', { ...school, key: ['2'] }, 'one')).status).toBe(409);
    expect((await get(`/resyncs/${resyncId}`)).status).toBe(403);
    // Another resync isn't shown that way.
    const started = await request(world.app)
      .post(`/api/v1/districts/${world.here}/resyncs`)
      .set('Authorization', world.as.here)
      .send({ objects: ['School'] });
    const batch = started.body as Answer;
    expect((await get(`/selective-syncs/${batch.resyncId}`)).status).toBe(404);
  }));

test('a preview says what would be sent, and is asked for until it is done', () =>
  withWorker(world, async () => {
    const asked = await post('/preview', school);
    expect([asked.status, asked.body]).toMatchObject([202, { ...school, districtId: world.here }]);
    const { previewId } = asked.body as Answer;
    expect(asked.headers['location']).toBe(`/api/v1/selective-syncs/previews/${previewId}`);
    const show = async () =>
      (await get(`/selective-syncs/previews/${previewId}`)).body as Record<string, unknown>;
    await until('it is done', async () => (await show())['status'] === 'done');
    expect(await show()).toMatchObject({
      objects: [
        { object: 'School', records: 1, asked: 1 },
        { object: 'Course', records: 2, descendants: 2, samples: [['7'], ['8']] },
      ],
    });
    // Nothing was sent.
    expect(await world.control('resync').where({ requestedBy: 'preview' })).toEqual([]);
  }));

test('a preview that is asked for twice at once is made once', async () => {
  const calls = new TemporalCalls(world.temporal, `nobody-${randomUUID()}`);
  const preview = { previewId: randomUUID(), districtId: world.here, summary: 'Asked for twice' };
  await startPreview(calls, preview);
  await startPreview(calls, preview);
  await world.temporal.workflow.getHandle(selectivePreviewWorkflowId(preview.previewId)).terminate();
});

test('previews that never came to an end keep nobody from asking for others', () =>
  withWorker(world, async () => {
    const lost = ['lost-1', 'lost-2', 'lost-3'];
    for (const previewId of lost)
      await insertPreview(world.control, {
        ...{ previewId, districtId: world.here, schoolYear: 2027, level: 'district', requestedBy: previewId },
        ...school,
      });
    const asked = () => post('/preview', { object: 'Course', key: ['7'] });
    expect((await asked()).status).toBe(429);
    await world
      .control('selectivePreview')
      .whereIn('previewID', lost)
      .update({ requestedAt: world.control.raw('UTC_TIMESTAMP(3) - INTERVAL 2 HOUR') });
    expect((await asked()).status).toBe(202);
  }));

test('what can’t be sent is refused by field and leaves nothing behind', () =>
  withWorker(world, async () => {
    const before = await world.control('resync').count({ n: '*' });
    const refusals = [
      [{ object: 'Nothing', key: ['1'] }, 422, '#/object', 'no object'],
      [{ object: 'ReportingEntity', key: ['1'] }, 422, '#/object', 'off unless'],
      [{ ...school, key: ['nobody'] }, 422, '#/key', 'no School of this key (id)'],
      [{ ...school, schoolYear: 2020 }, 422, '#/schoolYear', '2020'],
      [{ object: 'School', key: [] }, 422, '#/key', ''],
      [{ object: 'School', key: '1' }, 422, '#/key', ''],
      [{ object: 'School' }, 422, '#/key', ''],
    ] as const;
    for (const path of ['', '/preview'])
      for (const [body, status, pointer, words] of refusals) {
        const answer = await post(path, body);
        const { errors, detail } = answer.body as Answer;
        expect([path, body, answer.status, errors[0]?.pointer]).toEqual([path, body, status, pointer]);
        expect(detail).toContain(words);
      }
    expect(await world.control('resync').count({ n: '*' })).toEqual(before);
    expect(await world.control('selectivePreview').where({ recordKey: '["nobody"]' })).toEqual([]);
  }));

test('which record has a GUID is asked at the district, and no GUID is kept', () =>
  withWorker(world, async () => {
    const find = (body: object) => post('/find', body);
    const none = await find({ object: 'School', guid: 'somebody' });
    expect([none.status, none.body]).toEqual([200, { object: 'School', schoolYear: 2027, key: null }]);
    expect(await world.control('selectivePreview').whereNotNull('guid')).toEqual([]);
    const unknown = await find({ object: 'Nothing', guid: 'x' });
    expect([unknown.status, (unknown.body as Answer).errors[0]?.pointer]).toEqual([422, '#/object']);
    const { items } = (await get(`/districts/${world.here}/selective-syncs/objects`)).body as {
      items: { object: string; keyColumns: string[]; guid: boolean }[];
    };
    expect(items.find(({ object }) => object === 'School')).toMatchObject({
      keyColumns: ['id'],
      guid: false,
    });
  }));

test('what the state looks up in a district is not the district’s to see', async () => {
  await insertPreview(world.control, {
    ...{ previewId: 'of-the-state', districtId: world.here, schoolYear: 2027, level: 'state' },
    ...{ requestedBy: 'state', ...school },
  });
  expect((await get('/selective-syncs/previews/of-the-state')).status).toBe(404);
  expect((await get('/selective-syncs/previews/of-the-state', world.as.state)).status).toBe(200);
  expect((await get('/selective-syncs/previews/of-the-state', world.as.other)).status).toBe(404);
});

test('who may view the tool sees its history and sends nothing, and only who may delete takes an ended one out of it', () =>
  withWorker(world, async (gate) => {
    const [viewer, remover] = [
      await withRights('selectiveSyncView'),
      await withRights('selectiveSyncDelete'),
    ];
    gate.close();
    const { resyncId } = (await post('', school, 'to-delete')).body as Answer;
    const list = `/districts/${world.here}/selective-syncs`;
    const listed = async () =>
      ((await get(list, viewer).expect(200)).body as { items: Answer[] }).items.map((item) => item.resyncId);
    expect(await listed()).toContain(resyncId);
    await get(`/selective-syncs/${resyncId}`, viewer).expect(200);
    await get(`${list}/objects`, viewer).expect(200);
    for (const path of ['', '/preview', '/find'])
      await request(world.app)
        .post(`/api/v1${list}${path}`)
        .set('Authorization', viewer)
        .send(path === '/find' ? { object: 'School', guid: '1' } : school)
        .expect(403);
    const remove = (who: string, district = world.here) =>
      request(world.app)
        .delete(`/api/v1/districts/${district}/selective-syncs/${resyncId}`)
        .set('Authorization', who);
    for (const who of [viewer, clerk]) await remove(who).expect(403);
    await remove(remover).expect(409);
    gate.open();
    await until('it ended', async () => {
      const shown = await get(`/selective-syncs/${resyncId}`, viewer);
      return (shown.body as { status: string }).status === 'finished';
    });
    const options = { name: 'state', level: 'state', rights: ['selectiveSyncDelete'] } as const;
    const state = `Bearer ${(await createToken(world.control, options)).token}`;
    await remove(state, world.other).expect(404);
    for (let twice = 0; twice < 2; twice += 1) await remove(remover).expect(200);
    expect(await listed()).not.toContain(resyncId);
    // The resync itself, and what it shows, stay.
    const all = await get(`/districts/${world.here}/resyncs?limit=500`, world.as.here).expect(200);
    expect(JSON.stringify(all.body)).toContain(resyncId);
  }));
