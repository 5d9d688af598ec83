import { actionFor } from '../../domain/identity-conflict';
import type { ApiContext } from '../../http/context';
import { requesterOf } from '../../http/idempotency';
import { notFound, Problem, unusable } from '../../http/problem';
import { requireDistrict } from '../../http/require';
import { route, type RouteSpec } from '../../http/route';
import { districtParams } from '../../http/schemas';
import * as schemas from './schemas';
import { conflictsPage } from './show';
import { readIdentityConflict } from './store';
import { resolveConflict } from './workflow-client';

/** Records whose key, GUID or district no longer go together, and the way out of each. */
export function identityConflictRoutes(context: ApiContext): RouteSpec[] {
  const { config, control, temporal } = context;

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
      query: schemas.conflictsQuery,
      responses: {
        200: { description: 'A page of conflicts', schema: schemas.conflictsPage },
      },
      handler: ({ params, query, principal }) => {
        const district = requireDistrict(config, principal, params.district);
        return conflictsPage(context, { district, query, principal });
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
