import request from 'supertest';
import { settleIntents } from '../../../src/features/access/audit-intents';
import type { AuditEvent } from '../../../src/features/access/audit-store';
import { createToken } from '../../../src/features/access/token-store';
import { runningResync } from '../../support/control-database';
import { apiWorld, type ApiWorld } from '../../support/api-world';
import { withWorker } from '../../support/api-worker';
import { until } from '../../support/until';

let world: ApiWorld;
/** Administrators of the state and of a district. */
let as: Record<'state' | 'district', string>;
beforeAll(async () => {
  world = await apiWorld();
  const district = await createToken(world.control, {
    name: 'district administrator',
    level: 'district',
    districts: [world.here],
    rights: ['administration'],
  });
  as = { state: world.as.state, district: `Bearer ${district.token}` };
});
afterAll(() => world.close());

type Method = 'get' | 'post' | 'put' | 'delete';
async function ask(header: string, method: Method, path: string, body?: object): Promise<request.Response> {
  const call = request(world.app)[method](`/api/v1${path}`).set('Authorization', header);
  return body ? call.send(body) : call;
}

/** A principal made through the API, with one token. */
async function made(header: string, body: object): Promise<{ principalId: string; bearer: string }> {
  const answer = await ask(header, 'post', '/principals', body);
  const { principalId } = answer.body as { principalId: string };
  expect([answer.status, answer.headers['location']]).toEqual([201, `/api/v1/principals/${principalId}`]);
  const token = await ask(header, 'post', `/principals/${principalId}/tokens`, { label: 'laptop' });
  expect([token.status, token.headers['cache-control']]).toEqual([201, 'no-store']);
  return { principalId, bearer: `Bearer ${(token.body as { token: string }).token}` };
}

const rightsOf = async (bearer: string) =>
  ((await ask(bearer, 'get', '/me')).body as { rights: string[] }).rights;
const audit = async (header: string, query = '') =>
  ((await ask(header, 'get', `/audit${query}`)).body as { items: AuditEvent[] }).items;

test('a right works from the moment it is granted to the moment it is withdrawn', async () => {
  const { principalId, bearer } = await made(as.state, {
    name: 'clerk',
    districts: [world.here],
    rights: ['agents'],
  });
  const look = async () => (await ask(bearer, 'get', `/districts/${world.here}/resyncs`)).status;
  const right = `/principals/${principalId}/rights/resyncBatch`;
  expect([await rightsOf(bearer), await look()]).toEqual([['agents'], 403]);
  expect((await ask(as.state, 'put', right)).body).toMatchObject({ rights: ['resyncBatch', 'agents'] });
  expect((await ask(as.state, 'put', right)).status).toBe(200);
  expect([await rightsOf(bearer), await look()]).toEqual([['resyncBatch', 'agents'], 200]);
  expect((await ask(as.state, 'delete', right)).body).toMatchObject({ rights: ['agents'] });
  expect([await rightsOf(bearer), await look()]).toEqual([['agents'], 403]);
  const [withdrawn, , granted] = await audit(as.state);
  expect([withdrawn, granted]).toMatchObject([
    { action: 'DELETE /principals/{principal}/rights/{tool}', target: right, status: 200 },
    { action: 'PUT /principals/{principal}/rights/{tool}', target: right, status: 200 },
  ]);
  expect(granted!.address).toMatch(/^(127\.0\.0\.1|::1)$/);
});

