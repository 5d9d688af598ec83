import { z } from 'zod';
import { zoneOf } from '../../config';
import { listAgentLog } from './agent-log';
import { agentLog, agentLogQuery } from './agent-log-schemas';
import { busyAgents, districtsPage, districtsQuery, objectsTable } from './list-schemas';
import { districtsView } from './list-views';
import { planView } from './plan-views';
import { readBusyAgents } from './read-agents';
import { readObjectsTable } from './read-objects-table';
import type { SyncObject } from '../../domain/catalog';
import { planScopeOf, whyNotOffered } from '../../domain/plan';
import type { OfferedYear } from '../../domain/school-year';
import { treeParents } from '../../domain/tree';
import { readQueue } from '../resyncs/workflow-client';
import type { ApiContext } from '../../http/context';
import { requireOfferedYear } from '../scoped-year/require';
import { tagShown } from '../../http/if-match';
import { periodIn } from '../../http/period';
import { canSeeDetails, requireDistrict, sees } from '../../http/require';
import { route, type RouteSpec } from '../../http/route';
import { plan } from '../resyncs/plan-schemas';
import { agent, planRequest } from '../resyncs/schemas';
import { districtParams, schoolYearAsked } from '../../http/schemas';

/** Districts, the tool's table of objects, planning, and the agent's queue. */
export function districtRoutes(context: ApiContext): RouteSpec[] {
  const { config, catalog, control, temporal } = context;
  const inYear = z.strictObject({ schoolYear: schoolYearAsked });
  return [
    route({
      operationId: 'listDistricts',
      method: 'get',
      path: '/districts',
      right: null,
      tag: 'Districts',
      summary: 'Districts the token may see',
      query: districtsQuery,
      responses: { 200: { description: 'A page of districts; without limit all', schema: districtsPage } },
      handler: ({ query, principal }) => districtsView(context, { query, principal }),
    }),
    route({
      operationId: 'listObjects',
      method: 'get',
      path: '/districts/{district}/objects',
      right: 'resyncBatch',
      tag: 'Districts',
      summary: 'Every object of a school year with its last resync',
      params: districtParams,
      query: inYear,
      responses: {
        200: {
          description: 'Objects in the catalog’s order',
          schema: objectsTable,
        },
      },
      handler: async ({ params, query, principal }) => {
        const found = requireDistrict(config, principal, params.district);
        const year = await requireOfferedYear(context, found, query.schoolYear, { parameter: 'schoolYear' });
        const { schoolYear } = year;
        const shown = objectsOfYear(catalog.objects, year);
        const names = new Set(shown.map(({ name }) => name));
        const scope = planScopeOf(found, year);
        const table = await readObjectsTable(control, {
          districtId: found.id,
          schoolYear,
          objects: [...names],
          initiator: principal.level === 'state' ? null : 'district',
        });
        const last = new Map(table.map((row) => [row.object, row.last]));
        const above = treeParents(shown);
        const items = shown.map((object) => ({
          object: object.name,
          label: object.label,
          parents: object.parents.filter((parent) => names.has(parent)),
          softParents: object.softParents.filter((parent) => names.has(parent)),
          treeParent: above.get(object.name) ?? null,
          subsetOf: object.subsetOf,
          cycle: object.cycle,
          enabledByDefault: object.enabledByDefault,
          keyColumns: object.key,
          schoolYearTied: object.schoolYear !== null,
          notOffered: whyNotOffered(object, scope),
          last: last.get(object.name) ?? null,
        }));
        return { districtId: found.id, schoolYear, items };
      },
    }),
    route({
      operationId: 'planResync',
      method: 'post',
      path: '/districts/{district}/plan',
      right: 'resyncBatch',
      orRights: ['resyncView'],
      tag: 'Resyncs',
      summary: 'What a resync would send, in which order, and why; nothing is started',
      params: districtParams,
      example: { objects: ['Section'] },
      body: planRequest,
      responses: { 200: { description: 'The plan', schema: plan } },
      audit: false,
      handler: async ({ params, body, principal, response }) => {
        const found = requireDistrict(config, principal, params.district);
        const year = await requireOfferedYear(context, found, body.schoolYear, { pointer: '#/schoolYear' });
        return tagShown(response, await planView(context, { district: found, year, body, principal }));
      },
    }),
    route({
      operationId: 'listAgents',
      method: 'get',
      path: '/agents',
      right: 'agents',
      tag: 'Districts',
      summary: 'Agents of all districts that have resyncs: what runs and what waits',
      responses: { 200: { description: 'Agents with something to do', schema: busyAgents } },
      file: { each: 'resyncs' },
      handler: async ({ principal }) => {
        const agents = (await readBusyAgents(control)).filter(({ districtId }) =>
          sees(principal, districtId),
        );
        return {
          items: agents.map(({ resyncs, ...agent }) => ({
            ...agent,
            resyncs: resyncs.map((run) =>
              canSeeDetails(principal, run)
                ? run
                : { ...run, scenario: null, requestedBy: 'the state', otherCatalog: null },
            ),
          })),
        };
      },
    }),
    route({
      operationId: 'showAgent',
      method: 'get',
      path: '/districts/{district}/agent',
      right: 'agents',
      tag: 'Districts',
      summary: 'The queue of resyncs of the district and school year',
      params: districtParams,
      query: inYear,
      responses: { 200: { description: 'The queue', schema: agent } },
      handler: async ({ params, query, principal }) => {
        const found = requireDistrict(config, principal, params.district);
        const { schoolYear } = await requireOfferedYear(context, found, query.schoolYear, {
          parameter: 'schoolYear',
        });
        return { districtId: found.id, schoolYear, ...(await readQueue(temporal, found.id, schoolYear)) };
      },
    }),
    route({
      operationId: 'showAgentLog',
      method: 'get',
      path: '/districts/{district}/agent/log',
      right: 'agents',
      tag: 'Districts',
      summary: 'What the district’s agent did: what came, waited, ran, was held and ended, newest first',
      params: districtParams,
      query: agentLogQuery,
      responses: { 200: { description: 'A page of the log', schema: agentLog } },
      handler: ({ params, query, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        return listAgentLog(control, {
          ...{ districtId: district.id, seenBy: principal.level, ...query },
          ...periodIn(zoneOf(district), query),
        });
      },
    }),
  ];
}

/**
 * The tool's table in a year: all of the catalog in the current one, in another one only what was
 * configured for it.
 */
function objectsOfYear(objects: readonly SyncObject[], { objects: list }: OfferedYear): SyncObject[] {
  return objects.filter(({ name }) => list === null || list.includes(name));
}
