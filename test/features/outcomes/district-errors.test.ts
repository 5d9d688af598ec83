import request from 'supertest';
import { createToken } from '../../../src/features/access/token-store';
import { finishResync } from '../../../src/features/resyncs/store';
import type { ToolRight } from '../../../src/domain/rights';
import { runningResync } from '../../support/control-database';
import { apiWorld, type ApiWorld, object } from '../../support/api-world';

let world: ApiWorld;
const catalog = {
  name: 'errors',
  objects: [
    object('School', { screen: 'Schools' }),
    object('Section', {
      table: 'tblSection',
      exclusions: [{ code: 'HIDDEN', when: { column: 'hidden', equals: 1 }, message: 'It is hidden.' }],
    }),
  ],
};

interface Errors {
  readonly items: readonly {
    readonly resyncId: string;
    readonly object: string;
    readonly key: string[] | null;
    readonly school: string[] | null;
    readonly [name: string]: unknown;
  }[];
  readonly total: number;
  readonly totalCapped: boolean;
  readonly facets: Readonly<Record<string, readonly { value: string | null; count: number }[]>>;
  readonly nextCursor: string | null;
}

/** Errors n of a run, each seen a second after the one before. */
async function errors(run: string, from: number, to: number, more: object = {}): Promise<void> {
  for (let n = from; n <= to; n++)
    await world.control('recordError').insert({
      ...{ resyncID: run, districtID: world.here, objectName: n % 3 ? 'Section' : 'School' },
      ...{ recordKey: `["${n}"]`, guid: `guid-${n}`, outcome: 'failed' },
      ...{ code: n % 3 ? 'HIDDEN' : 'VALUE_TOO_LONG', field: n % 2 ? 'name' : null, message: 'Too long.' },
      ...{ school: n % 2 ? '["1"]' : '["2"]', parentObject: 'School', parentKey: `["p${n}"]` },
      createdAt: world.control.raw('UTC_TIMESTAMP(3) + INTERVAL ? SECOND', [n - 60]),
      ...more,
    });
}

beforeAll(async () => {
  world = await apiWorld({ objects: catalog });
  for (const run of ['first', 'second'])
    await runningResync(world.control, run, ['School'], { districtId: world.here });
  await runningResync(world.control, 'states', ['School'], {
    ...{ districtId: world.here, initiator: 'state', scenario: 'STATE_REQUEST' },
  });
  for (const run of ['first', 'second', 'states'])
    await world
      .control('resync')
      .where({ resyncID: run })
      .update({ requestedAt: world.control.raw('UTC_TIMESTAMP(3) - INTERVAL 1 HOUR') });
  await errors('first', 1, 6);
  await errors('second', 7, 12);
  await errors('states', 13, 15, { ofState: true, school: '["9"]' });
  await finishResync(world.control, { resyncId: 'first', status: 'finished' });
});
afterAll(() => world.close());

const path = () => `/api/v1/districts/${world.here}/errors`;
const ask = async (query: object, header = world.as.here): Promise<Errors> => {
  const answer = await request(world.app).get(path()).query(query).set('Authorization', header);
  expect([answer.status, answer.body]).toEqual([200, expect.anything()]);
  return answer.body as Errors;
};
const bearer = async (rights: readonly ToolRight[], schools: readonly string[] | null = null) => {
  const name = `${rights.join()}-${schools?.join()}`;
  const made = await createToken(world.control, {
    ...{ name, level: 'district', districts: [world.here], rights, schools },
  } as const);
  return `Bearer ${made.token}`;
};
const keysOf = ({ items }: Errors) => items.map(({ key }) => key?.[0] ?? null);

test('errors of all runs of a district come newest first, each with its rule, school, screen and table', async () => {
  const all = await ask({});
  expect(keysOf(all)).toEqual(['12', '11', '10', '9', '8', '7', '6', '5', '4', '3', '2', '1']);
  expect(all.items[0]).toMatchObject({
    ...{
      resyncId: 'second',
      object: 'School',
      school: ['2'],
      rule: 'a text fits the column of the other side',
    },
    ...{ screen: 'Schools', table: 'School', guid: 'guid-12' },
  });
  expect(all.items[1]).toMatchObject({
    ...{ object: 'Section', rule: 'hidden is not 1', screen: null, table: 'tblSection', field: 'name' },
  });
  const ofState = await ask({}, world.as.state);
  expect(keysOf(ofState).slice(0, 3)).toEqual(['15', '14', '13']);
});

test('their counts say what there is of each object, code, field and school, whatever the page', async () => {
  const { total, totalCapped, facets, items } = await ask({ limit: 2 });
  expect({ total, totalCapped, shown: items.length }).toEqual({ total: 12, totalCapped: false, shown: 2 });
  const counts = (facet: string) =>
    Object.fromEntries(facets[facet]!.map(({ value, count }) => [String(value), count]));
  expect(counts('object')).toEqual({ Section: 8, School: 4 });
  expect(counts('code')).toEqual({ HIDDEN: 8, VALUE_TOO_LONG: 4 });
  expect(counts('field')).toEqual({ name: 6, null: 6 });
  expect(counts('school')).toEqual({ '1': 6, '2': 6 });
});

