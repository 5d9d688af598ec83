import request from 'supertest';
import { z } from 'zod';
import { planRequest, resyncRequest } from '../../src/features/resyncs/schemas';
import { stateRequestBody } from '../../src/features/state-requests/schemas';
import { objectsAsked } from '../../src/http/schemas';
import { insertResync } from '../../src/features/resyncs/store';
import { requestOf, storedError, someCatalog } from '../support/control-database';
import { apiWorld, type ApiWorld } from '../support/api-world';

/** As schedules have it, whose own schema demands more. */
const scheduled = z.object({ objects: objectsAsked });

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld();
  await insertResync(world.control, {
    catalogHash: someCatalog,
    request: requestOf('mine', { districtId: world.here }),
  });
  await insertResync(world.control, {
    catalogHash: someCatalog,
    request: requestOf('states', {
      districtId: world.here,
      initiator: 'state',
      scenario: 'STATE_REQUEST',
      objects: ['PlantedObject'],
    }),
  });
  await storedError(world.control, { resyncId: 'states', object: 'PlantedObject', key: '1' });
});
afterAll(() => world.close());

const resyncCount = async () => (await world.control('resync')).length;

test('a request without a usable token gets 401 and says how to authenticate', async () => {
  for (const header of [
    undefined,
    'Basic abc',
    'Bearer nonsense',
    `Bearer rsk_000000000000_${'A'.repeat(43)}`,
  ]) {
    const call = request(world.app).get('/api/v1/districts');
    const answer = await (header === undefined ? call : call.set('Authorization', header));
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(answer.type).toBe('application/problem+json');
  }
});

test('a district token sees its own district only', async () => {
  const answer = await request(world.app).get('/api/v1/districts').set('Authorization', world.as.here);
  expect((answer.body as { items: { id: string }[] }).items.map(({ id }) => id)).toEqual([world.here]);
});

test('another district’s things are answered like things that don’t exist', async () => {
  const paths = (district: string, resync: string) => [
    ['get', `/api/v1/districts/${district}/objects`],
    ['get', `/api/v1/districts/${district}/resyncs`],
    ['get', `/api/v1/districts/${district}/agent`],
    ['post', `/api/v1/districts/${district}/plan`],
    ['post', `/api/v1/districts/${district}/resyncs`],
    ['get', `/api/v1/resyncs/${resync}`],
    ['get', `/api/v1/resyncs/${resync}/errors`],
    ['get', `/api/v1/resyncs/${resync}/causes`],
    ['get', `/api/v1/resyncs/${resync}/report`],
    ['get', `/api/v1/resyncs/${resync}/events`],
    ['post', `/api/v1/resyncs/${resync}/pause`],
    ['post', `/api/v1/resyncs/${resync}/resume`],
    ['post', `/api/v1/resyncs/${resync}/cancel`],
    ['post', `/api/v1/resyncs/${resync}/objects/School/cancel`],
  ];
  const ask = (method: string, path: string) => {
    const call = method === 'get' ? request(world.app).get(path) : request(world.app).post(path);
    call.set({ Authorization: world.as.other, 'X-Request-Id': 'the-same-for-both' });
    return method === 'post' && /plan|resyncs$/.test(path) ? call.send({ objects: 'all' }) : call;
  };
  const unknown = paths('nowhere', 'nothing');
  for (const [index, [method, path]] of paths(world.here, 'mine').entries()) {
    const [answer, reference] = [await ask(method!, path!), await ask(method!, unknown[index]![1]!)];
    expect([path, answer.status]).toEqual([path, 404]);
    expect(answer.body).toEqual(reference.body);
  }
});

