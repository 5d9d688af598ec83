import { catalogHashOf } from '../../catalog/hash';
import type { ApiContext } from '../../http/context';
import { route, type RouteSpec } from '../../http/route';
import { readVersion } from './read-version';
import { about } from './schemas';

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
