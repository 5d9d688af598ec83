import { z } from 'zod';
import type { Page } from '../../control/page';
import { listVerifications } from './list';
import { listVerificationSamples } from './list-samples';
import { listVerifiedSchools, type SchoolCounts } from './list-schools';
import { readVerification, readVerificationHead, verificationBefore, type VerificationHead } from './read';
import type { Principal } from '../../domain/principal';
import { finishVerification } from './store';
import { planResync, planScopeOf } from '../../domain/plan';
import { endedVerification, type VerificationRequest } from '../../domain/verification';
import { tellCancelled } from './workflow-client';
import type { ApiContext } from '../../http/context';
import { requireOfferedYear } from '../scoped-year/require';
import { requireDistrict, sees } from '../../http/require';
import { notFound, Problem } from '../../http/problem';
import { route, type RouteSpec, sent } from '../../http/route';
import { pageOf, pageQuery } from '../../http/schemas';
import { idempotencyHeader, idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';
import { startVerification } from './start';
import * as schemas from './schemas';
import {
  changesView,
  sampleView,
  schoolView,
  verificationCsv,
  verificationHeadView,
  verificationView,
} from './views';

/** Comparing a district with the state: making it, what it found, taking it back. */
export function verificationRoutes(context: ApiContext): RouteSpec[] {
  const { config, control, temporal } = context;
  const common = { right: 'verificationSummary', tag: 'Verifications' } as const;
  const ofOne = { ...common, params: schemas.verificationParams };
  const read = async (principal: Principal, verificationId: string) => {
    await requireVerification(context, principal, verificationId);
    return readVerification(control, verificationId);
  };
  return [
    route({
      ...common,
      operationId: 'startVerification',
      method: 'post',
      path: '/verifications',
      summary: 'Compare a district with the state; nothing is written at either',
      headers: idempotencyHeader,
      example: { district: 'grand-bend', objects: ['School'] },
      body: schemas.verificationRequest,
      responses: {
        202: { description: 'Accepted; Location names it', schema: schemas.verificationAccepted },
      },
      audit: ({ body, answer }) => ({
        ...body,
        verificationId: answer?.verificationId,
      }),
      handler: async ({ body, principal, request, response }) => {
        const district = requireDistrict(config, principal, body.district);
        const year = await requireOfferedYear(context, district, body.schoolYear, {
          pointer: '#/schoolYear',
        });
        planResync(context.catalog, body, planScopeOf(district, year));
        const asked: VerificationRequest = {
          verificationId: newResyncId(),
          districtId: district.id,
          schoolYear: year.schoolYear,
          objects: body.objects,
          checkDependencies: body.checkDependencies,
          initiator: principal.level,
          requestedBy: requesterOf(principal),
          kind: 'verification',
          resyncId: null,
        };
        const key = idempotencyKeyOf(request.get('Idempotency-Key'));
        const answer = await startVerification(context, asked, key);
        response.location(`/api/v1/verifications/${answer.verificationId}`);
        return answer;
      },
    }),
    route({
      ...common,
      operationId: 'listVerifications',
      method: 'get',
      path: '/verifications',
      summary: 'Verifications, the newest first',
      query: z.strictObject({
        ...pageQuery,
        district: z.string().max(64).optional(),
        schoolYear: z.coerce.number().int().optional(),
      }),
      responses: {
        200: { description: 'A page of verifications', schema: pageOf(schemas.verificationHead) },
      },
      handler: async ({ query, principal }) => {
        const { district, ...rest } = query;
        const districtIds =
          district === undefined ? principal.districts : [requireDistrict(config, principal, district).id];
        const mine = principal.level === 'district' ? { initiator: 'district' as const } : {};
        const page = await listVerifications(control, { ...rest, ...mine, districtIds });
        return { ...page, items: page.items.map(verificationHeadView) };
      },
    }),
    route({
      ...ofOne,
      operationId: 'showVerification',
      method: 'get',
      path: '/verifications/{id}',
      summary: 'A verification with its objects and the verdict',
      responses: { 200: { description: 'The verification', schema: schemas.verification } },
      handler: async ({ params, principal }) => verificationView(await read(principal, params.id)),
    }),
    route({
      ...ofOne,
      operationId: 'listVerifiedSchools',
      method: 'get',
      path: '/verifications/{id}/schools',
      summary: 'Counts by object and school',
      query: z.strictObject({ ...pageQuery, ...schemas.ofObject }),
      responses: { 200: { description: 'A page of counts', schema: pageOf(schemas.schoolCounts) } },
      handler: async ({ params, query, principal }) => {
        await requireVerification(context, principal, params.id);
        const page = await listVerifiedSchools(control, { verificationId: params.id, ...query });
        return { ...page, items: page.items.map(schoolView) };
      },
    }),
    route({
      ...ofOne,
      operationId: 'listVerificationSamples',
      method: 'get',
      path: '/verifications/{id}/samples',
      summary: 'Samples of records that differ: keys and GUIDs, at most 20 of each kind and object',
      query: z.strictObject({ ...pageQuery, ...schemas.ofKind }),
      responses: { 200: { description: 'A page of samples', schema: pageOf(schemas.sample) } },
      handler: async ({ params, query, principal }) => {
        await requireVerification(context, principal, params.id);
        const page = await listVerificationSamples(control, { verificationId: params.id, ...query });
        return { ...page, items: page.items.map(sampleView) };
      },
    }),
    route({
      ...ofOne,
      operationId: 'showVerificationReport',
      method: 'get',
      path: '/verifications/{id}/report',
      summary: 'All of it; format=csv: a line an object and school',
      query: z.strictObject({ format: z.enum(['json', 'csv']).default('json') }),
      responses: {
        200: { description: 'The report', schema: schemas.verificationReport, sends: 'text/csv' },
      },
      handler: async ({ params, query, principal, response }) => {
        const view = await read(principal, params.id);
        const schools = await allOf<SchoolCounts>((cursor) =>
          listVerifiedSchools(control, { verificationId: params.id, limit: 500, cursor }),
        );
        if (query.format === 'csv') {
          response.attachment(`verification-${params.id}.csv`).type('text/csv');
          response.send(verificationCsv(view, schools));
          return sent;
        }
        const samples = await allOf((cursor) =>
          listVerificationSamples(control, { verificationId: params.id, limit: 500, cursor }),
        );
        return {
          verification: verificationView(view),
          schools: schools.map(schoolView),
          samples: samples.map(sampleView),
        };
      },
    }),
    route({
      ...ofOne,
      operationId: 'showVerificationChanges',
      method: 'get',
      path: '/verifications/{id}/changes',
      summary:
        'Counts by object then and now, since another verification; by default the one that finished before',
      query: z.strictObject({ since: z.string().max(64).optional() }),
      responses: { 200: { description: 'What changed', schema: schemas.changes } },
      handler: async ({ params, query, principal }) => {
        const now = await read(principal, params.id);
        const before = query.since ?? (await verificationBefore(control, now, principal.level));
        const then = before === null ? null : await read(principal, before);
        if (then !== null && (then.districtId !== now.districtId || then.schoolYear !== now.schoolYear)) {
          const detail = 'The two verifications are not of the same district and school year.';
          throw new Problem(422, detail, [{ detail, parameter: 'since' }]);
        }
        return changesView(then, now);
      },
    }),
    route({
      ...ofOne,
      operationId: 'cancelVerification',
      method: 'post',
      path: '/verifications/{id}/cancel',
      summary: 'Stop it; what was compared stays',
      responses: { 200: { description: 'How it stands', schema: schemas.verificationHead } },
      handler: async ({ params, principal }) => {
        const { status, resyncId } = await requireVerification(context, principal, params.id);
        if (endedVerification.includes(status))
          throw new Problem(409, `This verification has ended (${status}).`);
        if (resyncId !== null)
          throw new Problem(409, `This verification is a part of resync ${resyncId}: cancel that one.`);
        const by = principal.name;
        if (!(await tellCancelled(temporal, params.id, by)))
          await finishVerification(control, {
            verificationId: params.id,
            status: 'cancelled',
            message: `Cancelled by ${by}.`,
          });
        return verificationHeadView(await readVerificationHead(control, params.id));
      },
    }),
  ];
}

/**
 * A verification the caller may see: of a district of its own, and for a district not one the state
 * made.
 * @throws Problem 404
 */
async function requireVerification(
  { control }: ApiContext,
  principal: Principal,
  verificationId: string,
): Promise<VerificationHead> {
  const head = await readVerificationHead(control, verificationId);
  const hidden = principal.level === 'district' && head.initiator === 'state';
  if (hidden || !sees(principal, head.districtId)) throw notFound();
  return head;
}

async function allOf<Item>(list: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
