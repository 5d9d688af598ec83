import { listAudit } from './audit-store';
import type { ApiContext } from '../../http/context';
import { auditEvent, auditQuery } from './schemas';
import { route, type RouteSpec } from '../../http/route';
import { pageOf } from '../../http/schemas';

/**
 * GET /audit. A district's administrator reads what its own people did, nothing that the state did.
 */
export function auditRoutes({ control }: ApiContext): RouteSpec[] {
  return [
    route({
      operationId: 'listAuditEvents',
      method: 'get',
      path: '/audit',
      right: 'administration',
      tag: 'Audit',
      summary: 'Who changed what, when and from where, newest first',
      query: auditQuery,
      responses: { 200: { description: 'A page of events', schema: pageOf(auditEvent) } },
      handler: ({ query: { principal: principalId, ...rest }, principal }) =>
        listAudit(control, { within: principal, principalId, ...rest }),
    }),
  ];
}
