import { verifyChain } from './audit-chain';
import { type AuditEvent, listAudit } from './audit-store';
import type { ApiContext } from '../../http/context';
import { fewAtATime } from '../../http/few-at-a-time';
import { auditChain, auditChainQuery, auditEvent, auditQuery } from './schemas';
import { periodIn } from '../../http/period';
import { zoneFor } from '../../http/require';
import { route, type RouteSpec } from '../../http/route';
import { pageOf } from '../../http/schemas';

const header = [
  ...['auditEventId', 'happenedAt', 'principalId', 'principalName', 'level', 'districts', 'action'],
  ...['target', 'address', 'status', 'details', 'hash'],
];

function line(event: AuditEvent): (string | number)[] {
  const { auditEventId, happenedAt, principalId, principalName, level, districts, action } = event;
  return [
    ...[auditEventId, happenedAt, principalId, principalName, level, districts?.join(' ') ?? '', action],
    ...[event.target, event.address, event.status, JSON.stringify(event.details), event.hash],
  ];
}

/**
 * GET /audit. A district's administrator reads what its own people did, nothing that the state did.
 */
export function auditRoutes({ config, control }: ApiContext): RouteSpec[] {
  const few = fewAtATime(2);
  return [
    route({
      operationId: 'listAuditEvents',
      method: 'get',
      path: '/audit',
      right: 'administration',
      tag: 'Audit',
      summary: 'Who changed what, and who of the state read records, when and from where, newest first',
      query: auditQuery,
      responses: {
        200: { description: 'A page of events', schema: pageOf(auditEvent) },
      },
      file: { header, line },
      handler: ({ query: { principal: principalId, ...rest }, principal }) =>
        listAudit(control, {
          ...{ within: principal, principalId, ...rest },
          ...periodIn(zoneFor(config, principal), rest),
        }),
    }),
    route({
      operationId: 'verifyAudit',
      method: 'get',
      path: '/audit/chain',
      right: 'administration',
      stateOnly: true,
      tag: 'Audit',
      summary: 'Whether every event still follows the one before it, by their hashes',
      query: auditChainQuery,
      responses: { 200: { description: 'What was found', schema: auditChain } },
      handler: ({ query, principal }) => few(principal, () => verifyChain(control, query.expect ?? null)),
    }),
  ];
}
