import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import { problemSchema } from './problem';
import type { RouteSpec } from './route';

/** The OpenAPI 3.1 document of the routes, from the same zod schemas that check the requests. */
export function openApiDocument(routes: readonly RouteSpec[]): ReturnType<typeof createDocument> {
  const problem = (description: string) => ({
    description,
    content: { 'application/problem+json': { schema: problemSchema } },
  });
  const paths: ZodOpenApiPathsObject = {};
  for (const spec of routes) {
    const success = Object.entries(spec.responses).map(([status, { description, schema, contentType }]) => [
      status,
      {
        description,
        ...(schema || contentType
          ? { content: { [contentType ?? 'application/json']: schema ? { schema } : {} } }
          : {}),
      },
    ]);
    const operation = {
      operationId: operationIdOf(spec),
      summary: spec.summary,
      tags: [spec.tag],
      requestParams: {
        ...(spec.params ? { path: spec.params } : {}),
        ...(spec.query ? { query: spec.query } : {}),
        ...(spec.headers ? { header: spec.headers } : {}),
      },
      ...(spec.body
        ? { requestBody: { required: true, content: { 'application/json': { schema: spec.body } } } }
        : {}),
      responses: {
        ...(Object.fromEntries(success) as Record<string, { description: string }>),
        '400': problem('A parameter or the JSON is not valid'),
        '401': problem('No usable token'),
        '403': problem(refusalOf(spec)),
        '404': problem('Not there, or not the caller’s to see'),
        ...(spec.method === 'get'
          ? {}
          : {
              '409': problem('Contradicts what is stored'),
              '415': problem('The body is not application/json'),
              '422': problem('The body can’t be carried out'),
            }),
        '429': problem('Too many requests'),
        '503': problem('Temporal or the database does not answer now'),
      },
    };
    paths[`/api/v1${spec.path}`] = { ...paths[`/api/v1${spec.path}`], [spec.method]: operation };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'State Data Resync',
      version: '1',
      description: 'Sends a school district’s data to its state again, and says what came of it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  });
}

/** Who gets 403 here. */
function refusalOf({ right, stateOnly }: RouteSpec): string {
  const needs = right === null ? 'The caller may see it, but not do this' : `Needs the tool right ${right}`;
  return stateOnly ? `${needs}; only the state does it` : needs;
}

/** postDistrictsPlan, getResyncs… : unique, because method and path are. */
function operationIdOf({ method, path }: RouteSpec): string {
  const words = path.split('/').filter((part) => part !== '');
  return (
    method +
    words
      .map((word) => word.replace(/[{}]/g, ''))
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join('')
  );
}
