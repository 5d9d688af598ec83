import { z } from 'zod';
import { readObjectsTable } from '../control/objects-table';
import { planResync, whyNotOffered } from '../domain/plan';
import { type ApiContext, planScopeOf, requireCurrentYear } from './context';
import { requireDistrict, sees } from './principal';
import { route, type RouteSpec } from './route';
import { agent, district, districtParams, plan, planRequest, tableObject } from './schemas';

/** Districts, the tool's table of objects, planning, and the agent's queue. */
export function districtRoutes({ config, catalog, control, gateway }: ApiContext): RouteSpec[] {
  return [
    route({
      method: 'get',
      path: '/districts',
      right: null,
      tag: 'Districts',
      summary: 'Districts the token may see',
      responses: { 200: { description: 'Districts', schema: z.object({ items: z.array(district) }) } },
      handler: ({ principal }) => {
        const items = config.districts
          .filter(({ id }) => sees(principal, id))
          .map(({ id, number, name, state, schoolYear }) => ({
            id,
            number,
            name,
            state: state ?? null,
            schoolYear,
          }));
        return Promise.resolve({ items });
      },
    }),
    route({
      method: 'get',
      path: '/districts/{district}/objects',
      right: 'resyncBatch',
      tag: 'Districts',
      summary: 'Every object with its last resync',
      params: districtParams,
      query: z.strictObject({ schoolYear: z.coerce.number().int().optional() }),
      responses: {
        200: {
          description: 'Objects in the catalog’s order',
          schema: z.object({ districtId: z.string(), schoolYear: z.int(), items: z.array(tableObject) }),
        },
      },
      handler: async ({ params, query, principal }) => {
        const found = requireDistrict(config, principal, params.district);
        const schoolYear = requireCurrentYear(found, query.schoolYear, { parameter: 'schoolYear' });
        const table = await readObjectsTable(control, {
          districtId: found.id,
          schoolYear,
          objects: catalog.objects.map(({ name }) => name),
          initiator: principal.level === 'state' ? null : 'district',
        });
        const last = new Map(table.map((row) => [row.object, row.last]));
        const items = catalog.objects.map((object) => ({
          object: object.name,
          label: object.label,
          parents: object.parents,
          softParents: object.softParents,
          schoolYearTied: object.schoolYear !== null,
          notOffered: whyNotOffered(object, planScopeOf(found)),
          last: last.get(object.name) ?? null,
        }));
        return { districtId: found.id, schoolYear, items };
      },
    }),
    route({
      method: 'post',
      path: '/districts/{district}/plan',
      right: 'resyncBatch',
      tag: 'Resyncs',
      summary: 'What a resync would send, in which order, and why; nothing is started',
      params: districtParams,
      body: planRequest,
      responses: { 200: { description: 'The plan', schema: plan } },
      handler: ({ params, body, principal }) => {
        const found = requireDistrict(config, principal, params.district);
        requireCurrentYear(found, body.schoolYear, { pointer: '#/schoolYear' });
        return Promise.resolve(planResync(catalog, body, planScopeOf(found)));
      },
    }),
    route({
      method: 'get',
      path: '/districts/{district}/agent',
      right: 'agents',
      tag: 'Districts',
      summary: 'The district’s queue of resyncs',
      params: districtParams,
      responses: { 200: { description: 'The queue', schema: agent } },
      handler: async ({ params, principal }) => {
        const { id, schoolYear } = requireDistrict(config, principal, params.district);
        return { districtId: id, schoolYear, ...(await gateway.queue(id, schoolYear)) };
      },
    }),
  ];
}
