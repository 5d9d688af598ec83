import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { DistrictConfig } from '../config';
import { ConflictError } from '../control/control-error';
import { listResyncs } from '../control/list-resyncs';
import { readResync } from '../control/read-resync';
import { forgetRefusedResync, insertResync, loadResync, setResyncStatus } from '../control/resyncs';
import { readScopedYear } from '../control/school-years';
import type { Principal } from '../control/tokens';
import { planResync, planScopeOf } from '../domain/plan';
import type { ResyncRequest } from '../domain/resync';
import { adviseResync, scenarioProblem } from '../domain/scenario-rules';
import type { OfferedYear } from '../domain/school-year';
import { type ApiContext, requireOfferedYear } from './context';
import { requireDistrict, requireToolRight, requireVisible, seesInside } from './principal';
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
        if (body.scenario === 'STATE_REQUEST') requireToolRight(principal, 'stateRequest');
        const problem = scenarioProblem(body.scenario, body.objects, year);
        if (problem) {
          const { why: detail, field } = problem;
          throw new Problem(422, detail, [{ detail, pointer: `#/${field}` }]);
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
          {
            idempotencyKey: idempotencyKeyOf(request.get('Idempotency-Key')),
            refuse: () => whyYearChanged(context, district, year),
          },
        );
        response.location(`/api/v1/resyncs/${answer.resyncId}`);
        return { ...answer, advice: adviseResync(body.scenario, null) };
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

/**
 * A switch of the scoped year waits for stored resyncs and keeps new ones out while it is made; one that was planned before
 * it and stored after it would run for another year than the one it was checked for.
 */
async function whyYearChanged(
  { control }: ApiContext,
  district: DistrictConfig,
  { currentYear }: OfferedYear,
): Promise<string | null> {
  const now = await readScopedYear(control, district);
  if (now === currentYear) return null;
  return `The scoped year has just been switched from ${currentYear} to ${now}: look at the request again and repeat it.`;
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
 * @param refuse looked at once it is stored: why it can't be after all
 */
async function startResync(
  { control, gateway }: ApiContext,
  request: ResyncRequest,
  { idempotencyKey, refuse }: { idempotencyKey: string | null; refuse: () => Promise<string | null> },
): Promise<Omit<z.output<typeof schemas.accepted>, 'advice'>> {
  const stored = await insertResync(control, { request, idempotencyKey });
  const { resyncId } = stored.request;
  const refusal = stored.created ? await refuse() : null;
  if (refusal !== null) {
    await forgetRefusedResync(control, resyncId);
    throw new Problem(409, refusal);
  }
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
