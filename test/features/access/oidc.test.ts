import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CryptoKey, JWK } from 'jose';
import * as jose from 'jose';
import request from 'supertest';
import { apiWorld, type ApiWorld } from '../../support/api-world';

const audience = 'resync';

/** An issuer on this machine: publishes its keys and its discovery document over HTTP. */
class Issuer {
  keys: JWK[] = [];
  /** Requests for keys. */
  asked = 0;
  answers = true;
  private readonly server: Server;

  private constructor() {
    this.server = createServer(({ url = '' }, response) => {
      if (!this.answers) return void response.writeHead(503).end();
      if (url === '/keys') this.asked += 1;
      const body =
        url === '/keys'
          ? { keys: this.keys }
          : url === '/.well-known/openid-configuration'
            ? { issuer: this.url, jwks_uri: `${this.url}/keys` }
            : url === '/impostor/.well-known/openid-configuration'
              ? { issuer: this.url, jwks_uri: `${this.url}/keys` }
              : null;
      if (!body) return void response.writeHead(404).end();
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
    });
  }

  static async start(): Promise<Issuer> {
    const issuer = new Issuer();
    issuer.server.listen(0, '127.0.0.1');
    await new Promise((resolve) => issuer.server.once('listening', resolve));
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function newKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await jose.generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, jwk: { ...(await jose.exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

let issuer: Issuer;
let rsa: SigningKey;
let ec: SigningKey;
let world: ApiWorld;
beforeAll(async () => {
  issuer = await Issuer.start();
  [rsa, ec] = await Promise.all([newKey('rsa-1'), newKey('ec-1', 'ES256')]);
  issuer.keys = [rsa.jwk, ec.jwk];
  world = await worldOf({ keysCooldownSeconds: 0 });
});
afterAll(async () => {
  issuer.stop();
  await world.close();
});

const roles = {
  clerk: ['resyncBatch', 'errorLog'],
  asker: ['stateRequest', 'agents'],
};

/** The API with this issuer configured. */
const worldOf = (oidc: object) =>
  apiWorld({
    limits: { refusedPerAddress: 100_000 },
    auth: {
      oidc: {
        issuer: issuer.url,
        audience,
        claims: {
          name: 'preferred_username',
          level: { claim: 'https://example.org/level', values: { sea: 'state', lea: 'district' } },
          districts: { claim: 'lea' },
          rights: { claim: 'realm_access.roles', values: roles },
        },
        ...oidc,
      },
    },
  });

type Claims = Record<string, unknown>;

interface Change {
  readonly payload?: Claims;
  readonly header?: object;
  readonly key?: SigningKey;
}

/** A token of a district's clerk; what is changed shows what it takes to be believed. */
async function tokenOf({ payload = {}, header = {}, key = rsa }: Change = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims: Claims = {
    iss: issuer.url,
    aud: audience,
    sub: 'ann',
    iat: now,
    exp: now + 600,
    preferred_username: 'Ann',
    'https://example.org/level': 'lea',
    lea: [world.here],
    realm_access: { roles: ['clerk', 'unheard of', 'constructor'] },
    ...payload,
  };
  return new jose.SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.privateKey);
}

const me = (token: string, at: ApiWorld = world) =>
  request(at.app).get('/api/v1/me').set('Authorization', `Bearer ${token}`);

test('a token of the issuer is who its claims say, with the rights they map to, RS256 and ES256', async () => {
  for (const key of [rsa, ec]) {
    const answer = await me(await tokenOf({ key }));
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        principalId: 'oidc:ann',
        name: 'Ann',
        level: 'district',
        districts: [world.here],
        rights: ['resyncBatch', 'errorLog'],
        schools: null,
      },
    ]);
  }
  const get = async (path: string) =>
    (
      await request(world.app)
        .get(`/api/v1${path}`)
        .set('Authorization', `Bearer ${await tokenOf()}`)
    ).status;
  expect(await get(`/districts/${world.here}/resyncs`)).toBe(200);
  expect(await get(`/districts/${world.other}/resyncs`)).toBe(404);
  expect(await get(`/districts/${world.here}/agent`)).toBe(403);
  expect((await request(world.app).get('/api/v1/me').set('Authorization', world.as.here)).status).toBe(200);
});

test('a claim of schools limits a person to their errors, in one district only', async () => {
  const who = async (payload: Claims) => (await me(await tokenOf({ payload }))).body as object;
  expect(await who({ resync_schools: ['12', '14'] })).toMatchObject({
    schools: ['12', '14'],
    rights: ['errorLog'],
  });
  expect(await who({ resync_schools: '12', lea: [world.here, world.other] })).toMatchObject({ rights: [] });
});

test('claims that say nothing give nothing, and no claim gives a district the state’s power', async () => {
  const who = async (payload: Claims) => (await me(await tokenOf({ payload }))).body as object;
  const none = {
    'https://example.org/level': 'unheard of',
    lea: undefined,
    realm_access: { roles: 'nobody' },
  };
  expect(await who(none)).toMatchObject({ level: 'district', districts: [], rights: [] });
  const asker = { realm_access: { roles: ['asker'] } };
  expect(await who(asker)).toMatchObject({ level: 'district', rights: ['agents'] });
  const state = { ...asker, 'https://example.org/level': ['sea', 'lea'], lea: undefined };
  expect(await who(state)).toMatchObject({
    level: 'state',
    districts: null,
    rights: ['stateRequest', 'agents'],
  });
  expect(await who({ ...state, lea: [] })).toMatchObject({ level: 'state', districts: [] });
  const long = `${'a'.repeat(200)}`;
  const { principalId } = (await who({ sub: long })) as { principalId: string };
  expect(principalId).toMatch(/^oidc:[\w-]{43}$/);
});

