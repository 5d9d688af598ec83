import request from 'supertest';
import type { AuditEvent } from '../../../src/features/access/audit-store';
import { makeSignInCode } from '../../../src/features/access/session-store';
import { createToken } from '../../../src/features/access/token-store';
import type { ToolRight } from '../../../src/domain/rights';
import { apiWorld, type ApiWorld } from '../../support/api-world';

let world: ApiWorld;
beforeAll(async () => (world = await apiWorld({ trustProxy: 1 })));
afterAll(() => world.close());

interface Signed {
  readonly cookie: string;
  readonly csrf: string;
}
interface Asked {
  readonly body?: object;
  readonly headers?: Record<string, string>;
}
async function ask(
  method: 'get' | 'post' | 'delete' | 'put',
  path: string,
  { body, headers = {} }: Asked = {},
) {
  const call = request(world.app)[method](`/api/v1${path}`).set(headers);
  return body ? call.send(body) : call;
}
const made = (rights: readonly ToolRight[] = ['resyncBatch']) =>
  createToken(world.control, { name: 'Ana R.', level: 'district', districts: [world.here], rights });
async function signIn(body: object, headers: Record<string, string> = {}): Promise<Signed> {
  const answer = await ask('post', '/session', { body, headers });
  expect(answer.status).toBe(201);
  const { csrf } = answer.body as { csrf: string };
  return { cookie: answer.headers['set-cookie']![0]!.split(';')[0]!, csrf };
}
const by = ({ cookie }: Signed) => ({ Cookie: cookie });

