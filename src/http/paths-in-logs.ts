import type { RouteSpec } from './route';

/** Ids that the service makes: of resyncs and what is like them, tokens, schedules, webhooks. */
const ownId = /^(\d{8}-[0-9a-f]{10,16}|(wh-)?[0-9a-f]{10,16})$/;

/**
 * How a path is written in a log: the words of our routes, the ids that we gave out, the districts
 * and the objects, and nothing else. A path of ours in another spelling, or none of ours at all,
 * may have anything in it that a person typed, the key of a record above all.
 */
export function pathsInLogs(
  routes: readonly RouteSpec[],
  {
    isDistrict,
    objects,
  }: { readonly isDistrict: (part: string) => boolean; readonly objects: readonly string[] },
): (path: string) => string {
  const ofRoutes = routes.flatMap(({ path }) => path.split('/').filter((part) => !part.startsWith('{')));
  const known = new Set([...ofRoutes, ...objects, ...otherWords]);
  return (path) =>
    path
      .split('/')
      .map((part, index, parts) => {
        // Where a record's key stands nothing is known, whatever it looks like.
        const isKey = parts[index - 2] === 'records';
        return !isKey && (known.has(part) || ownId.test(part) || isDistrict(part)) ? part : '{…}';
      })
      .join('/');
}

/** Beside the routes of the API: pages, their assets, health. */
const otherWords = ['', 'api', 'v1', 'docs', 'openapi.json', 'errors.md', 'assets', 'sign-in', 'readyz'];
