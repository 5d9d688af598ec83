import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import SwaggerParser from '@apidevtools/swagger-parser';
import request from 'supertest';
import { apiRoutes, publicRoutes } from '../../src/app';
import type { ApiContext } from '../../src/http/context';
import { apiWorld, type ApiWorld } from '../support/api-world';

let world: ApiWorld;
beforeAll(async () => (world = await apiWorld()));
afterAll(() => world.close());

const everyRoute = () => {
  const context = { ...world } as unknown as ApiContext;
  return [...publicRoutes(context), ...apiRoutes(context)];
};

interface Document {
  openapi: string;
  paths: Record<
    string,
    Record<string, { operationId: string; security?: object[]; responses: Record<string, object> }>
  >;
}
const documentOf = async (): Promise<Document> =>
  (await request(world.app).get('/api/v1/openapi.json')).body as Document;

test('the OpenAPI document is valid 3.1', async () => {
  const document = await documentOf();
  expect(document.openapi).toBe('3.1.0');
  await expect(SwaggerParser.validate(document as never)).resolves.toBeDefined();
  const broken = { ...document, paths: { '/x': { get: { parameters: [{ name: 1 }] } } } };
  await expect(SwaggerParser.validate(broken as never)).rejects.toThrow();
});

test('every operation has every status that a route may answer whatever it does', async () => {
  const always = ['400', '401', '403', '404', '409', '422', '429', '431', '503'];
  for (const [path, operations] of Object.entries((await documentOf()).paths))
    for (const [method, { responses }] of Object.entries(operations)) {
      const statuses = method === 'get' ? always : [...always, '413', '415'];
      expect([method, path, Object.keys(responses)]).toEqual([
        method,
        path,
        expect.arrayContaining(statuses),
      ]);
    }
});

test('no pattern of the document has what only JavaScript can make texts for', async () => {
  expect(JSON.stringify(await documentOf())).not.toMatch(/"pattern":"[^"]*\\\\p\{/);
});

test('what the state reads of records is audited by every route whose answer has keys of some', async () => {
  interface Schema {
    readonly properties?: Record<string, Schema>;
    readonly items?: Schema;
    readonly anyOf?: Schema[];
  }
  const document = (await SwaggerParser.dereference((await documentOf()) as never)) as unknown as {
    paths: Record<
      string,
      { get?: { responses: Record<string, { content?: Record<string, { schema: Schema }> }> } }
    >;
  };
  // Of what a selective sync was asked for, who asked has named the key.
  const keys = ({ properties = {}, items, anyOf = [] }: Schema, name = ''): string[] => [
    ...(['key', 'samples', 'formerKey'].includes(name) && (items || anyOf.length > 0) ? [name] : []),
    ...Object.entries(properties).flatMap(([of, schema]) => (of === 'selected' ? [] : keys(schema, of))),
    ...[...(items ? [items] : []), ...anyOf].flatMap((schema) => keys(schema)),
  ];
  const shows = everyRoute().filter(({ method, path, responses }) => {
    const schema =
      document.paths[`/api/v1${path}`]?.get?.responses['200']?.content?.['application/json']?.schema;
    return method === 'get' && responses[200] && schema !== undefined && keys(schema).length > 0;
  });
  expect(shows.length).toBeGreaterThan(10);
  expect(shows.filter(({ showsRecords }) => !showsRecords).map(({ path }) => path)).toEqual([]);
});

test('docs/openapi.json is the document: else run npm run openapi', async () => {
  const written = readFileSync(join(__dirname, '..', '..', 'docs', 'openapi.json'), 'utf8');
  expect(JSON.parse(written)).toEqual(await documentOf());
});

test('every route that takes a body shows an example of it', () => {
  const without = everyRoute().filter(
    ({ body, example }) => (body === undefined) !== (example === undefined),
  );
  expect(without.map(({ operationId }) => operationId)).toEqual([]);
});

test('every route is in the document, and every operation of the document is a route', async () => {
  const document = await documentOf();
  const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method} ${path}`),
  );
  const routes = everyRoute().map(({ method, path }) => `${method} /api/v1${path}`);
  expect(documented.sort()).toEqual(routes.sort());
  const ids = Object.values(document.paths).flatMap((operations) =>
    Object.values(operations).map(({ operationId }) => operationId),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('every operation of the document needs a token, but for those that say that they don’t', async () => {
  const { paths } = await documentOf();
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { security }] of Object.entries(operations)) {
      if (security?.length === 0) continue;
      const url = path.replace(/\{\w+\}/g, 'x');
      const answer = await request(world.app)[method as 'get' | 'post' | 'put' | 'delete'](url);
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  }
});

test('the docs page is served from here under a strict content security policy', async () => {
  const page = await request(world.app).get('/api/docs/');
  expect(page.status).toBe(200);
  expect(page.headers['content-security-policy']).toContain("default-src 'self'");
  expect(page.text).not.toMatch(/<script>|https?:\/\//);
  for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'start.js']) {
    expect((await request(world.app).get(`/api/docs/${file}`)).status).toBe(200);
  }
});

test('health tells whether the database and Temporal answer', async () => {
  for (const path of ['/livez', '/healthz']) expect((await request(world.app).get(path)).status).toBe(200);
  const ready = await request(world.app).get('/readyz');
  expect([ready.status, ready.body]).toEqual([200, { controlDatabase: true, temporal: true }]);
  // Metrics name districts: they are on the inner port only.
  expect((await request(world.app).get('/metrics')).status).toBe(404);
  const away = await apiWorld({ temporalAddress: '127.0.0.1:1' });
  try {
    const answer = await request(away.app).get('/readyz');
    expect([answer.status, answer.body]).toEqual([503, { controlDatabase: true, temporal: false }]);
  } finally {
    await away.close();
  }
});