test('a token opens a session whose cookie no script reads and no other host gets', async () => {
  const { token } = await made();
  const opened = await ask('post', '/session', { body: { token } });
  expect(opened.body).toMatchObject({
    name: 'Ana R.',
    level: 'district',
    rights: ['resyncBatch'],
    districts: [{ id: world.here, number: 1, name: 'District 0' }],
  });
  expect(opened.headers['set-cookie']![0]).toMatch(
    /^resync-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  expect(opened.headers['cache-control']).toBe('no-store');
  const secure = await ask('post', '/session', {
    body: { token },
    headers: { 'X-Forwarded-Proto': 'https' },
  });
  expect(secure.headers['set-cookie']![0]).toMatch(
    /^__Host-resync=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  );
  expect(JSON.stringify(await world.control('consoleSession').select())).not.toContain(
    opened.headers['set-cookie']![0]!.slice(15, 58),
  );
});

test('over plain HTTP nobody signs in, but on this machine itself', async () => {
  const { token } = await made();
  const headers = { 'X-Forwarded-Host': 'resync.example.org' };
  expect((await ask('get', '/sign-in')).body).toEqual({ token: true, oidc: null, whyNot: null });
  const { whyNot } = (await ask('get', '/sign-in', { headers })).body as { whyNot: string };
  expect(whyNot).toContain('HTTPS');
  const refused = await ask('post', '/session', { body: { token }, headers });
  expect([refused.status, (refused.body as { detail: string }).detail]).toEqual([403, whyNot]);
});

test('a write by cookie needs the header that only our own pages know, and to come from them', async () => {
  const session = await signIn({ token: (await made()).token });
  const pause = (headers: Record<string, string>) =>
    ask('post', `/districts/${world.here}/plan`, {
      body: { objects: ['School'] },
      headers: { ...by(session), ...headers },
    });
  const csrf = { 'X-CSRF': session.csrf };
  expect((await pause({})).status).toBe(403);
  expect((await pause({ 'X-CSRF': `${session.csrf.slice(0, -1)}!` })).status).toBe(403);
  expect((await pause({ ...csrf, Origin: 'https://elsewhere.example' })).status).toBe(403);
  expect((await pause({ ...csrf, 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  expect((await pause({ ...csrf, 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200);
  const elsewhere = { Origin: 'https://elsewhere.example' };
  const forged = await ask('post', '/session', { body: { token: 'rsk_x' }, headers: elsewhere });
  expect(forged.status).toBe(403);
});

test('rights are those of the moment, and a session is over with its token, its owner or a sign-out', async () => {
  const { token, tokenId, principalId } = await made();
  const ana = await signIn({ token });
  const look = async (who = ana) =>
    (await ask('get', `/districts/${world.here}/resyncs`, { headers: by(who) })).status;
  const admin = { Authorization: world.as.state };
  const right = `/principals/${principalId}/rights/resyncBatch`;
  expect(await look()).toBe(200);
  await ask('delete', right, { headers: admin });
  expect(await look()).toBe(403);
  await ask('put', right, { headers: admin });
  expect(await look()).toBe(200);
  await ask('post', `/principals/${principalId}/disable`, { headers: admin });
  expect(await look()).toBe(401);
  await ask('post', `/principals/${principalId}/enable`, { headers: admin });
  const again = await signIn({ token });
  const out = await ask('delete', '/session', { headers: { ...by(again), 'X-CSRF': again.csrf } });
  expect([out.status, out.headers['set-cookie']![0]]).toEqual([204, expect.stringContaining('1970')]);
  expect([await look(again), await look(ana)]).toEqual([401, 200]);
  await ask('delete', `/principals/${principalId}/tokens/${tokenId}`, { headers: admin });
  expect(await look()).toBe(401);
  const { items } = (await ask('get', `/audit?principal=${principalId}`, { headers: admin })).body as {
    items: AuditEvent[];
  };
  expect(items.map(({ action }) => action)).toEqual(['DELETE /session', 'POST /session', 'POST /session']);
});

test('a session is over after an hour without a request, and after eight hours in any case', async () => {
  const status = async (who: Signed) => (await ask('get', '/session', { headers: by(who) })).status;
  const { token } = await made();
  const idle = await signIn({ token });
  await world.control('consoleSession').update({
    lastSeenAt: world.control.raw('UTC_TIMESTAMP(3) - INTERVAL 61 MINUTE'),
  });
  expect(await status(idle)).toBe(401);
  const busy = await signIn({ token });
  await world.control('consoleSession').update({
    lastSeenAt: world.control.raw('UTC_TIMESTAMP(3) - INTERVAL 59 MINUTE'),
  });
  expect(await status(busy)).toBe(200);
  await world.control('consoleSession').update({
    lastSeenAt: world.control.raw('UTC_TIMESTAMP(3)'),
    endsAt: world.control.raw('UTC_TIMESTAMP(3) - INTERVAL 1 SECOND'),
  });
  expect(await status(busy)).toBe(401);
});

test('the code of a sign-in link opens one session, within five minutes', async () => {
  const { tokenId } = await made();
  const code = await makeSignInCode(world.control, tokenId);
  const session = await signIn({ code });
  expect((await ask('get', '/session', { headers: by(session) })).body).toMatchObject({ name: 'Ana R.' });
  const twice = await ask('post', '/session', { body: { code } });
  expect([twice.status, (twice.body as { detail: string }).detail]).toEqual([
    401,
    expect.stringContaining('used before'),
  ]);
  const late = await makeSignInCode(world.control, tokenId);
  await world.control('signInCode').update({ expiresAt: world.control.raw('UTC_TIMESTAMP(3)') });
  expect((await ask('post', '/session', { body: { code: late } })).status).toBe(401);
});

test('a request with a token and a cookie is refused, and one with a token has no use for a session', async () => {
  const session = await signIn({ token: (await made()).token });
  const both = await ask('get', '/me', { headers: { ...by(session), Authorization: world.as.here } });
  expect(both.status).toBe(400);
  const plain = await ask('get', '/session', { headers: { Authorization: world.as.here } });
  expect(plain.body).toMatchObject({ csrf: null, endsAt: null });
});

test('guessed tokens and codes are limited like any other', async () => {
  const tight = await apiWorld({ limits: { refusedPerAddress: 3 } });
  try {
    const guess = async () =>
      (await request(tight.app).post('/api/v1/session').send({ token: 'rsk_guess' })).status;
    const statuses = [];
    for (let guesses = 0; guesses < 5; guesses++) statuses.push(await guess());
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
  } finally {
    await tight.close();
  }
});

test('a page of somebody who is signed in names its first calls, and what it names is there', async () => {
  const { token } = await made();
  const signed = by(await signIn({ token }));
  const page = (path: string, headers: Record<string, string> = {}) =>
    request(world.app)
      .get(path)
      .set({ Accept: 'text/html', ...headers });
  const linked = async (path: string): Promise<string[]> => {
    const { link } = (await page(path, signed)).headers as { link?: string };
    return [...(link ?? '').matchAll(/<([^>]+)>; rel=preload/g)].map(([, to]) => to!);
  };
  const always = ['/api/v1/session', '/api/v1/districts'];
  const objects = `/api/v1/districts/${world.here}/objects`;
  expect(await linked('/')).toEqual(always);
  expect(await linked(`/d/${world.here}/batch`)).toEqual([...always, objects]);
  for (const path of [...always, objects])
    expect((await request(world.app).get(path).set(signed)).status).toBe(200);
  for (const path of ['/sign-in', '/d/%3E%3B/batch', '/d/a"b/batch'])
    expect((await linked(path)).join()).toMatch(/^(|\/api\/v1\/session,\/api\/v1\/districts(,[^<>"]+)?)$/);
  expect((await page('/')).headers['link']).toBeUndefined();
  expect((await page('/', { Cookie: 'other=1' })).headers['link']).toBeUndefined();
});