test('a district sees that the state resyncs, but not what, and can’t stop it', async () => {
  const get = (path: string) => request(world.app).get(path).set('Authorization', world.as.here);
  const seen = [
    await get(`/api/v1/resyncs/states`),
    await get(`/api/v1/districts/${world.here}/resyncs`),
    await get(`/api/v1/districts/${world.here}/objects`),
    await get(`/api/v1/resyncs/states/errors`),
    await get(`/api/v1/resyncs/states/report`),
  ];
  expect(seen.map(({ status }) => status)).toEqual([200, 200, 200, 404, 404]);
  expect(JSON.stringify(seen.map(({ body }) => body as unknown))).not.toContain('PlantedObject');
  const cancel = await request(world.app)
    .post('/api/v1/resyncs/states/cancel')
    .set('Authorization', world.as.here);
  expect(cancel.status).toBe(403);
  const state = await request(world.app).get('/api/v1/resyncs/states').set('Authorization', world.as.state);
  expect(state.body).toMatchObject({ objects: ['PlantedObject'] });
});

test('what can’t be carried out names the field and changes nothing', async () => {
  const before = await resyncCount();
  const cases: [body: object | string, status: number, pointer: string | null][] = [
    [{}, 422, '#/objects'],
    [{ objects: [] }, 422, '#/objects'],
    [{ objects: ['Nonsense'] }, 422, '#/objects'],
    [{ objects: ['ReportingEntity'] }, 422, '#/objects'],
    [{ objects: 'all', schoolYear: 2026 }, 422, '#/schoolYear'],
    [{ objects: 'all', scenario: 'STATE_REQUEST' }, 422, '#/scenario'],
    [{ objects: 'all', scenario: 'WHY_NOT' }, 422, '#/scenario'],
    [{ objects: 'all', removals: 'remove' }, 422, '#/removals'],
    [{ objects: 'all', admin: true }, 422, '#/admin'],
    ['{"objects": ', 400, null],
  ];
  for (const [body, status, pointer] of cases) {
    const answer = await request(world.app)
      .post(`/api/v1/districts/${world.here}/resyncs`)
      .set('Authorization', world.as.here)
      .type('json')
      .send(body);
    expect([body, answer.status]).toEqual([body, status]);
    expect(answer.type).toBe('application/problem+json');
    const { errors = [] } = answer.body as { errors?: { pointer?: string }[] };
    if (pointer !== null) expect(errors.map((error) => error.pointer)).toContain(pointer);
  }
  expect(await resyncCount()).toBe(before);
});

test('bad parameters, headers, types and sizes are refused by name', async () => {
  const base = `/api/v1/districts/${world.here}/resyncs`;
  const send = (call: request.Test) => call.set('Authorization', world.as.here);
  const limit = await send(request(world.app).get(`${base}?limit=501`));
  expect([limit.status, limit.body]).toMatchObject([400, { errors: [{ parameter: 'limit' }] }]);
  const cursor = await send(request(world.app).get(`${base}?cursor=abc`));
  expect([cursor.status, cursor.body]).toMatchObject([400, { errors: [{ parameter: 'cursor' }] }]);
  const unknown = await send(request(world.app).get(`${base}?nonsense=1`));
  expect([unknown.status, unknown.body]).toMatchObject([400, { errors: [{ parameter: 'nonsense' }] }]);
  const key = await send(request(world.app).post(base))
    .set('Idempotency-Key', 'a b')
    .send({ objects: 'all' });
  expect([key.status, key.body]).toMatchObject([400, { errors: [{ header: 'Idempotency-Key' }] }]);
  const form = await send(request(world.app).post(base)).type('form').send('objects=all');
  expect(form.status).toBe(415);
  const large = await send(request(world.app).post(base)).send({ objects: ['x'.repeat(200_000)] });
  expect(large.status).toBe(413);
});

test('the plan shows the objects that Check dependencies added, and why', async () => {
  const plan = (body: object) =>
    request(world.app)
      .post(`/api/v1/districts/${world.here}/plan`)
      .set('Authorization', world.as.here)
      .send(body);
  const withParents = await plan({ objects: ['Section'] });
  const { objects } = withParents.body as { objects: { name: string; reason: object }[] };
  expect(objects.map(({ name }) => name)).toEqual(['School', 'Course', 'Section']);
  expect(objects[1]!.reason).toEqual({ kind: 'dependency', neededBy: ['Section'] });
  const alone = await plan({ objects: ['Section'], checkDependencies: false });
  expect((alone.body as { objects: object[] }).objects).toHaveLength(1);
});

