import { z } from 'zod';
import { catalogHashOf } from '../../catalog/hash';
import type { ApiContext } from '../../http/context';
import { route, type RouteSpec } from '../../http/route';
import { count, time } from '../../http/schemas';
import { readVersion } from './read-version';

const about = z
  .object({
    version: z.string(),
    catalog: z.object({
      name: z.string(),
      objects: count,
      hash: z.string().meta({ description: 'SHA-256; a run that is accepted here names it' }),
    }),
    temporalWeb: z.string().nullable().meta({
      description: 'where runs can be watched in Temporal; null: not configured, or not for the caller',
    }),
    serverTime: time,
  })
  .meta({ id: 'About' });

/** GET /about: what runs here. */
export function aboutRoutes({ config, catalog }: ApiContext): RouteSpec[] {
  const version = readVersion();
  return [
    route({
      operationId: 'showAbout',
      method: 'get',
      path: '/about',
      right: null,
      tag: 'About',
      summary: 'Version, catalog and the time of the server',
      responses: { 200: { description: 'What runs here', schema: about } },
      handler: ({ principal: { level } }) =>
        Promise.resolve({
          version,
          catalog: { name: catalog.name, objects: catalog.objects.length, hash: catalogHashOf(catalog) },
          // Its pages show what the state's runs do.
          temporalWeb: level === 'state' ? (config.temporal.webUrl ?? null) : null,
          serverTime: new Date().toISOString(),
        }),
    }),
  ];
}
