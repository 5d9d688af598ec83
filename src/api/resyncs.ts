import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ConflictError } from '../control/control-error';
import { listResyncs } from '../control/list-resyncs';
import { readResync } from '../control/read-resync';
import { forgetRefusedResync, insertResync, loadResync, setResyncStatus } from '../control/resyncs';
import type { Principal } from '../control/tokens';
import { planResync, planScopeOf } from '../domain/plan';
import type { ResyncRequest } from '../domain/resync';
import { type ApiContext, requireOfferedYear } from './context';
import { requireDistrict, requireVisible, seesInside } from './principal';
import { Problem } from './problem';
import { route, type RouteSpec } from './route';
import * as schemas from './schemas';
import { headView, outsideView, statusFilter } from './views';

export const idempotencyHeader = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .meta({ description: 'the same key with the same body gives the first resync back' }),
});

/** Starting and showing resyncs. */
export function resyncRoutes(context: ApiContext): RouteSpec[] {
  const { config, control } = context;
  return [
    route({
      method: 'post',
      path: '/districts/{district}/resyncs',
      right: 'resyncBatch',
      tag: 'Resyncs',
      summary: 'Start a resync; it waits in the district’s queue when another one runs',
      params: schemas.districtParams,
      headers: idempotencyHeader,
      body: schemas.resyncRequest,
      responses: { 202: { description: 'Accepted; Location names the resync', schema: schemas.accepted } },
      audit: ({ body, answer }) => ({ ...body, resyncId: (answer as { resyncId?: string }).resyncId }),
      handler: async ({ params, body, principal, request, response }) => {
        const district = requireDistrict(config, principal, params.district);
        const year = await requireOfferedYear(context, district, body.schoolYear, {
          pointer: '#/schoolYear',
        });
        if (body.scenario === 'STATE_REQUEST' && principal.level !== 'state') {
          const detail = 'Only the state makes a STATE_REQUEST.';
          throw new Problem(422, detail, [{ detail, pointer: '#/scenario' }]);
        }
        planResync(context.catalog, body, planScopeOf(district, year));
        const { removals: _, ...asked } = body;
        const answer = await startResync(
          context,
          {
            ...asked,
            resyncId: newResyncId(),
            districtId: district.id,
            schoolYear: year.schoolYear,
            initiator: body.scenario === 'STATE_REQUEST' ? 'state' : 'district',
            requestedBy: requesterOf(principal),
          },
          idempotencyKeyOf(request.get('Idempotency-Key')),
        );
        response.location(`/api/v1/resyncs/${answer.resyncId}`);
        return answer;
      },
    }),
    route({
      method: 'get',
      path: '/districts/{district}/resyncs',
      right: 'resyncBatch',
      tag: 'Resyncs',
      summary: 'Resyncs of a district, the newest first',
      params: schemas.districtParams,
      query: z.strictObject({
        ...schemas.pageQuery,
        status: schemas.shownStatus.optional(),
        schoolYear: z.coerce.number().int().optional(),
      }),
      responses: { 200: { description: 'A page of resyncs', schema: schemas.pageOf(schemas.resyncHead) } },
      handler: async ({ params, query, principal }) => {
        const { id } = requireDistrict(config, principal, params.district);
        const { status, ...rest } = query;
        const statuses = status === undefined ? {} : statusFilter(principal, status);
        const page = await listResyncs(control, { districtId: id, ...rest, ...statuses });
        return { ...page, items: page.items.map((head) => headView(principal, head)) };
      },
    }),
    route({
      method: 'get',
      path: '/resyncs/{id}',
      right: 'resyncBatch',
      tag: 'Resyncs',
      summary: 'A resync with its objects; counts are live while it runs',
      params: schemas.resyncParams,
      responses: { 200: { description: 'The resync', schema: schemas.resync } },
      handler: async ({ params, principal }) => {
        const head = await requireVisible(control, principal, params.id);
        if (seesInside(principal, head)) return readResync(control, params.id, principal.level);
        return outsideView(principal, head);
      },
    }),
  ];
}

/** Date and chance, readable in Temporal Web and on the telephone: 20261125-1f0c9a3e7b. */
export function newResyncId(): string {
  return `${new Date().toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(5).toString('hex')}`;
}

/** Two principals of one name are two requesters: idempotency keys must not meet. At most 128 characters. */
export function requesterOf({ name, principalId }: Principal): string {
  return `${name.slice(0, 60)} (${principalId})`;
}

export function idempotencyKeyOf(header: string | undefined): string | null {
  const checked = idempotencyHeader.shape['Idempotency-Key'].safeParse(header);
  if (checked.success) return checked.data ?? null;
  const detail = 'An Idempotency-Key is 1 to 255 printable ASCII characters without blanks.';
  throw new Problem(400, detail, [{ detail, header: 'Idempotency-Key' }]);
}

/**
 * Stored first, then given to the agent: what was accepted is never lost. When Temporal doesn't answer the row stays
 * `accepted`, and the repeated request or the reconciler starts it.
 */
async function startResync(
  { control, gateway }: ApiContext,
  request: ResyncRequest,
  idempotencyKey: string | null,
): Promise<z.output<typeof schemas.accepted>> {
  const stored = await insertResync(control, { request, idempotencyKey });
  const { resyncId } = stored.request;
  if (stored.status !== 'accepted')
    return { resyncId, status: stored.status, position: null, created: stored.created };
  const { position } = await gateway.enqueue(stored.request).catch(async (error: unknown) => {
    if (error instanceof Problem && error.status === 429) await forgetRefusedResync(control, resyncId);
    throw error;
  });
  if (position > 0) await noteQueued({ control, resyncId });
  const { status } = await loadResync(control, resyncId);
  return { resyncId, status, position, created: stored.created };
}

async function noteQueued({
  control,
  resyncId,
}: Pick<ApiContext, 'control'> & { resyncId: string }): Promise<void> {
  try {
    await setResyncStatus(control, { resyncId, status: 'queued' });
  } catch (error) {
    // It runs already: the worker was quicker.
    if (!(error instanceof ConflictError)) throw error;
  }
}