test('what the issuer’s token changes is audited under its subject', async () => {
  await request(world.app)
    .post(`/api/v1/principals`)
    .set('Authorization', `Bearer ${await tokenOf()}`)
    .send({ name: 'x' });
  const audit = await request(world.app)
    .get('/api/v1/audit?principal=oidc:ann')
    .set('Authorization', world.as.state);
  expect((audit.body as { items: object[] }).items).toMatchObject([{ status: 403, principalName: 'Ann' }]);
});

describe('is refused with 401:', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const cases: [string, () => Promise<string>][] = [
    ['an expired token', () => tokenOf({ payload: { exp: now() - 60 } })],
    ['one without an end', () => tokenOf({ payload: { exp: undefined } })],
    ['one that isn’t valid yet', () => tokenOf({ payload: { nbf: now() + 120 } })],
    ['one for another audience', () => tokenOf({ payload: { aud: 'payroll' } })],
    ['one for no audience', () => tokenOf({ payload: { aud: undefined } })],
    ['another issuer’s', () => tokenOf({ payload: { iss: 'https://elsewhere.example.org' } })],
    ['one without a subject', () => tokenOf({ payload: { sub: undefined } })],
    ['one with an empty subject', () => tokenOf({ payload: { sub: '' } })],
    ['one with an unknown key', async () => tokenOf({ key: await newKey('nobody’s') })],
    ['one signed by another key under a known name', async () => tokenOf({ key: await newKey('rsa-1') })],
    [
      'one that brings its own key',
      async () => {
        const own = await newKey('own');
        return tokenOf({ key: own, header: { jwk: own.jwk } });
      },
    ],
    [
      'one with an algorithm that isn’t configured',
      async () => tokenOf({ key: await newKey('rsa-1', 'PS256') }),
    ],
    [
      'alg none',
      async () => {
        const [, payload] = (await tokenOf()).split('.');
        return `${part({ alg: 'none', kid: 'rsa-1' })}.${payload}.`;
      },
    ],
    [
      'HS256 with the public key as the secret',
      async () => {
        const [, payload] = (await tokenOf()).split('.');
        const pem = await jose.exportSPKI((await jose.importJWK(rsa.jwk, 'RS256')) as CryptoKey);
        const signed = `${part({ alg: 'HS256', kid: 'rsa-1' })}.${payload}`;
        return `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
      },
    ],
    [
      'a payload changed after it was signed',
      async () => {
        const [header, payload, signature] = (await tokenOf()).split('.');
        const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
        return `${header}.${part({ ...claims, 'https://example.org/level': 'sea' })}.${signature}`;
      },
    ],
    ['no JWT at all', () => Promise.resolve('a.b.c')],
  ];
  test.each(cases)('%s', async (_name, make) => {
    const answer = await me(await make());
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('invalid_token'),
    ]);
  });
});

test('the clocks may differ by the leeway, not more', async () => {
  const now = Math.floor(Date.now() / 1000);
  const status = async (payload: Claims) => (await me(await tokenOf({ payload }))).status;
  expect(await status({ exp: now - 10 })).toBe(200);
  expect(await status({ nbf: now + 15 })).toBe(200);
  expect(await status({ exp: now - 45 })).toBe(401);
  expect(await status({ nbf: now + 90 })).toBe(401);
});

test('the issuer changes its keys: the new one is believed at once, the withdrawn one no longer', async () => {
  const fresh = await worldOf({
    keysCooldownSeconds: 0,
    keysMaxAgeSeconds: 0,
    jwksUri: `${issuer.url}/keys`,
  });
  const next = await newKey('rsa-2');
  const before = issuer.keys;
  try {
    const old = await tokenOf();
    expect((await me(old)).status).toBe(200);
    expect((await me(await tokenOf({ key: next }))).status).toBe(401);
    issuer.keys = [...before, next.jwk];
    expect((await me(await tokenOf({ key: next }))).status).toBe(200);
    expect((await me(old, fresh)).status).toBe(200);
    issuer.keys = [next.jwk];
    expect((await me(old, fresh)).status).toBe(401);
    expect((await me(await tokenOf({ key: next }), fresh)).status).toBe(200);
  } finally {
    issuer.keys = before;
    await fresh.close();
  }
});

test('unknown keys don’t make us ask the issuer again and again', async () => {
  const cool = await worldOf({});
  try {
    expect((await me(await tokenOf(), cool)).status).toBe(200);
    const asked = issuer.asked;
    for (let i = 0; i < 5; i++)
      expect((await me(await tokenOf({ key: await newKey('x', 'ES256') }), cool)).status).toBe(401);
    expect(issuer.asked).toBe(asked);
  } finally {
    await cool.close();
  }
});

test('while the issuer can’t be asked a good token gets 503, not 401, and works once it can', async () => {
  const late = await worldOf({});
  try {
    issuer.answers = false;
    const answer = await me(await tokenOf(), late);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '10']);
    expect((await me('not.a.token', late)).status).toBe(401);
    expect((await request(late.app).get('/api/v1/me').set('Authorization', late.as.here)).status).toBe(200);
    issuer.answers = true;
    expect((await me(await tokenOf(), late)).status).toBe(200);
  } finally {
    issuer.answers = true;
    await late.close();
  }
});

test('a discovery document of another issuer is not believed', async () => {
  const impostor = await worldOf({ issuer: `${issuer.url}/impostor` });
  try {
    const token = await tokenOf({ payload: { iss: `${issuer.url}/impostor` } });
    expect((await me(token, impostor)).status).toBe(503);
  } finally {
    await impostor.close();
  }
});