test('a district’s administrator reaches its own people only, and gives none of the state’s powers', async () => {
  const own = await made(as.district, { name: 'teacher', districts: [world.here], rights: ['errorLog'] });
  const strangers = [
    await made(as.state, { name: 'of the other', districts: [world.other] }),
    await made(as.state, { name: 'of both', districts: [world.here, world.other] }),
    await made(as.state, { name: 'of the state', level: 'state', districts: [world.here] }),
  ];
  const listed = (await ask(as.district, 'get', '/principals')).body as { items: { principalId: string }[] };
  const ids = listed.items.map(({ principalId }) => principalId);
  expect(ids).toContain(own.principalId);
  for (const { principalId } of strangers) {
    expect(ids).not.toContain(principalId);
    const statuses = [
      await ask(as.district, 'get', `/principals/${principalId}`),
      await ask(as.district, 'post', `/principals/${principalId}/disable`),
      await ask(as.district, 'put', `/principals/${principalId}/rights/agents`),
      await ask(as.district, 'post', `/principals/${principalId}/tokens`, { label: 'mine' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([404, 404, 404, 404]);
  }
  const refused: [body: object, status: number, pointer: string | null][] = [
    [{ name: 'x', level: 'state', districts: [world.here] }, 403, null],
    [{ name: 'x', districts: [world.other] }, 422, '#/districts/0'],
    [{ name: 'x', districts: ['nowhere'] }, 422, '#/districts/0'],
    [{ name: 'x' }, 422, '#/districts'],
    [{ name: 'x', districts: [world.here], rights: ['stateRequest'] }, 422, '#/rights'],
    [{ name: 'x', districts: [world.here], rights: ['everything'] }, 422, '#/rights/0'],
  ];
  for (const [body, status, pointer] of refused) {
    const answer = await ask(as.district, 'post', '/principals', body);
    expect([body, answer.status]).toEqual([body, status]);
    const { errors } = answer.body as { errors?: { pointer: string }[] };
    expect(errors?.[0]?.pointer ?? null).toBe(pointer);
  }
  const right = `/principals/${own.principalId}/rights/stateRequest`;
  expect((await ask(as.state, 'put', right)).status).toBe(422);
  const mine = await audit(as.district);
  expect(new Set(mine.map(({ level }) => level))).toEqual(new Set(['district']));
  expect(mine.every(({ districts }) => districts!.every((id) => id === world.here))).toBe(true);
});

test('nobody takes their own administration, so that an administrator is left', async () => {
  const { principalId } = (await ask(as.district, 'get', '/me')).body as { principalId: string };
  expect((await ask(as.district, 'post', `/principals/${principalId}/disable`)).status).toBe(409);
  const own = `/principals/${principalId}/rights/administration`;
  expect((await ask(as.district, 'delete', own)).status).toBe(409);
  expect((await ask(as.state, 'delete', own)).status).toBe(200);
  expect((await ask(as.district, 'get', '/principals')).status).toBe(403);
  await ask(as.state, 'put', own);
});

test('a disabled principal’s tokens are refused until it is enabled again; a revoked one for good', async () => {
  const { principalId, bearer } = await made(as.state, { name: 'off and on', districts: [world.here] });
  const me = async () => (await ask(bearer, 'get', '/me')).status;
  await ask(as.state, 'post', `/principals/${principalId}/disable`);
  expect(await me()).toBe(401);
  const enabled = await ask(as.state, 'post', `/principals/${principalId}/enable`);
  expect([await me(), enabled.body]).toMatchObject([200, { disabledAt: null }]);
  const tokens = await ask(as.state, 'get', `/principals/${principalId}/tokens`);
  const [token] = (tokens.body as { items: { tokenId: string }[] }).items;
  expect(JSON.stringify(tokens.body)).not.toContain(bearer.split('_').slice(2).join('_'));
  await ask(as.state, 'delete', `/principals/${principalId}/tokens/${token!.tokenId}`);
  await ask(as.state, 'post', `/principals/${principalId}/enable`);
  expect(await me()).toBe(401);
  const elsewhere = await made(as.state, { name: 'elsewhere', districts: [world.here] });
  const foreign = `/principals/${elsewhere.principalId}/tokens/${token!.tokenId}`;
  expect((await ask(as.state, 'delete', foreign)).status).toBe(404);
});

test('everybody sees their own tokens and revokes them, and nobody else’s', async () => {
  const mine = await made(as.state, { name: 'clerk with a token', districts: [world.here] });
  const theirs = await made(as.state, { name: 'somebody else', districts: [world.here] });
  const own = async (bearer: string) =>
    ((await ask(bearer, 'get', '/me/tokens')).body as { items: { tokenId: string; label: string }[] }).items;
  const [token] = await own(mine.bearer);
  expect(token).toMatchObject({ label: 'laptop', revokedAt: null });
  expect(JSON.stringify(token)).not.toContain(mine.bearer.split('_').slice(2).join('_'));
  const [other] = await own(theirs.bearer);
  expect((await ask(mine.bearer, 'delete', `/me/tokens/${other!.tokenId}`)).status).toBe(404);
  expect((await ask(mine.bearer, 'delete', `/me/tokens/${token!.tokenId}`)).status).toBe(200);
  expect((await ask(mine.bearer, 'get', '/me')).status).toBe(401);
});

test('every change leaves one event, a refusal for want of a right too; nothing else does', () =>
  withWorker(world, async () => {
    const { bearer, principalId } = await made(as.state, { name: 'audited', districts: [world.here] });
    const districts = `/districts/${world.here}`;
    const started = await ask(bearer, 'post', `${districts}/resyncs`, { objects: ['School'] });
    const { resyncId } = started.body as { resyncId: string };
    await ask(bearer, 'post', `${districts}/plan`, { objects: 'all' });
    await ask(bearer, 'post', `${districts}/resyncs`, { objects: ['Nonsense'] });
    await ask(bearer, 'get', `${districts}/resyncs`);
    await ask(bearer, 'get', '/audit');
    await ask(bearer, 'post', '/resyncs/nothing/pause');
    await ask(bearer, 'post', '/principals', { name: 'x' });
    const events = await audit(as.state, `?principal=${principalId}`);
    expect(events).toMatchObject([
      {
        action: 'POST /principals',
        status: 403,
        details: {},
        principalName: 'audited',
        districts: [world.here],
      },
      {
        action: 'POST /districts/{district}/resyncs',
        target: `/districts/${world.here}/resyncs`,
        status: 202,
        details: { resyncId, objects: ['School'] },
      },
    ]);
  }));

test('what may have been done although the answer is 503 is in the audit', async () => {
  const away = await apiWorld({ temporalAddress: '127.0.0.1:1' });
  try {
    const call = request(away.app).post(`/api/v1/districts/${away.here}/resyncs`);
    expect((await call.set('Authorization', away.as.here).send({ objects: 'all' })).status).toBe(503);
    const answer = await request(away.app).get('/api/v1/audit').set('Authorization', away.as.state);
    expect((answer.body as { items: object[] }).items).toMatchObject([{ status: 503 }]);
  } finally {
    await away.close();
  }
});

test('the audit is read page by page, by principal and by date, and holds no token', async () => {
  const all = await audit(as.state, '?limit=500');
  const pages: AuditEvent[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await ask(as.state, 'get', `/audit?limit=3${cursor && `&cursor=${cursor}`}`);
    const page = answer.body as { items: AuditEvent[]; nextCursor: string | null };
    pages.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(pages).toEqual(all);
  const middle = all[Math.floor(all.length / 2)]!.happenedAt;
  const [before, after] = [
    await audit(as.state, `?limit=500&to=${middle}`),
    await audit(as.state, `?limit=500&from=${middle}`),
  ];
  expect(before.length + after.length).toBe(all.length);
  expect(before.every(({ happenedAt }) => happenedAt < middle)).toBe(true);
  expect((await ask(as.state, 'get', '/audit?from=yesterday')).status).toBe(400);
  expect(JSON.stringify(all)).not.toContain('rsk_');
});

test('where it came from is a proxy’s word only if the configuration says so', async () => {
  const proxied = await apiWorld({ trustProxy: 1 });
  try {
    for (const { app, as: headers, here } of [world, proxied]) {
      await request(app)
        .post(`/api/v1/principals`)
        .set('Authorization', headers.state)
        .set('X-Forwarded-For', '198.51.100.7, 203.0.113.9')
        .send({ name: 'from afar', districts: [here] });
    }
    const [direct] = await audit(as.state, '?limit=1');
    const answer = await request(proxied.app).get('/api/v1/audit').set('Authorization', proxied.as.state);
    const [behind] = (answer.body as { items: AuditEvent[] }).items;
    expect(direct!.address).toMatch(/^(127\.0\.0\.1|::1)$/);
    expect(behind!.address).toBe('203.0.113.9');
  } finally {
    await proxied.close();
  }
});

test('a token, a right or a principal that is withdrawn ends an open event stream, and it is not opened again', async () => {
  const quick = await apiWorld({ limits: { streamCheckMs: 20 } });
  try {
    const { control, app, here } = quick;
    await runningResync(control, 'long', ['School'], { districtId: here });
    const watcher = { name: 'watcher', level: 'district', districts: [here] } as const;
    const asState = (method: 'delete' | 'post', path: string) =>
      request(app)[method](`/api/v1/principals/${path}`).set('Authorization', quick.as.state);
    const withdrawals = [
      [401, ({ principalId, tokenId }) => asState('delete', `${principalId}/tokens/${tokenId}`)],
      [403, ({ principalId }) => asState('delete', `${principalId}/rights/resyncBatch`)],
      [401, ({ principalId }) => asState('post', `${principalId}/disable`)],
    ] satisfies readonly [number, (of: { principalId: string; tokenId: string }) => request.Test][];
    for (const [status, withdraw] of withdrawals) {
      const { token, ...ids } = await createToken(control, {
        ...watcher,
        rights: ['resyncBatch', 'errorLog'],
      });
      const listen = () =>
        request(app).get('/api/v1/resyncs/long/events').set('Authorization', `Bearer ${token}`);
      let text = '';
      const stream = listen()
        .buffer(true)
        .parse((response, over) => {
          response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
          response.on('end', () => over(null, text));
        })
        .then((answer) => answer);
      await until('it listens', () => text.includes('event:snapshot'));
      expect((await withdraw(ids)).status).toBe(200);
      await stream;
      expect(text).not.toContain('event:end');
      expect((await listen()).status).toBe(status);
    }
  } finally {
    await quick.close();
  }
});

test('an event stream ends by itself after some minutes', async () => {
  const brief = await apiWorld({ limits: { streamMs: 3_000 } });
  try {
    await runningResync(brief.control, 'long', ['School'], { districtId: brief.here });
    const stream = await request(brief.app)
      .get('/api/v1/resyncs/long/events')
      .set('Authorization', brief.as.here);
    expect([stream.status, stream.text]).toEqual([200, expect.stringContaining('event:snapshot')]);
  } finally {
    await brief.close();
  }
});

test('when the audit can’t be written the change stands, and the log has the whole event', async () => {
  const torn = await apiWorld();
  try {
    await torn.control.raw('RENAME TABLE auditEvent TO elsewhere');
    const answer = await request(torn.app)
      .post('/api/v1/principals')
      .set('Authorization', torn.as.state)
      .send({ name: 'kept', districts: [torn.here] });
    expect(answer.status).toBe(201);
    const { principalId } = answer.body as { principalId: string };
    const line = torn.logLines.find((text) => text.includes('audit event could not be written'));
    expect(JSON.parse(line!)).toMatchObject({
      auditEvent: { action: 'POST /principals', status: 201, details: { principalId, name: 'kept' } },
    });
    await torn.control.raw('RENAME TABLE elsewhere TO auditEvent');
    // Its note becomes the event.
    expect(await settleIntents(torn.control, -1)).toBe(1);
    const kept = await request(torn.app).get('/api/v1/audit').set('Authorization', torn.as.state);
    expect(kept.body).toMatchObject({ items: [{ action: 'POST /principals', status: 0 }] });
    // Without a note nothing is done.
    await torn.control.raw('RENAME TABLE auditIntent TO elsewhere');
    const refused = await request(torn.app)
      .post('/api/v1/principals')
      .set('Authorization', torn.as.state)
      .send({ name: 'refused', districts: [torn.here] });
    expect(refused.status).toBeGreaterThanOrEqual(500);
    expect(await torn.control('principal').where({ name: 'refused' })).toEqual([]);
  } finally {
    await torn.close();
  }
});

test('what the state reads of records is in the audit, with the key as a sum; what a district reads is not', async () => {
  const read = (path: string, header: string) =>
    request(world.app).get(`/api/v1/districts/${world.here}${path}`).set('Authorization', header);
  const path = `/records/School/${encodeURIComponent('Jane 123-45-6789')}/history`;
  for (const header of [as.state, world.as.here]) {
    expect((await read(path, header)).status).toBe(200);
    expect((await read('/errors?object=School', header)).status).toBe(200);
    expect((await read('/errors?school=Jane&field=Jane%20D.', header)).status).toBe(200);
  }
  const reads = (await world.control('auditEvent').where('action', 'like', 'GET %')) as {
    action: string;
    target: string;
    details: string;
    level: string;
  }[];
  expect(reads.every(({ level }) => level === 'state')).toBe(true);
  expect(JSON.stringify(reads)).not.toContain('Jane');
  expect(reads.map(({ action, details }) => [action, JSON.parse(details) as unknown])).toContainEqual([
    ...['GET /districts/{district}/errors', { object: 'School' }],
  ]);
  expect(reads.map(({ target }) => target)).toContain(
    `/districts/${world.here}/records/School/{key}/history`,
  );
  // Nor is what was typed where an id belongs, by who has no right to it.
  const { bearer } = await made(as.state, { name: 'none', districts: [world.here], rights: ['errorLog'] });
  expect((await ask(bearer, 'post', '/resyncs/Jane%20123/pause')).status).toBe(403);
  expect(JSON.stringify(await world.control('auditEvent').select())).not.toContain('Jane');
});

test('what shows records only where there are some is in the audit when it does', async () => {
  const events = async () =>
    ((await world.control('auditEvent').where('action', 'like', 'GET %')) as { target: string }[]).map(
      ({ target }) => target,
    );
  const ids = ['with-gone', 'without-gone'];
  for (const id of ids) await runningResync(world.control, id, ['School'], { districtId: world.here });
  await world.control('removalObject').insert({
    ...{ resyncID: ids[0], objectName: 'School', position: 0, records: 9, found: 1 },
    ...{ thresholdPercent: 50, decision: 'below' },
  });
  await world
    .control('removal')
    .insert({ resyncID: ids[0], objectName: 'School', recordKey: '["7"]', status: 'found' });
  for (const id of ids) {
    expect((await ask(as.state, 'get', `/resyncs/${id}/removals`)).status).toBe(200);
    expect((await ask(as.state, 'get', `/resyncs/${id}`)).status).toBe(200);
  }
  const about = (await events()).filter((target) => target.includes('-gone'));
  expect(about).toEqual([`/resyncs/${ids[0]}/removals`]);
});

test('who may only view resyncs sees and plans them, and starts, stops and changes none', async () => {
  const { bearer } = await made(as.state, {
    name: 'viewer',
    districts: [world.here],
    rights: ['resyncView'],
  });
  await runningResync(world.control, 'viewed', ['School'], { districtId: world.here });
  const district = `/districts/${world.here}`;
  for (const [method, path, body, status] of [
    ['get', `${district}/objects`, undefined, 200],
    ['get', `${district}/resyncs`, undefined, 200],
    ['get', '/resyncs/viewed', undefined, 200],
    ['get', `${district}/errors`, undefined, 200],
    ['post', `${district}/plan`, { objects: ['School'] }, 200],
    ['post', `${district}/resyncs`, { objects: ['School'] }, 403],
    ['post', '/resyncs/viewed/pause', undefined, 403],
    ['post', '/resyncs/viewed/retry', { outcomes: ['failed'] }, 403],
    ['get', '/resyncs/viewed/errors', undefined, 403],
  ] as const)
    expect([method, path, (await ask(bearer, method, path, body)).status]).toEqual([method, path, status]);
});

test('the audit is exported as CSV and NDJSON, and its chain verified by the state', async () => {
  const get = (path: string, header = as.state) =>
    request(world.app).get(`/api/v1${path}`).set('Authorization', header);
  const { items } = (await get('/audit?limit=500')).body as { items: { hash: string }[] };
  const ndjson = await get('/audit?format=ndjson&limit=3')
    .buffer(true)
    .parse((response, done) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      response.on('end', () => done(null, text));
    });
  const hashes = String(ndjson.body)
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { hash: string }).hash);
  expect(hashes).toEqual(items.map(({ hash }) => hash));
  const csv = await get('/audit?format=csv');
  expect(csv.headers['content-type']).toMatch(/^text\/csv/);
  expect(csv.text.trim().split('\r\n')).toHaveLength(items.length + 1);
  expect((await get(`/audit/chain?expect=${hashes[2]}`)).body).toMatchObject({
    ...{ brokenAt: null, hasExpected: true, head: hashes[0] },
  });
  expect((await get('/audit/chain', as.district)).status).toBe(403);
});

test('the state asks one district only with the right for it, not with resyncBatch alone', async () => {
  const { bearer } = await made(as.state, { name: 'viewer', level: 'state', rights: ['resyncBatch'] });
  const body = { objects: ['School'], scenario: 'STATE_REQUEST' };
  const answer = await ask(bearer, 'post', `/districts/${world.here}/resyncs`, body);
  expect([answer.status, (answer.body as { detail: string }).detail]).toEqual([
    403,
    expect.stringContaining('stateRequest'),
  ]);
});
