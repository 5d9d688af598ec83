import { z } from 'zod';
import { actionFor } from '../../domain/identity-conflict';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { requesterOf } from '../../http/idempotency';
import { notFound, Problem, unusable } from '../../http/problem';
import { requireDistrict } from '../../http/require';
import { type AnswerTo, route, type RouteSpec } from '../../http/route';
import { districtParams, pageOf, pageQuery, schoolYearAsked } from '../../http/schemas';
import { requireOfferedYear } from '../scoped-year/require';
import { districtOf, tenantsOf } from './alerts';
import * as schemas from './schemas';
import {
  type IdentityConflict,
  listHeldConflicts,
  listIdentityConflicts,
  readIdentityConflict,
} from './store';
import { resolveConflict } from './workflow-client';

/** Records whose key, GUID or district no longer go together, and the way out of each. */
export function identityConflictRoutes(context: ApiContext): RouteSpec[] {
  const { catalog, config, control, temporal } = context;

  const nameOf = (tenant: string): string => districtOf(config.districts, tenant)?.id ?? tenant;

  /** Of the other end a district sees what is its own: the object and the GUID that both have. */
  const view = (
    principal: Principal,
    side: 'sender' | 'holder',
    { conflictId, districtId, initiator: _, resolved: __, ...conflict }: IdentityConflict,
  ): AnswerTo<typeof schemas.identityConflict> => {
    const ofState = principal.level === 'state';
    const own = ofState || side === 'sender';
    return {
      ...conflict,
      id: conflictId,
      side,
      action: actionFor(conflict.code),
      resyncId: own ? conflict.resyncId : null,
      key: own ? conflict.key : null,
      formerKey: own ? conflict.formerKey : null,
      sentBy: own ? districtId : null,
      heldBy: ofState && conflict.heldBy !== null ? nameOf(conflict.heldBy) : null,
    };
  };

  return [
    route({
      operationId: 'listIdentityConflicts',
      method: 'get',
      path: '/districts/{district}/identity-conflicts',
      right: 'errorLog',
      showsRecords: true,
      tag: 'Outcomes',
      summary:
        'Records that were renumbered, changed their GUID or are held by another district, at either end',
      params: districtParams,
      query: z.strictObject({ ...pageQuery, schoolYear: schoolYearAsked }),
      responses: {
        200: { description: 'A page of conflicts', schema: pageOf(schemas.identityConflict) },
      },
      handler: async ({ params, query, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        const year = await requireOfferedYear(context, district, query.schoolYear, {
          parameter: 'schoolYear',
        });
        const limit = query.limit ?? 100;
        const asked = {
          schoolYear: year.schoolYear,
          ownOnly: principal.level === 'district',
          after: Number(query.cursor ?? 0) || 0,
          limit: limit + 1,
        };
        const sent = await listIdentityConflicts(control, {
          ...asked,
          districtId: district.id,
          objects: catalog.objects.map(({ name }) => name),
          schools: principal.schools,
        });
        // Of which school the holder's record is, nobody has asked.
        const held =
          principal.schools === null
            ? await listHeldConflicts(control, { ...asked, tenants: tenantsOf(district) })
            : [];
        const found = [
          ...sent.map((conflict) => ({ side: 'sender' as const, conflict })),
          ...held.map((conflict) => ({ side: 'holder' as const, conflict })),
        ].sort((a, b) => a.conflict.conflictId - b.conflict.conflictId);
        const page = found.slice(0, limit);
        return {
          items: page.map(({ side, conflict }) => view(principal, side, conflict)),
          nextCursor: found.length > limit ? String(page.at(-1)!.conflict.conflictId) : null,
        };
      },
    }),
    route({
      operationId: 'resolveIdentityConflict',
      method: 'post',
      path: '/districts/{district}/identity-conflicts/{id}/resolve',
      right: 'stateRequest',
      stateOnly: true,
      tag: 'Outcomes',
      summary: 'Resolve one at the state: carry the key over, take the GUID over, or release the record',
      params: schemas.identityConflictParams,
      example: { action: 'takeGuid', reason: 'Confirmed by the district.', preview: true },
      body: schemas.resolveRequest,
      responses: {
        200: { description: 'What was changed, or would be', schema: schemas.resolved },
      },
      audit: ({ body, answer }) => ({ ...body, changes: answer?.changes }),
      handler: async ({ params, body, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        const conflict = await readIdentityConflict(control, params.id);
        if (conflict.districtId !== district.id) throw notFound();
        if (conflict.resolved) throw new Problem(409, 'The conflict has been resolved already.');
        const action = actionFor(conflict.code);
        if (body.action !== action)
          throw unusable(`${conflict.code} is resolved by ${action}.`, { pointer: '#/action' });
        const { changes, problem } = await resolveConflict(temporal, {
          conflictId: conflict.conflictId,
          preview: body.preview,
          by: requesterOf(principal),
        });
        if (problem !== null) throw new Problem(409, problem);
        return { id: conflict.conflictId, action, preview: body.preview, changes };
      },
    }),
  ];
}
