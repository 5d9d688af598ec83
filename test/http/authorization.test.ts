import request from 'supertest';
import { apiRoutes } from '../../src/app';
import type { ApiContext } from '../../src/http/context';
import type { RouteSpec } from '../../src/http/route';
import { createToken } from '../../src/features/access/token-store';
import { apiWorld, type ApiWorld } from '../support/api-world';
import {
  callers,
  type Kind,
  kinds,
  nameOf,
  needsOf,
  renewThings,
  requestFor,
  suggestedRow,
  type Things,
  thingsOf,
  writtenTable,
} from './who-may';
import { withWorker } from '../support/api-worker';

let world: ApiWorld;
let things: Things;
let routes: readonly RouteSpec[];
beforeAll(async () => {
  world = await apiWorld({ limits: { perToken: 100_000, refusedPerAddress: 100_000 } });
  things = await thingsOf(world);
  routes = apiRoutes({ ...world } as unknown as ApiContext);
});
afterAll(() => world.close());

const table = writtenTable();

function send(spec: RouteSpec, path: string, header: string | null, body?: object): request.Test {
  // One id for all, so that two refusals can be alike to the letter.
  const call = request(world.app)[spec.method](path).set('X-Request-Id', 'the-same-for-all');
  if (header !== null) call.set('Authorization', header);
  return body ? call.send(body) : call;
}

test('every route has one row in docs/rights.md with what it needs, and every row is a route', () => {
  const written = table.map(({ route }) => route);
  const missing = routes.filter((spec) => !written.includes(nameOf(spec))).map(suggestedRow);
  expect(missing).toEqual([]);
  expect(written.toSorted()).toEqual(routes.map(nameOf).toSorted());
  const needs = new Map(routes.map((spec) => [nameOf(spec), needsOf(spec)]));
  expect(table.map((row) => [row.route, row.needs])).toEqual(
    table.map(({ route }) => [route, needs.get(route)]),
  );
});

test('every route answers every kind of principal as the table says, and the same for what isn’t there', () =>
  withWorker(world, async () => {
    const headerOf = callers(world);
    const wrong: string[] = [];
    for (const { route, cells } of table) {
      const spec = routes.find((candidate) => nameOf(candidate) === route);
      if (!spec) continue;
      const { path, unknownPath, body } = requestFor(spec, world, things);
      for (const kind of kinds) {
        const header = await headerOf(kind, spec.right, spec.orRights);
        await renewThings(world, things);
        const answer = await send(spec, path, header, body);
        const expected = cells[kind];
        const got = verdict(spec, answer, expected);
        if (got !== expected) wrong.push(`${route}, ${kind}: ${expected} is written, ${got} came`);
        if (['403', '404'].includes(expected)) {
          const unknown = await send(spec, unknownPath, header, body);
          if (unknown.status !== answer.status || unknown.text !== answer.text)
            wrong.push(`${route}, ${kind}: tells whether there is ${path}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  }));

/**
 * The cell an answer belongs in. A change that contradicts what is stored or can't be carried out
 * (409, 422) wasn't refused for who asked; a GET has to succeed.
 */
function verdict({ method }: RouteSpec, { status, text }: request.Response, expected: string): string {
  const answered = status < 300 || (method !== 'get' && [409, 422].includes(status));
  if (!answered) return String(status);
  if (expected !== 'own') return 'yes';
  return text.includes(world.here) ? 'yes, with another’s' : 'own';
}

test('a revoked token and one of a disabled principal are refused like an expired one', async () => {
  const [extra, off] = await Promise.all(
    ['revoked', 'disabled'].map((name) => createToken(world.control, { name, level: 'state' })),
  );
  const ask = ({ token }: { token: string }) =>
    request(world.app)
      .get('/api/v1/me')
      .set({ Authorization: `Bearer ${token}`, 'X-Request-Id': 'the-same-for-both' });
  expect([(await ask(extra!)).status, (await ask(off!)).status]).toEqual([200, 200]);
  const change = (method: 'post' | 'delete', path: string) =>
    request(world.app)[method](`/api/v1/principals/${path}`).set('Authorization', world.as.state);
  expect((await change('delete', `${extra!.principalId}/tokens/${extra!.tokenId}`)).status).toBe(200);
  expect((await change('post', `${off!.principalId}/disable`)).status).toBe(200);
  const refused = [await ask(extra!), await ask(off!)];
  expect(refused.map(({ status }) => status)).toEqual([401, 401]);
  expect(refused[0]!.body).toEqual(refused[1]!.body);
});

test('403 names the right that is missing', async () => {
  const kind: Kind = 'A, no right';
  const header = await callers(world)(kind, 'errorLog');
  const answer = await request(world.app).get('/api/v1/resyncs/ended/errors').set('Authorization', header!);
  expect([answer.status, (answer.body as { detail: string }).detail]).toEqual([
    403,
    expect.stringContaining('errorLog'),
  ]);
});
