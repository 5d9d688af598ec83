import { z } from 'zod';
import type { Principal } from '../../domain/principal';
import { listAwaiting } from './list-awaiting';
import { listRemovals, readRemovals } from './read';
import type { ResyncHead } from '../resyncs/read';
import { logged } from '../resyncs/run-events';
import { endedStatuses } from '../../domain/resync';
import { decideRemovals } from './workflow-client';
import type { ApiContext } from '../../http/context';
import { requireDetails } from '../resyncs/visibility';
import { Problem } from '../../http/problem';
import * as schemas from './schemas';
import { type AnswerTo, route, type RouteSpec } from '../../http/route';
import { pageOf, pageQuery } from '../../http/schemas';
import { resyncParams } from '../resyncs/schemas';
import { isRequester, requesterOf } from '../../http/idempotency';

const notByRequester =
  'Removals must be approved by someone other than the requester: another person of the district, or the state.';

/** May the caller approve the removals of a resync? */
function approvalOf(
  principal: Principal,
  { requestedBy }: ResyncHead,
): { may: boolean; whyNot: string | null } {
  const whyNot = !principal.rights.includes('resyncBatch')
    ? 'Approving needs the tool right resyncBatch.'
    : isRequester(principal, requestedBy)
      ? notByRequester
      : null;
  return { may: whyNot === null, whyNot };
}

/**
 * Records gone at the district: what was found, and a person's decision where it is much
 * (docs/decisions/0015).
 */
export function removalRoutes({ control, temporal }: ApiContext): RouteSpec[] {
  const common = { right: 'resyncBatch', tag: 'Removals' } as const;

  const view = async (principal: Principal, head: ResyncHead): Promise<AnswerTo<typeof schemas.removals>> => {
    const { resyncId, removals = 'report', status } = head;
    const objects = await readRemovals(control, resyncId);
    return { resyncId, removals, status, approval: approvalOf(principal, head), objects };
  };

  const decide = (verb: 'approve' | 'reject', summary: string): RouteSpec =>
    route({
      ...common,
      operationId: `${verb}Removals`,
      method: 'post',
      path: `/resyncs/{id}/removals/${verb}`,
      summary,
      params: resyncParams,
      example: { objects: ['School'] },
      body: schemas.removalChoice,
      responses: { 200: { description: 'The removals after it', schema: schemas.removals } },
      audit: ({ body: { objects } }) => ({ objects: objects ?? 'all that await' }),
      handler: async ({ params, body, principal }) => {
        const head = await requireDetails(control, principal, params.id);
        if (verb === 'approve' && isRequester(principal, head.requestedBy))
          throw new Problem(403, notByRequester);
        if (endedStatuses.includes(head.status))
          throw new Problem(409, `The resync has ended: ${head.status}.`);
        const choice = { objects: body.objects ?? null, by: requesterOf(principal) };
        const told = {
          ...{ resyncId: params.id, by: choice.by, ofState: principal.level === 'state' },
          kind: verb === 'approve' ? 'removalsApproved' : 'removalsRejected',
        } as const;
        await logged(control, told, async () => {
          if ((await decideRemovals(temporal, { resyncId: params.id, verb, choice })) === null)
            throw new Problem(409, 'The resync has not started or has just ended.');
        });
        return view(principal, await requireDetails(control, principal, params.id));
      },
    });

  return [
    route({
      ...common,
      operationId: 'showRemovals',
      method: 'get',
      path: '/resyncs/{id}/removals',
      showsRecords: 'perhaps',
      summary: 'Records that are only at the state, by object: found, removed, kept, awaiting approval',
      params: resyncParams,
      responses: { 200: { description: 'The removals', schema: schemas.removals } },
      handler: async ({ params, principal }) =>
        view(principal, await requireDetails(control, principal, params.id)),
    }),
    route({
      ...common,
      operationId: 'listRemovals',
      method: 'get',
      path: '/resyncs/{id}/objects/{name}/removals',
      showsRecords: true,
      summary: 'The records of one object that are only at the state, and the decision about each',
      params: resyncParams.extend({ name: z.string().max(64) }),
      query: z.strictObject({ ...pageQuery, status: schemas.removalStatus.optional() }),
      responses: { 200: { description: 'A page of records', schema: pageOf(schemas.removal) } },
      handler: async ({ params, query, principal }) => {
        const { resyncId } = await requireDetails(control, principal, params.id);
        return listRemovals(control, { resyncId, object: params.name, ...query });
      },
    }),
    route({
      ...common,
      operationId: 'listApprovals',
      method: 'get',
      path: '/approvals',
      showsRecords: 'perhaps',
      summary: 'Resyncs whose removals await an approval, in all districts that the caller may see',
      responses: { 200: { description: 'What awaits somebody', schema: schemas.approvals } },
      handler: async ({ principal }) => ({
        items: await Promise.all(
          (await listAwaiting(control, principal)).map(async (head) => {
            const { resyncId, districtId, schoolYear, requestedBy, requestedAt } = head;
            const found = await readRemovals(control, resyncId);
            return {
              ...{ resyncId, districtId, schoolYear, requestedBy, requestedAt },
              approval: approvalOf(principal, head),
              objects: found.filter(({ decision }) => decision === 'awaiting'),
            };
          }),
        ),
      }),
    }),
    decide('approve', 'Approve removals; someone other than the requester has to'),
    decide('reject', 'Reject removals; the records stay at the state'),
  ];
}
