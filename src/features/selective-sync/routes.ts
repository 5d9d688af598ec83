import { z } from 'zod';
import { planScopeOf } from '../../domain/plan';
import type { ApiContext } from '../../http/context';
import { idempotencyHeader, idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';
import { requireFewUnderWay } from '../../http/few-under-way';
import { notFound } from '../../http/problem';
import { requireDistrict } from '../../http/require';
import { route, type RouteSpec } from '../../http/route';
import { districtParams, pageOf, pageQuery, schoolYearAsked, timeOrder } from '../../http/schemas';
import { readResync } from '../resyncs/read';
import { listResyncs } from '../resyncs/list';
import { resync, resyncHead, resyncParams } from '../resyncs/schemas';
import { sentObjects } from '../resyncs/sent-objects';
import { requireOfferedYear } from '../scoped-year/require';
import { requireDetails } from '../resyncs/visibility';
import { insertPreview, readPreview, type SelectivePreview, wasPreviewJustAsked } from './preview-store';
import { requirePreview } from './require-preview';
import { keyByGuid, requireRecord } from './require-record';
import * as schemas from './schemas';
import { takeOutOfList } from './take-out-of-list';
import { startSelective } from './start-selective';
import { startPreview } from './workflow-client';

/** Previews that are made for one district at a time. */
const mostPreviews = 3;
/** A worker gives one up after so long. */
const longestHours = 1;

/**
 * Sending one person, school, section or any other record, with its ancestors and all that hangs
 * below.
 */
export function selectiveSyncRoutes(context: ApiContext): RouteSpec[] {
  const { catalog, config, control, temporal } = context;
  return [
    route({
      operationId: 'previewSelectiveSync',
      method: 'post',
      path: '/districts/{district}/selective-syncs/preview',
      right: 'selectiveSync',
      tag: 'Selective sync',
      summary: 'Preview what a selective sync would send; Location names the preview',
      params: districtParams,
      example: { object: 'School', key: ['1'] },
      body: schemas.selectiveRequest,
      responses: {
        202: {
          description: 'The preview, whose answer is being looked up',
          schema: schemas.selectivePreview,
        },
      },
      audit: ({ body: { object, schoolYear }, answer }) => ({
        ...{ object, schoolYear, previewId: answer?.previewId },
      }),
      location: ({ previewId }) => `/selective-syncs/previews/${previewId}`,
      handler: async ({ params, body, principal }) => {
        const { district, year } = await requireRecord(context, principal, params.district, body);
        const { level } = principal;
        const { object, key } = body;
        const asked = {
          ...{ districtId: district.id, schoolYear: year.schoolYear, object, key, level },
          ...{ previewId: newResyncId(), requestedBy: requesterOf(principal) },
        };
        if (!(await wasPreviewJustAsked(control, asked)))
          await requireFewUnderWay(control, principal, {
            ...{ what: 'previews', most: mostPreviews },
            underWay: control('selectivePreview')
              .where({ districtID: district.id, level, status: 'running' })
              // One that never came to Temporal is in nobody's way.
              .whereRaw('requestedAt > UTC_TIMESTAMP(3) - INTERVAL ? HOUR', [longestHours]),
          });
        const previewId = await insertPreview(control, asked);
        await startPreview(temporal, {
          previewId,
          districtId: district.id,
          summary: `Preview of a selective sync of one ${object} of ${district.id}`,
        });
        return previewView(await readPreview(control, previewId));
      },
    }),
    route({
      operationId: 'showSelectiveSyncPreview',
      method: 'get',
      path: '/selective-syncs/previews/{id}',
      showsRecords: true,
      right: 'selectiveSync',
      tag: 'Selective sync',
      summary:
        'What a selective sync would send: how many records of each object, why, and some of their keys',
      params: resyncParams,
      responses: { 200: { description: 'The preview', schema: schemas.selectivePreview } },
      handler: async ({ params, principal }) =>
        previewView(await requirePreview(control, principal, params.id)),
    }),
    route({
      operationId: 'listSelectiveSyncs',
      method: 'get',
      path: '/districts/{district}/selective-syncs',
      right: 'selectiveSync',
      tag: 'Selective sync',
      showsRecords: true,
      summary: 'Selective syncs of a district, newest first; the state’s are shown to the state only',
      params: districtParams,
      query: z.strictObject({ ...pageQuery, ...timeOrder }),
      responses: { 200: { description: 'A page of resyncs', schema: pageOf(resyncHead) } },
      handler: async ({ params, query, principal }) => {
        const { id } = requireDistrict(config, principal, params.district);
        return listResyncs(control, {
          ...{ districtId: id, selection: 'selective', ...query },
          ...(principal.level === 'district' && { initiator: 'district' as const }),
        });
      },
    }),
    route({
      operationId: 'listSelectiveObjects',
      method: 'get',
      path: '/districts/{district}/selective-syncs/objects',
      right: 'selectiveSync',
      tag: 'Selective sync',
      summary: 'Objects of which one record can be sent, and what its key is made of',
      params: districtParams,
      query: z.strictObject({ schoolYear: schoolYearAsked }),
      responses: { 200: { description: 'In the catalog’s order', schema: schemas.selectiveObjects } },
      handler: async ({ params, query, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        const year = await requireOfferedYear(context, district, query.schoolYear, {
          parameter: 'schoolYear',
        });
        const sent = new Set(sentObjects(catalog, planScopeOf(district, year)));
        const items = catalog.objects
          .filter(({ name }) => sent.has(name))
          .map(({ name, label, key, guidColumn }) => ({
            ...{ object: name, label, keyColumns: key, guid: guidColumn !== null },
          }));
        return { schoolYear: year.schoolYear, items };
      },
    }),
    route({
      operationId: 'findSelectiveRecord',
      method: 'post',
      path: '/districts/{district}/selective-syncs/find',
      showsRecords: true,
      right: 'selectiveSync',
      tag: 'Selective sync',
      summary: 'The key of the record that has a GUID at the district',
      params: districtParams,
      example: { object: 'School', guid: '00000000-0000-0000-0000-000000000000' },
      body: schemas.findRequest,
      responses: { 200: { description: 'Its key', schema: schemas.foundRecord } },
      audit: ({ body: { object, schoolYear } }) => ({ object, schoolYear }),
      handler: ({ params, body, principal }) => keyByGuid(context, principal, params.district, body),
    }),
    route({
      operationId: 'startSelectiveSync',
      method: 'post',
      path: '/districts/{district}/selective-syncs',
      right: 'selectiveSync',
      tag: 'Selective sync',
      summary: 'Send one record with its ancestors and descendants, in order',
      params: districtParams,
      headers: idempotencyHeader,
      example: { object: 'School', key: ['1'] },
      body: schemas.selectiveRequest,
      responses: {
        202: { description: 'Accepted; Location names the resync', schema: schemas.selectiveAccepted },
      },
      audit: ({ body: { object, schoolYear }, answer }) => ({
        ...{ object, schoolYear, resyncId: answer?.resyncId },
      }),
      location: ({ resyncId }) => `/selective-syncs/${resyncId}`,
      handler: async ({ params, body, principal, request }) => {
        const record = await requireRecord(context, principal, params.district, body);
        const answer = await startSelective(context, record, {
          ...{ body, requestedBy: requesterOf(principal), idempotencyKey: idempotencyKeyOf(request) },
        });
        return { ...answer, advice: null, omitted: record.omitted };
      },
    }),
    route({
      operationId: 'showSelectiveSync',
      method: 'get',
      path: '/selective-syncs/{id}',
      right: 'selectiveSync',
      showsRecords: 'perhaps',
      tag: 'Selective sync',
      summary: 'Status of a selective sync, for callers without the batch right',
      params: resyncParams,
      responses: { 200: { description: 'The resync', schema: resync } },
      handler: async ({ params, principal }) => {
        const head = await requireDetails(control, principal, params.id);
        if (head.selection !== 'selective') throw notFound();
        return readResync(control, params.id, principal.level);
      },
    }),
    route({
      operationId: 'deleteSelectiveSync',
      method: 'delete',
      path: '/districts/{district}/selective-syncs/{id}',
      right: 'selectiveSyncDelete',
      tag: 'Selective sync',
      summary: 'Delete an ended one from the history of this tool; the resync and its evidence stay',
      params: schemas.selectiveParams,
      responses: { 200: { description: 'The resync', schema: resyncHead } },
      handler: async ({ params, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        const head = await requireDetails(control, principal, params.id);
        if (head.selection !== 'selective' || head.districtId !== district.id) throw notFound();
        await takeOutOfList(control, head);
        return head;
      },
    }),
  ];
}

function previewView({ answer, requestedBy: _, level: _level, guid: _guid, ...preview }: SelectivePreview) {
  return { ...preview, objects: answer?.objects ?? null, omitted: answer?.omitted ?? null };
}