test('filters narrow list and counts alike, and a page follows the other in each order', async () => {
  const school = await ask({ school: '1', object: 'Section', run: 'second' });
  expect([keysOf(school), school.total]).toEqual([['11', '7'], 2]);
  expect((await ask({ code: 'HIDDEN', field: 'name' })).total).toBe(4);
  const at = (await ask({ sort: 'oldest', limit: 3 })).items[2]!['seenAt'] as string;
  expect((await ask({ to: at })).total).toBe(2);
  expect((await ask({ from: at })).total).toBe(10);
  for (const sort of ['newest', 'oldest', 'object']) {
    const seen: (string | null)[] = [];
    let cursor: string | undefined;
    do {
      const page = await ask({ sort, limit: 5, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...keysOf(page));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect([sort, new Set(seen).size, seen.length]).toEqual([sort, 12, 12]);
  }
});

test('who lacks the right errorLog sees what is wrong and where, but not of whom', async () => {
  const masked = await ask({}, await bearer(['resyncBatch']));
  expect(masked.total).toBe(12);
  const text = JSON.stringify(masked);
  expect(text).not.toMatch(/guid-|\["p\d|"p\d/);
  expect(masked.items[0]).toMatchObject({ key: null, guid: null, parent: { object: 'School', key: null } });
  const csv = await request(world.app)
    .get(path())
    .query({ format: 'csv' })
    .set('Authorization', await bearer(['resyncBatch']));
  expect(csv.text).not.toMatch(/guid-|p1/);
});

test('a file has all pages, and of a run of the state a district reads nothing', async () => {
  const answer = await request(world.app)
    .get(path())
    .query({ format: 'csv', limit: 5 })
    .set('Authorization', world.as.here);
  expect(answer.headers['content-type']).toMatch(/^text\/csv/);
  expect(answer.text.trim().split('\r\n')).toHaveLength(13);
  expect(answer.text).not.toContain('states');
  const refused = await request(world.app)
    .get(path())
    .query({ run: 'states' })
    .set('Authorization', world.as.here);
  expect(refused.status).toBe(404);
});

test('who is limited to schools sees their errors only, wherever errors are read, and no other tool', async () => {
  const header = await bearer(['errorLog'], ['["2"]']);
  const inbox = await ask({}, header);
  expect(keysOf(inbox)).toEqual(['12', '10', '8', '6', '4', '2']);
  expect(inbox.facets['school']).toEqual([{ value: '2', count: 6 }]);
  expect((await ask({ school: '1' }, header)).total).toBe(0);
  const get = (route: string) => request(world.app).get(`/api/v1${route}`).set('Authorization', header);
  const ofRun = (await get('/resyncs/first/errors')).body as Errors;
  expect(keysOf(ofRun).sort()).toEqual(['2', '4', '6']);
  const causes = (await get('/resyncs/first/causes')).body as { items: { errors: number }[] };
  expect(causes.items.reduce((sum, { errors: of }) => sum + of, 0)).toBe(3);
  expect((await get('/me')).body).toMatchObject({ schools: ['2'], rights: ['errorLog'] });
  for (const route of [`/districts/${world.here}/objects`, '/resyncs/first', '/alerts', '/verifications'])
    expect([route, (await get(route)).status]).toEqual([route, 403]);
});

test('an administrator limits a principal to schools of one district, with no other right', async () => {
  const create = (body: object) =>
    request(world.app).post('/api/v1/principals').set('Authorization', world.as.state).send(body);
  const made = await create({ name: 'office', districts: [world.here], schools: ['1'] });
  expect([made.status, made.body]).toEqual([
    201,
    expect.objectContaining({ schools: ['1'], rights: ['errorLog'] }),
  ]);
  const { principalId } = made.body as { principalId: string };
  const granted = await request(world.app)
    .put(`/api/v1/principals/${principalId}/rights/resyncBatch`)
    .set('Authorization', world.as.state);
  expect(granted.status).toBe(422);
  for (const body of [
    { name: 'two', districts: [world.here, world.other], schools: ['1'] },
    { name: 'state', level: 'state', schools: ['1'] },
    { name: 'more', districts: [world.here], schools: ['1'], rights: ['errorLog', 'resyncBatch'] },
  ])
    expect([body.name, (await create(body)).status]).toEqual([body.name, 422]);
});

test('what is read is packed for who takes it, and nothing else is', async () => {
  const asked = (route: string, encoding: string) =>
    request(world.app).get(route).set({ Authorization: world.as.here, 'Accept-Encoding': encoding });
  const plain = await asked(path(), 'identity');
  expect(plain.headers['content-encoding']).toBeUndefined();
  for (const encoding of ['gzip', 'br', 'gzip, deflate, br']) {
    const packed = await asked(path(), encoding);
    expect(packed.headers['content-encoding']).toBe(encoding.split(', ').at(-1));
    expect(packed.headers['vary']).toContain('Accept-Encoding');
    expect(packed.body).toEqual(plain.body);
  }
  const file = await asked(`${path()}?format=csv`, 'gzip');
  expect([file.headers['content-encoding'], file.text.split('\n').length]).toEqual(['gzip', 14]);
  const refused = await request(world.app).get(path()).set('Accept-Encoding', 'gzip');
  expect([refused.status, refused.headers['content-encoding']]).toEqual([401, undefined]);
});
