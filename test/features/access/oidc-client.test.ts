import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OidcClient } from '../../../src/features/access/oidc-client';

/** What operators read of a sign-in by another issuer that came to nothing. */

let server: Server;
let issuer: string;
let breaks = false;
beforeAll(async () => {
  server = createServer(({ url }, response) => {
    response.setHeader('Content-Type', 'application/json');
    if (url === '/.well-known/openid-configuration')
      return void response.end(
        JSON.stringify({
          ...{ issuer, authorization_endpoint: `${issuer}/authorize`, jwks_uri: `${issuer}/keys` },
          token_endpoint: `${issuer}/token`,
        }),
      );
    if (breaks) return void response.destroy();
    response.writeHead(401).end(JSON.stringify({ error: 'invalid_client', error_description: 'x' }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function signIn() {
  const logged: unknown[] = [];
  const logger = { warn: (...line: unknown[]) => void logged.push(line) };
  const client = new OidcClient(issuer, { clientId: 'console', scopes: 'openid', name: 'them' }, logger);
  const { underWay } = await client.begin('http://127.0.0.1/callback', '/');
  const back = new URL(`http://127.0.0.1/callback?code=one-use&state=${underWay.state}`);
  const claims = await client.end(back, underWay);
  return { claims, logged: JSON.stringify(logged) };
}

test('why the issuer refused is in the log, by its word only', async () => {
  const { claims, logged } = await signIn();
  expect(claims).toBeNull();
  expect(logged).toContain('invalid_client');
  expect(logged).not.toContain('one-use');
});

test('an issuer that breaks the connection is away, and has refused nobody', async () => {
  breaks = true;
  await expect(signIn()).rejects.toMatchObject({ status: 503 });
});
