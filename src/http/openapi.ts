import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import { z } from 'zod';
import { problemSchema } from './problem-schema';
import type { RouteSpec } from './route';

const text = z.string();

/** The OpenAPI 3.1 document of the routes, from the same zod schemas that check the requests. */
export function openApiDocument(routes: readonly RouteSpec[]): ReturnType<typeof createDocument> {
  const problem = (description: string, id?: string) => ({
    ...(id !== undefined && { id }),
    description,
    content: { 'application/problem+json': { schema: problemSchema } },
  });
  const common = {
    badRequest: problem('A parameter or the JSON is not valid', 'BadRequest'),
    notAuthenticated: problem('No usable token', 'NotAuthenticated'),
    notFound: problem('Not there, or not the caller’s to see', 'NotFound'),
    conflict: problem('Contradicts what is stored', 'Conflict'),
    otherVersion: problem('Not what If-Match names', 'OtherVersion'),
    tooLarge: problem('The body is larger than 100 kB', 'TooLarge'),
    unsupportedMediaType: problem('The body is not application/json', 'UnsupportedMediaType'),
    invalidRequest: problem('The request can’t be carried out', 'InvalidRequest'),
    tooManyRequests: problem('Too many requests', 'TooManyRequests'),
    // Answered before anything of ours sees it, without a body.
    tooLong: { id: 'TooLong', description: 'The address and the headers are larger than 16 kB' },
    notAvailable: problem('Temporal or the database does not answer now', 'NotAvailable'),
  };
  const paths: ZodOpenApiPathsObject = {};
  for (const spec of routes) {
    const success = Object.entries(spec.responses).map(([status, { description, schema, sends }]) => [
      status,
      {
        description,
        ...((schema || sends) && {
          content: {
            ...(schema && { 'application/json': { schema } }),
            ...Object.fromEntries([sends ?? []].flat().map((type) => [type, { schema: text }])),
          },
        }),
      },
    ]);
    const operation = {
      operationId: spec.operationId,
      summary: spec.summary,
      tags: [spec.tag],
      ...(spec.public && { security: [] }),
      requestParams: {
        ...(spec.params ? { path: spec.params } : {}),
        ...(spec.query ? { query: spec.query } : {}),
        ...(mayBeKept(spec) ? { header: keptHeaders } : spec.headers ? { header: spec.headers } : {}),
      },
      ...(spec.body
        ? {
            requestBody: {
              // A body of which nothing has to be said may be left out.
              required: !spec.body.safeParse({}).success,
              content: { 'application/json': { schema: spec.body, example: spec.example } },
            },
          }
        : {}),
      responses: {
        ...(Object.fromEntries(success) as Record<string, { description: string }>),
        ...(mayBeKept(spec) && { '304': notModified }),
        '400': common.badRequest,
        '401': common.notAuthenticated,
        '403': problem(refusalOf(spec)),
        '404': common.notFound,
        '409': common.conflict,
        '412': common.otherVersion,
        ...(spec.method === 'get'
          ? {}
          : {
              '413': common.tooLarge,
              '415': common.unsupportedMediaType,
            }),
        '422': common.invalidRequest,
        '429': common.tooManyRequests,
        '431': common.tooLong,
        '503': common.notAvailable,
      },
    };
    paths[`/api/v1${spec.path}`] = { ...paths[`/api/v1${spec.path}`], [spec.method]: operation };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'State Data Resync',
      version: '1',
      description:
        'Sends a school district’s data to its state again, and reports the outcome of every record. ' +
        'Every list can be had as CSV, XLSX or NDJSON (format), and every answer to a GET has an ETag. ' +
        'Every answer has an X-Request-Id; one that is no success is a problem document (RFC 9457) whose type leads to /api/docs/errors.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  });
}

/** Its answers have an ETag, by which one asks whether what one kept is still so. */
const mayBeKept = ({ method, responses }: RouteSpec): boolean =>
  method === 'get' && responses[200]?.schema !== undefined;
const notModified = { description: 'Nothing has changed since the answer with this ETag' };
const keptHeaders = z.object({
  // However long it is: what is no ETag of ours matches nothing.
  'If-None-Match': z.string().optional().meta({ description: 'ETag of an answer that was kept' }),
});

/** Who gets 403 here. */
function refusalOf({ right, orRights = [], stateOnly }: RouteSpec): string {
  const either = orRights.map((one) => ` or ${one}`).join('');
  const needs =
    right === null ? 'The caller may see it, but not do this' : `Needs the tool right ${right}${either}`;
  return stateOnly ? `${needs}; only the state does it` : needs;
}
