import request from 'supertest';
import { saveRanges } from '../../../src/features/resyncs/range-store';
import { startObject } from '../../../src/features/resyncs/object-store';
import { planObjects } from '../../../src/features/resyncs/planned-objects';
import { insertResync } from '../../../src/features/resyncs/store';
import type { KeyOrder } from '../../../src/domain/key-order';
import type { Initiator } from '../../../src/domain/resync';
import { ledgerPage, requestOf, schoolYear, storedError, someCatalog } from '../../support/control-database';
import { apiWorld, type ApiWorld, object } from '../../support/api-world';

/**
 * The question about one record, from outside. What the books hold is shown in
 * test/editions/record-history.
 */

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld({
    objects: { name: 'two', objects: [object('School'), object('Mark', { key: ['section', 'term'] })] },
  });
});
afterAll(() => world.close());

const number = (name: string) => ({ name, kind: 'number', scale: 0 }) as const;

async function equalRun(
  resyncId: string,
  name: string,
  order: KeyOrder,
  initiator: Initiator = 'district',
): Promise<void> {
  const { control, here: districtId } = world;
  await insertResync(control, {
    catalogHash: someCatalog,
    request: requestOf(resyncId, { districtId, initiator }),
  });
  await planObjects(control, { resyncId, districtId, schoolYear, objects: [name] });
  await startObject(control, { resyncId, object: name });
  const ranges = [{ rangeNo: 0, after: null, upTo: null }];
  await saveRanges(control, { resyncId, cuts: new Map([[name, { ranges, keyOrder: order }]]) });
  await ledgerPage(control, { resyncId, object: name, read: 5 }, { unchanged: 5 });
}

const ask = (as: 'here' | 'other' | 'state', object: string, key: string, query = '') =>
  request(world.app)
    .get(`/api/v1/districts/${world.here}/records/${object}/${encodeURIComponent(key)}/history${query}`)
    .set('Authorization', world.as[as]);

interface Body {
  readonly items: readonly { resyncId: string; outcome: string }[];
  readonly nextCursor: string | null;
}

test('a record’s runs come newest first, page by page, with the error where there was one', async () => {
  for (const id of ['one', 'two', 'three']) await equalRun(id, 'School', [number('id')]);
  await storedError(world.control, { resyncId: 'two', object: 'School', key: '7' });
  const first = (await ask('here', 'School', '7', '?limit=2').expect(200)).body as Body;
  expect(first.items).toMatchObject([
    { resyncId: 'three', outcome: 'unchanged', evidence: 'page', error: null },
    {
      ...{ resyncId: 'two', schoolYear, initiator: 'district', outcome: 'failed', evidence: 'record' },
      error: { code: 'VALUE_TOO_LONG', field: null, parent: null },
    },
  ]);
  const second = await ask('here', 'School', '["7"]', `?limit=2&cursor=${first.nextCursor}`).expect(200);
  expect(second.body).toMatchObject({ items: [{ resyncId: 'one', evidence: 'covered' }], nextCursor: null });
});

test('a history that retention has made shorter says so, and up to when', async () => {
  const { control, here } = world;
  const notKept = async () =>
    (
      (await ask('here', 'School', '7').expect(200)).body as {
        notKept: { until: string; text: string } | null;
      }
    ).notKept;
  expect(await notKept()).toBeNull();
  const ended = '2026-01-02 03:04:05.000';
  await control('resync').where({ resyncID: 'one' }).update({ endedAt: ended, marksRemovedAt: ended });
  expect(await notKept()).toMatchObject({
    until: '2026-01-02T03:04:05.000Z',
    text: expect.stringContaining('up to 2026-01-02') as string,
  });
  const gone = { resyncID: 'gone', districtID: here, endedAt: '2026-02-03 00:00:00' };
  await control('removedResync').insert(gone);
  expect(await notKept()).toMatchObject({ until: '2026-02-03T00:00:00.000Z' });
  await control('removedResync').where({ resyncID: 'gone' }).update({ districtID: world.other });
  await control('resync').where({ resyncID: 'one' }).update({ endedAt: null, marksRemovedAt: null });
  expect(await notKept()).toBeNull();
});

test('a run of the state is told to the state, and a district’s answer is as if it had never been', async () => {
  await storedError(world.control, { resyncId: 'three', object: 'School', key: '8' });
  const before: unknown = (await ask('here', 'School', '8').expect(200)).body;
  await equalRun('states', 'School', [number('id')], 'state');
  await storedError(world.control, { resyncId: 'states', object: 'School', key: '8', code: 'OF_THE_STATE' });
  expect((await ask('here', 'School', '8').expect(200)).body).toEqual(before);
  const seen = (await ask('state', 'School', '8').expect(200)).body as Body;
  expect(seen.items[0]).toMatchObject({ resyncId: 'states', error: { code: 'OF_THE_STATE' } });
});

test('keys of several columns are a JSON array; what can be no key is refused by its name', async () => {
  await equalRun('marks', 'Mark', [number('section'), number('term')]);
  const found = (await ask('here', 'Mark', '["3","1"]').expect(200)).body as Body;
  expect(found.items).toHaveLength(1);
  for (const [object, key, said] of [
    ['Mark', '3', 'The key of Mark is a JSON array of texts: section, term.'],
    ['Mark', '["3"]', 'The key of Mark is a JSON array of texts: section, term.'],
    ['Mark', '["3","x"]', "term can't have this value: it is a number."],
    ['School', 'x', "id can't have this value: it is a number."],
    ['School', '["1","2"]', 'The key of School is one value: id.'],
  ] as const)
    expect((await ask('here', object, key).expect(422)).body).toMatchObject({
      errors: [{ detail: said, parameter: 'key' }],
    });
  await ask('here', 'Nothing', '1').expect(404);
  await ask('other', 'School', '7').expect(404);
  await ask('here', 'School', '7', '?cursor=x').expect(400);
});
