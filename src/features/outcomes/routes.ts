import { z } from 'zod';
import { errorsFile } from './errors-file';
import { listErrors } from './list-errors';
import { readCauses } from './read-causes';
import { readRemovals } from '../removals/read';
import { readResync } from '../resyncs/read';
import { reportLines } from './report-lines';
import type { ApiContext } from '../../http/context';
import { requireDetails, requireErrors } from '../resyncs/visibility';
import { removalObject } from '../removals/schemas';
import { fewAtATime } from '../../http/few-at-a-time';
import { route, type RouteSpec } from '../../http/route';
import { mediaTypes, sendTable, tableFormats } from '../../http/send-file';
import { recordErrors, recordErrorsQuery } from './schemas';
import * as schemas from '../resyncs/schemas';

/** What came of a resync: errors, their causes, the report. */
export function outcomeRoutes({ catalog, control }: ApiContext): RouteSpec[] {
  // Of hundreds of thousands of errors these take seconds.
  const few = fewAtATime(4);
  return [
    route({
      operationId: 'listRecordErrors',
      method: 'get',
      path: '/resyncs/{id}/errors',
      right: 'errorLog',
      showsRecords: true,
      tag: 'Outcomes',
      summary: 'Records that did not reach the state, and why',
      params: schemas.resyncParams,
      query: recordErrorsQuery,
      responses: { 200: { description: 'A page of errors', schema: recordErrors } },
      file: errorsFile,
      handler: async ({ params, query, principal }) => {
        await requireErrors(control, principal, params.id);
        return listErrors(control, catalog, { resyncId: params.id, schools: principal.schools, ...query });
      },
    }),
    route({
      operationId: 'listCauses',
      method: 'get',
      path: '/resyncs/{id}/causes',
      right: 'errorLog',
      tag: 'Outcomes',
      summary: 'Errors grouped by the record they go back to, largest first',
      params: schemas.resyncParams,
      responses: {
        200: { description: 'At most 500 causes', schema: z.object({ items: z.array(schemas.cause) }) },
      },
      handler: async ({ params, principal }) => {
        await requireErrors(control, principal, params.id);
        return { items: await few(principal, () => readCauses(control, params.id, principal.schools)) };
      },
    }),
    route({
      operationId: 'showReport',
      method: 'get',
      path: '/resyncs/{id}/report',
      right: 'resyncBatch',
      showsRecords: 'perhaps',
      tag: 'Outcomes',
      summary: 'The outcome of every object, and the causes; format=csv or xlsx: one line per object',
      params: schemas.resyncParams,
      query: z.strictObject({ format: z.enum(['json', ...tableFormats]).default('json') }),
      responses: {
        200: {
          description: 'The report',
          schema: schemas.report.extend({ removals: z.array(removalObject) }).meta({ id: 'Report' }),
          sends: [mediaTypes.csv, mediaTypes.xlsx],
        },
      },
      handler: async ({ params, query, principal, response }) => {
        await requireDetails(control, principal, params.id);
        const resync = await readResync(control, params.id, principal.level);
        const removals = await readRemovals(control, params.id);
        if (query.format !== 'json')
          return sendTable(response, `resync-${params.id}`, query.format, reportLines(resync, removals));
        return { resync, causes: await few(principal, () => readCauses(control, params.id)), removals };
      },
    }),
  ];
}