test('the objects table lists every object with its last resync and why one isn’t offered', async () => {
  const answer = await request(world.app)
    .get(`/api/v1/districts/${world.here}/objects`)
    .set('Authorization', world.as.here);
  const { items } = answer.body as { items: { object: string; notOffered: string | null; last: null }[] };
  expect(items).toHaveLength(5);
  expect(items.find(({ object }) => object === 'ReportingEntity')!.notOffered).toMatch(/off/);
});

test('too many requests of one token get 429 and when to come back', async () => {
  const limited = await apiWorld({ limits: { perToken: 3 } });
  try {
    const statuses = [];
    for (let i = 0; i < 4; i++) {
      const answer = await request(limited.app)
        .get('/api/v1/districts')
        .set('Authorization', limited.as.here);
      statuses.push(answer.status);
      if (i === 3) expect(answer.headers['retry-after']).toBeDefined();
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
    const other = await request(limited.app).get('/api/v1/districts').set('Authorization', limited.as.other);
    expect(other.status).toBe(200);
  } finally {
    await limited.close();
  }
});

test('no token stands in the log', () => {
  expect(world.logLines.length).toBeGreaterThan(5);
  // Everything after the token's id: the secret may itself hold underscores.
  const secrets = Object.values(world.as).map((header) => header.split('_').slice(2).join('_'));
  for (const secret of secrets) {
    expect(secret).toHaveLength(43);
    expect(world.logLines.join('')).not.toContain(secret);
  }
});

test('a number of a path or query is written in digits, and a school year is one', async () => {
  const asked = (path: string) =>
    request(world.app).get(`/api/v1${path}`).set('Authorization', world.as.here);
  const list = `/districts/${world.here}/resyncs`;
  for (const limit of ['0x10', '1e2', '%205', '+5', '5.0', '-0', '', '٣', '9'.repeat(17)])
    expect([limit, (await asked(`${list}?limit=${limit}`)).status]).toEqual([limit, 400]);
  const paths = [
    list,
    ...['objects', 'agent', 'errors', 'history-matrix', 'identity-conflicts', 'selective-syncs/objects'].map(
      (what) => `/districts/${world.here}/${what}`,
    ),
    '/verifications',
  ];
  for (const path of paths)
    for (const year of ['', '0x7e6', '5', '99999'])
      expect([path, year, (await asked(`${path}?schoolYear=${year}`)).body]).toMatchObject([
        path,
        year,
        { status: 400, errors: [{ parameter: 'schoolYear' }] },
      ]);
  expect((await asked(`${list}?limit=5&schoolYear=2027`)).status).toBe(200);
});

test('a path in another spelling is none of ours', async () => {
  const asked = (path: string) => request(world.app).get(path).set('Authorization', world.as.here);
  const path = `/districts/${world.here}/objects`;
  expect((await asked(`/api/v1${path}`)).status).toBe(200);
  for (const other of [`/api/v1${path}/`, `/api/v1${path.replace('d', 'D')}`, `/API/v1${path}`])
    expect([other, (await asked(other)).status]).toEqual([other, 404]);
});

test('a path answers what isn’t done there by 405, and by what is', async () => {
  const answer = async (method: 'put' | 'delete' | 'options' | 'get', path: string) => {
    const { status, headers } = await request(world.app)
      [method](`/api/v1${path}`)
      .set('Authorization', world.as.here);
    return [status, headers['allow']];
  };
  expect(await answer('put', '/alerts/count')).toEqual([405, 'GET, HEAD']);
  // Not the alert "count".
  expect(await answer('delete', '/alerts/count')).toEqual([405, 'GET, HEAD']);
  expect(await answer('get', '/alerts/delete')).toEqual([405, 'POST']);
  expect(await answer('put', `/districts/${world.here}/resyncs`)).toEqual([405, 'GET, HEAD, POST']);
  expect(await answer('options', `/districts/${world.here}/field-settings`)).toEqual([204, 'GET, HEAD, PUT']);
  // Whose it is makes no difference.
  expect(await answer('put', '/districts/nowhere/resyncs')).toEqual([405, 'GET, HEAD, POST']);
});

test('an object that is named twice is one, whatever it is named for', async () => {
  for (const schema of [planRequest, resyncRequest, stateRequestBody.pick({ objects: true }), scheduled])
    expect(schema.parse({ objects: ['School', 'Calendar', 'School'] })).toMatchObject({
      objects: ['School', 'Calendar'],
    });
  for (const objects of [undefined, 7, [['School']]]) {
    const answer = await request(world.app)
      .post(`/api/v1/districts/${world.here}/plan`)
      .set('Authorization', world.as.here)
      .send({ objects });
    expect(answer.body).toMatchObject({
      status: 422,
      detail: '#/objects: give "all", or a list of 1 to 200 names of objects',
    });
  }
});

test('a cursor is taken by the list that gave it out, and by no other', async () => {
  const get = (path: string, who: 'here' | 'state' = 'here') =>
    request(world.app).get(`/api/v1${path}`).set('Authorization', world.as[who]);
  const list = `/districts/${world.here}/resyncs`;
  const { nextCursor } = (await get(`${list}?limit=1`)).body as { nextCursor: string };
  const next = await get(`${list}?limit=50&cursor=${nextCursor}`);
  expect((next.body as { items: unknown[] }).items).not.toHaveLength(0);
  for (const [path, who] of [
    [`/districts/${world.other}/resyncs?`, 'state'],
    ['/verifications?'],
    ['/principals?', 'state'],
    [`/districts/${world.here}/identity-conflicts?`],
  ] as const) {
    const answer = await get(`${path}&cursor=${nextCursor}`, who);
    expect([path, answer.body]).toMatchObject([path, { status: 400, errors: [{ parameter: 'cursor' }] }]);
  }
});

test('a cursor with a number that SQL has not is none', async () => {
  const get = (query: string) =>
    request(world.app).get(`/api/v1/audit?${query}`).set('Authorization', world.as.state);
  // What the state reads of records is in the audit.
  for (const limit of [1, 2])
    await request(world.app)
      .get(`/api/v1/districts/${world.here}/errors?limit=${limit}`)
      .set('Authorization', world.as.state);
  const { nextCursor } = (await get('limit=1')).body as { nextCursor: string };
  const made = (key: string) => nextCursor.slice(0, 6) + Buffer.from(key).toString('base64url');
  expect((await get(`cursor=${made('[1]')}`)).status).toBe(200);
  for (const key of ['[1e999]', '[-1e999]', '[0.5]'])
    expect((await get(`cursor=${made(key)}`)).body).toMatchObject({
      ...{ status: 400, errors: [{ parameter: 'cursor' }] },
    });
});

test('who kept an answer is told 304 as long as it is so, and no browser is asked to keep one', async () => {
  const ask = (who: keyof ApiWorld['as'], known = '') =>
    request(world.app).get('/api/v1/me').set('Authorization', world.as[who]).set('If-None-Match', known);
  const { headers } = await ask('here');
  expect(headers['cache-control']).toBe('no-store');
  const etag = headers['etag'] ?? '';
  expect(await ask('here', etag)).toMatchObject({ status: 304, text: '' });
  // Of somebody else it is another answer; who has none gets one.
  for (const [who, known] of [
    ['state', etag],
    ['here', '*'],
    ['here', 'W/"1"'],
  ] as const)
    expect((await ask(who, known)).body).toHaveProperty('principalId');
});

test('what a GET carries says nothing, and a POST reads nothing but JSON', async () => {
  const wrong = [
    ['application/json', '{'],
    ['application/json', `"${'a'.repeat(110_000)}"`],
    ['application/json; charset=none', '{}'],
    ['text/plain', 'x'],
  ] as const;
  const statuses = async (method: 'get' | 'post', path: string) => {
    const found = [];
    for (const [type, body] of wrong) {
      const asked = request(world.app)[method](`/api/v1${path}`).set('Authorization', world.as.here);
      found.push((await asked.set('Content-Type', type).send(body)).status);
    }
    return found;
  };
  expect(await statuses('get', '/me')).toEqual([200, 200, 200, 200]);
  expect(await statuses('post', `/districts/${world.here}/plan`)).toEqual([400, 413, 415, 415]);
});

test('an instant or a day that is in no year of ours is refused by field', async () => {
  const send = (path: string, body: object) =>
    request(world.app).post(`/api/v1${path}`).set('Authorization', world.as.state).send(body);
  const [past, future] = ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z'];
  const refused = await Promise.all([
    send(`/districts/${world.here}/blackouts`, {
      rule: { kind: 'dated', startsAt: past, endsAt: '2027-01-01T00:00:00Z' },
    }),
    send(`/districts/${world.here}/blackouts`, {
      rule: { kind: 'dated', startsAt: '2027-01-01T00:00:00Z', endsAt: future },
    }),
    send('/state-requests', {
      ...{ objects: ['School'], districts: [world.here], reason: 'count' },
      window: { until: '2101-01-01T00:00:00Z' },
    }),
    send('/certifications', { district: world.here, reportingDate: '0000-01-01', name: 'Fall' }),
  ]);
  const found = refused.map(({ status, body }) => [
    status,
    (body as { errors?: { pointer: string }[] }).errors?.map(({ pointer }) => pointer),
  ]);
  expect(found).toEqual([
    [422, ['#/rule/startsAt']],
    [422, ['#/rule/endsAt']],
    [422, ['#/window/until']],
    [422, ['#/reportingDate']],
  ]);
  // A year of four digits or less, as a day and as an instant, in every list by time.
  for (const path of ['/alerts', '/audit', `/districts/${world.here}/resyncs`])
    for (const [name, at] of [
      ['from', '0020-02-29'],
      ['to', '0020-02-29'],
      ['to', '9999-12-31'],
      ['from', past],
    ]) {
      const answer = await request(world.app)
        .get(`/api/v1${path}?${name}=${at}`)
        .set('Authorization', world.as.state);
      expect([path, at, answer.body]).toMatchObject([
        ...[path, at],
        { status: 400, errors: [{ parameter: name }] },
      ]);
    }
  for (const from of [past, future]) {
    const answer = await request(world.app)
      .get(`/api/v1/districts/${world.here}/calendar?from=${from}`)
      .set('Authorization', world.as.here);
    expect(answer.body).toMatchObject({ status: 400, errors: [{ parameter: 'from' }] });
  }
});

test('half of a character is refused wherever it stands in a body, by its place', async () => {
  const half = String.fromCharCode(0xd83d);
  const bodies: [path: string, body: object, pointer: string][] = [
    ['/selective-syncs', { object: 'School', key: ['1', half] }, '#/key/1'],
    ['/plan', { objects: [`School${half}`] }, '#/objects/0'],
    ['/plan', { objects: 'all', [`x/${half}`]: 1 }, '#'],
    ['/resyncs', { objects: 'all', unknown: { 'a/b': half } }, '#/unknown/a~1b'],
  ];
  for (const [path, body, pointer] of bodies) {
    const answer = await request(world.app)
      .post(`/api/v1/districts/${world.here}${path}`)
      .set('Authorization', world.as.here)
      .send(body);
    expect([path, answer.body]).toMatchObject([path, { status: 422, errors: [{ pointer }] }]);
  }
  const whole = await request(world.app)
    .post(`/api/v1/districts/${world.here}/plan`)
    .set('Authorization', world.as.here)
    .send({ objects: ['Sch😀ol'] });
  expect(whole.body).toMatchObject({ status: 422, detail: expect.not.stringContaining('half') as string });
});
