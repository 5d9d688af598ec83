import request from 'supertest';
import { insertResync } from '../../src/features/resyncs/store';
import { requestOf, someCatalog } from '../support/control-database';
import { apiWorld, type ApiWorld } from '../support/api-world';

let world: ApiWorld;
beforeAll(async () => (world = await apiWorld()));
afterAll(() => world.close());

const ask = (path: string, headers: Record<string, string> = {}) =>
  request(world.app)
    .get(path)
    .set({ Authorization: world.as.here, ...headers });

test('every answer has a request id of its own, a problem names it, and the log has it', async () => {
  const paths = ['/healthz', '/api/v1/districts', '/api/v1/openapi.json', '/api/v1/nowhere', '/elsewhere'];
  const ids = [];
  for (const path of paths) ids.push((await ask(path)).headers['x-request-id']);
  expect(new Set(ids).size).toBe(paths.length);
  const problem = await ask('/api/v1/resyncs/nothing');
  const id = problem.headers['x-request-id'] as string;
  expect(problem.body).toEqual({
    type: '/api/docs/errors.md#not-found',
    title: 'Not found',
    status: 404,
    detail: 'Not found.',
    requestId: id,
  });
  const logged = world.logLines.map((line) => JSON.parse(line) as { req?: { id?: string } });
  expect(logged.filter(({ req }) => req?.id === id)).toHaveLength(1);
});

test('each line of a request has its id, and the resync it is about with its workflow', async () => {
  const resyncId = '20261129-0f1e2d3c4b';
  await insertResync(world.control, {
    catalogHash: someCatalog,
    request: requestOf(resyncId, { districtId: world.here }),
  });
  const lines = () => world.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const answer = await ask(`/api/v1/resyncs/${resyncId}`);
  expect(answer.status).toBe(200);
  const requestId = answer.headers['x-request-id'];
  expect(lines().filter((line) => line['requestId'] === requestId)).toEqual([
    expect.objectContaining({ resyncId, workflowId: `resync:${resyncId}`, msg: 'request completed' }),
  ]);
  // No key stands twice in a line.
  for (const line of world.logLines) expect(line.match(/"requestId":/g)?.length ?? 0).toBeLessThan(2);
});

test('a caller’s own id is kept when it is harmless, and only then', async () => {
  const answered = async (id: string) =>
    (await ask('/api/v1/me', { 'X-Request-Id': id })).headers['x-request-id'] as string;
  expect(await answered('trace:4711.a_b-c')).toBe('trace:4711.a_b-c');
  for (const id of ['short', 'with blank inside', 'x'.repeat(129), '<script>alert</script>'])
    expect(await answered(id)).toMatch(/^[0-9a-f-]{36}$/);
});

test('a fault of the service tells nothing but the id, under which the log has the place', async () => {
  await world.control.raw('RENAME TABLE processAlert TO processAlertAway');
  try {
    const answer = await ask('/api/v1/alerts');
    const id = answer.headers['x-request-id'] as string;
    expect([answer.status, (answer.body as { detail: string }).detail]).toEqual([
      500,
      `Internal error. The API log has the details (request id ${id}).`,
    ]);
    const line = world.logLines.find((text) => text.includes('request failed')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ requestId: id, frames: expect.any(Array) as string[] });
  } finally {
    await world.control.raw('RENAME TABLE processAlertAway TO processAlert');
  }
});

test('the type of a problem leads to a page of this service that explains it', async () => {
  const { type } = (await ask('/api/v1/resyncs/nothing')).body as { type: string };
  const [path = '', anchor = ''] = type.split('#');
  const page = await ask(path);
  expect(page.status).toBe(200);
  expect(page.text).toContain(`<a id="${anchor}"></a>`);
});

test('the log has the words of our paths, and nothing that a person typed into one', async () => {
  const key = 'Jane Doe 123-45-6789';
  const typed = encodeURIComponent(key);
  for (const path of [
    `/districts/${world.here}/records/School/${typed}/history`,
    `/districts/${world.here}/Records/School/${typed}/history`,
    `/districts/${world.here}/records/School/${typed}/history/`,
    `/districts/${world.here}/record/School/${typed}`,
    `/districts/${typed}/objects`,
    `/districts/${world.here}/records/School/123456789/history`,
    `/resyncs/${typed}`,
    '/resyncs/123456789/errors',
    `/${typed}`,
  ])
    await ask(`/api/v1${path}`);
  await ask(`/${typed}`);
  const logged = world.logLines.join('\n');
  // Long enough to stand in no request id by chance.
  for (const part of ['Jane', '45-6789', '123456789']) expect(logged).not.toContain(part);
  expect(logged).toContain(`/api/v1/districts/${world.here}/records/School/{…}/history`);
});
