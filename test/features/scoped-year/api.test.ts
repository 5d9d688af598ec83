import request from 'supertest';
import { apiWorld, type ApiWorld, object } from '../../support/api-world';
import { withWorker } from '../../support/api-worker';
import { until } from '../../support/until';

const tied = { schoolYear: { column: 'endYear' } };
const objects = {
  name: 'years',
  objects: [
    object('School'),
    object('Calendar', { ...tied, parents: ['School'] }),
    object('Section', { ...tied, parents: ['Calendar'] }),
    object('Graduation', { ...tied, parents: ['Calendar'] }),
  ],
};

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld({ objects, years: { previousYear: { objects: ['Calendar', 'Section'] } } });
});
afterAll(() => world.close());

const get = (path: string) =>
  request(world.app).get(`/api/v1/districts/${world.here}${path}`).set('Authorization', world.as.here);
const post = (path: string, body: object) =>
  request(world.app)
    .post(`/api/v1/districts/${world.here}${path}`)
    .set('Authorization', world.as.here)
    .send(body);

test('the table and the plan of the previous year hold only its objects, and the tree starts at Calendar', async () => {
  const table = await get('/objects?schoolYear=2026');
  const { items } = table.body as { items: { object: string; parents: string[] }[] };
  expect(items.map(({ object: name, parents }) => [name, parents])).toEqual([
    ['Calendar', []],
    ['Section', ['Calendar']],
  ]);
  const plan = await post('/plan', { objects: ['Section'], schoolYear: 2026 });
  expect(plan.body).toMatchObject({ objects: [{ name: 'Calendar', after: [] }, { name: 'Section' }] });
  expect((plan.body as { objects: object[] }).objects).toHaveLength(2);
});

test.each([
  ['School', 'School is not tied to a school year: resync it in the current year, 2027.'],
  ['Graduation', 'Graduation is not configured to sync for the previous year, 2026.'],
])('%s is refused in the previous year by name, and nothing is stored', async (name, detail) => {
  for (const path of ['/plan', '/resyncs']) {
    const answer = await post(path, { objects: ['Calendar', name], schoolYear: 2026 });
    expect([answer.status, answer.body]).toMatchObject([422, { detail, errors: [{ pointer: '#/objects' }] }]);
  }
  expect(await world.control('resync')).toHaveLength(0);
});

test('a year that isn’t offered is refused by field, with what is offered', async () => {
  const answers = [
    await get('/objects?schoolYear=2028'),
    await get('/agent?schoolYear=2028'),
    await post('/resyncs', { objects: 'all', schoolYear: 2028 }),
  ];
  for (const answer of answers) {
    expect([answer.status, answer.body]).toMatchObject([
      422,
      {
        detail: 'The school year 2028 is not offered; this district resyncs 2026 (previous), 2027 (current).',
      },
    ]);
    expect(JSON.stringify(answer.body)).toMatch(/"(#\/)?schoolYear"/);
  }
});

test('each year has its agent: both years run at the same time', () =>
  withWorker(world, async (gate) => {
    gate.close();
    const ids = [];
    for (const schoolYear of [2026, 2027]) {
      const answer = await post('/resyncs', { objects: ['Calendar'], schoolYear });
      const { resyncId } = answer.body as { resyncId: string };
      ids.push(resyncId);
      const row = () =>
        world.control<{ resyncID: string; status: string }>('resync').where({ resyncID: resyncId }).first();
      await until('it runs', async () => (await row())?.status === 'running');
    }
    const running = await Promise.all([get('/agent?schoolYear=2026'), get('/agent')]);
    expect(running.map(({ body }) => body as object)).toMatchObject([
      { schoolYear: 2026, active: ids[0], waiting: [] },
      { schoolYear: 2027, active: ids[1], waiting: [] },
    ]);
  }));
