import { z } from 'zod';
import type { ApiContext } from '../../http/context';
import { notFound } from '../../http/problem';
import { requireDistrict } from '../../http/require';
import { route, type RouteSpec } from '../../http/route';
import { districtParams } from '../../http/schemas';
import { resyncParams } from '../resyncs/schemas';
import { requireErrors } from '../resyncs/visibility';
import { requireOfferedYear } from '../scoped-year/require';
import * as schemas from './comparison-schemas';
import { readChanges } from './read-changes';
import { readMatrix, readObjectRuns } from './read-matrix';

/** Resyncs beside each other. Of the state's a district sees none here. */
export function comparisonRoutes(context: ApiContext): RouteSpec[] {
  const { config, catalog, control } = context;
  const common = { right: 'resyncBatch', tag: 'Outcomes', method: 'get' } as const;
  const inYear = { parameter: 'schoolYear' } as const;
  return [
    route({
      ...common,
      operationId: 'showChanges',
      path: '/resyncs/{id}/changes',
      summary: 'What is new and what is resolved since each object’s resync before',
      params: resyncParams,
      responses: { 200: { description: 'Object by object', schema: schemas.resyncChanges } },
      handler: async ({ params, principal }) => {
        const { resyncId, selection } = await requireErrors(control, principal, params.id);
        if (selection !== undefined) {
          const whyNot = 'It sent selected records only: what it did not send has no errors in it.';
          return { resyncId, whyNot, items: [] };
        }
        const initiator = principal.level === 'state' ? null : 'district';
        return { resyncId, whyNot: null, items: await readChanges(control, { resyncId, initiator }) };
      },
    }),
    route({
      ...common,
      operationId: 'showHistoryMatrix',
      path: '/districts/{district}/history-matrix',
      summary: 'Every object beside the newest resyncs',
      params: districtParams,
      query: schemas.runsQuery,
      responses: { 200: { description: 'Objects in the catalog’s order', schema: schemas.historyMatrix } },
      // Its columns are resyncs, others in each.
      file: false,
      handler: async ({ params, query, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        const { schoolYear } = await requireOfferedYear(context, district, query.schoolYear, inYear);
        const { runs, cells } = await readMatrix(control, {
          ...{ districtId: district.id, schoolYear, runs: query.runs },
          initiator: principal.level === 'state' ? null : 'district',
        });
        const items = catalog.objects.flatMap(({ name }) => {
          const found = cells.get(name);
          return found ? [{ object: name, cells: found }] : [];
        });
        return { schoolYear, runs, items };
      },
    }),
    route({
      ...common,
      operationId: 'listObjectRuns',
      path: '/districts/{district}/objects/{object}/runs',
      summary: 'What each resync did with one object',
      params: districtParams.extend({ object: z.string().max(64) }),
      query: schemas.runsQuery,
      responses: { 200: { description: 'Newest first', schema: schemas.objectRuns } },
      handler: async ({ params, query, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        const { schoolYear } = await requireOfferedYear(context, district, query.schoolYear, inYear);
        const object = catalog.objects.find(({ name }) => name === params.object);
        if (!object) throw notFound();
        const items = await readObjectRuns(control, {
          ...{ districtId: district.id, schoolYear, runs: query.runs, object: object.name },
          initiator: principal.level === 'state' ? null : 'district',
        });
        return { object: object.name, schoolYear, items };
      },
    }),
  ];
}
