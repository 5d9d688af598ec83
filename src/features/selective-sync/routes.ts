import type { z } from 'zod';
import type { DistrictConfig } from '../../config';
import { readResync } from '../resyncs/read';
import {
  insertPreview,
  readPreview,
  type SelectivePreview,
  forgetPreview,
  type PreviewRequest,
} from './preview-store';
import type { Principal } from '../../domain/principal';
import { findObject } from '../../domain/catalog';
import { planScopeOf } from '../../domain/plan';
import type { OfferedYear } from '../../domain/school-year';
import { unsentBelow } from '../../domain/selection';
import { findRecord, startPreview } from './workflow-client';
import type { RecordAnswer } from '../../../workflows/messages';
import type { ApiContext } from '../../http/context';
import { requireOfferedYear } from '../scoped-year/require';
import { requireDistrict, sees } from '../../http/require';
import { requireDetails } from '../resyncs/visibility';
import { notFound, Problem, unusable } from '../../http/problem';
import { route, type RouteSpec } from '../../http/route';
import { districtParams } from '../../http/schemas';
import { resync, resyncParams } from '../resyncs/schemas';
import * as schemas from './schemas';
import { sentObjects, whyNotSent } from '../resyncs/sent-objects';
import { idempotencyHeader, idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';
import { startResync } from '../resyncs/start';
import { whyYearChanged } from '../scoped-year/why-changed';

type Body = z.output<typeof schemas.selectiveRequest>;

/** What a selective sync leaves out. */
type Omitted = z.output<typeof schemas.selectiveAccepted>['omitted'];

/**
 * Sending one person, school, section or any other record, with its ancestors and all that hangs
 * below.
 */
export function selectiveSyncRoutes(context: ApiContext): RouteSpec[] {
  const { config, control, temporal } = context;
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
        const previewId = newResyncId();
        const { object, key } = body;
        await insertPreview(control, {
          ...{ previewId, districtId: district.id, schoolYear: year.schoolYear, object, key },
          ...{ level: principal.level, requestedBy: requesterOf(principal) },
        });
        await startPreview(temporal, {
          previewId,
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
      handler: async ({ params, principal }) => {
        const preview = await readPreview(control, params.id);
        const visible = sees(principal, preview.districtId);
        // What the state looks up in a district is not the district's to see.
        if (!visible || (principal.level === 'district' && preview.level === 'state')) throw notFound();
        return previewView(preview);
      },
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
        const { district, year, omitted } = await requireRecord(context, principal, params.district, body);
        const answer = await startResync(
          context,
          {
            resyncId: newResyncId(),
            districtId: district.id,
            schoolYear: year.schoolYear,
            objects: [body.object],
            checkDependencies: false,
            scenario: 'OTHER',
            initiator: 'district',
            mode: 'compare',
            requestedBy: requesterOf(principal),
            selection: 'selective',
            selected: { object: body.object, key: body.key },
          },
          {
            idempotencyKey: idempotencyKeyOf(request),
            refuse: () => whyYearChanged(context, district, year),
          },
        );
        return { ...answer, advice: null, omitted };
      },
    }),
    route({
      operationId: 'showSelectiveSync',
      method: 'get',
      path: '/selective-syncs/{id}',
      right: 'selectiveSync',
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
  ];

  /** The question stands in the control database for as long as it takes. */
  async function look(
    principal: Principal,
    asked: Pick<PreviewRequest, 'districtId' | 'schoolYear' | 'object' | 'key'>,
  ): Promise<RecordAnswer> {
    const questionId = newResyncId();
    const { level } = principal;
    await insertPreview(control, {
      ...asked,
      ...{ previewId: questionId, level, requestedBy: requesterOf(principal) },
    });
    try {
      return await findRecord(temporal, { questionId, ...asked });
    } finally {
      await forgetPreview(control, questionId);
    }
  }

  /**
   * The record is one the district sends, and has. @throws Problem 404, 422 naming the field, 409,
   * 503
   */
  async function requireRecord(
    { catalog }: ApiContext,
    principal: Principal,
    id: string,
    { object, key, schoolYear }: Body,
  ): Promise<{ district: DistrictConfig; year: OfferedYear; omitted: Omitted }> {
    const district = requireDistrict(config, principal, id);
    const year = await requireOfferedYear(context, district, schoolYear, { pointer: '#/schoolYear' });
    const scope = planScopeOf(district, year);
    const sent = sentObjects(catalog, scope);
    if (!sent.includes(object)) {
      const why = findObject(catalog, object)
        ? `This district doesn’t send ${object}: ${whyNotSent(catalog, object, scope)}.`
        : `There is no object "${object}" in the catalog.`;
      throw unusable(why, { pointer: '#/object' });
    }
    const { found, problem } = await look(principal, {
      ...{ districtId: district.id, schoolYear: year.schoolYear, object, key },
    });
    if (problem !== null) throw new Problem(409, problem);
    if (!found) throw unusable(notThere(context, year, object), { pointer: '#/key' });
    return { district, year, omitted: omittedOf(context, district, year, object) };
  }
}

function notThere({ catalog }: ApiContext, { schoolYear }: OfferedYear, name: string): string {
  const object = findObject(catalog, name)!;
  const year = object.schoolYear === null ? '' : ` in the school year ${schoolYear}`;
  return `The district has no ${object.label} of this key (${object.key.join(', ')})${year}.`;
}

function omittedOf(
  { catalog }: ApiContext,
  district: DistrictConfig,
  year: OfferedYear,
  root: string,
): Omitted {
  const scope = planScopeOf(district, year);
  const sent = new Set(sentObjects(catalog, scope));
  return unsentBelow(catalog, sent, root).map((object) => ({
    object,
    why: whyNotSent(catalog, object, scope),
  }));
}

function previewView({ answer, requestedBy: _, level: _level, ...preview }: SelectivePreview) {
  return { ...preview, objects: answer?.objects ?? null, omitted: answer?.omitted ?? null };
}
