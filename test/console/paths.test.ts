import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { apiRoutes, publicRoutes } from '../../src/app';
import type { ApiContext } from '../../src/http/context';
import { pageOf } from '../../src/http/schemas';
import { apiWorld, type ApiWorld } from '../support/api-world';

/** The console's types of the API's answers are those of the routes. */

const file = join(__dirname, '..', '..', 'src', 'console', 'api', 'paths.ts');

let world: ApiWorld;
beforeAll(async () => {
  world = await apiWorld();
});
afterAll(() => world.close());

test('what the console takes a path to answer with is the schema that the route answers by', async () => {
  const text = readFileSync(file, 'utf8');
  const modules = new Map<string, Record<string, z.ZodType>>();
  for (const [, name, path] of text.matchAll(/^import type \* as (\w+) from '(.+)';$/gm))
    modules.set(name!, (await import(join(file, '..', path!))) as Record<string, z.ZodType>);
  const context = { ...world } as unknown as ApiContext;
  const routes = new Map(
    [...publicRoutes(context), ...apiRoutes(context)].map((spec) => [
      `${spec.method.toUpperCase()} ${spec.path}`,
      Object.values(spec.responses)[0]?.schema,
    ]),
  );
  const lines = [...text.matchAll(/^  '([A-Z]+ .+)':\s+(.+);$/gm)];
  const all = text.slice(text.indexOf('interface Paths {')).split('\n}')[0]!;
  expect(lines.length).toBe(all.split(';').length - 1);
  const others = lines.flatMap(([, route, type]) => {
    const [, list, module = '', name = ''] = /^(?:(\w+)<)?typeof (\w+)\.(\w+)>?$/.exec(type!) ?? [];
    const named = modules.get(module)?.[name];
    const said =
      named &&
      (list === 'Page' ? pageOf(named) : list === 'All' ? z.object({ items: z.array(named) }) : named);
    return shapeOf(said) === shapeOf(routes.get(route!)) && routes.has(route!) ? [] : [route];
  });
  expect(others).toEqual([]);
});

const shapeOf = (schema: z.ZodType | undefined): string =>
  schema === undefined ? 'nothing' : JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' }));
