import type { ApiContext } from '../../http/context';
import { idempotencyHeader } from '../../http/idempotency';
import { route, type RouteSpec } from '../../http/route';
import * as schemas from './schemas';
import { certificationPage, driftList, publicKeys, sendManifest, showCertification, showDrift } from './show';
import { startCertification, startDrift } from './start';

/** What was certified, who signed it, and how today compares with it. */
export function certificationRoutes(context: ApiContext): RouteSpec[] {
  const common = { right: 'verificationSummary', tag: 'Certifications' } as const;
  const ofOne = { ...common, params: schemas.certificationParams };
  return [
    route({
      ...common,
      operationId: 'certify',
      method: 'post',
      path: '/certifications',
      summary: 'Certify what the state holds of a district and school year for a reporting date',
      headers: idempotencyHeader,
      example: { district: 'grand-bend', reportingDate: '2026-10-01', name: 'Fall membership count' },
      body: schemas.certificationBody,
      responses: {
        202: { description: 'Accepted; Location names it', schema: schemas.certificationAccepted },
      },
      audit: ({ body, answer }) => ({ ...body, certificationId: answer?.certificationId }),
      location: ({ certificationId }) => `/certifications/${certificationId}`,
      handler: (call) => startCertification(context, call),
    }),
    route({
      ...common,
      operationId: 'listCertifications',
      method: 'get',
      path: '/certifications',
      summary: 'Certifications, newest first',
      query: schemas.certificationsQuery,
      responses: { 200: { description: 'A page of certifications', schema: schemas.certificationPage } },
      handler: (call) => certificationPage(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'showCertification',
      method: 'get',
      path: '/certifications/{id}',
      summary: 'A certification with its manifest; the signature is verified with every call',
      responses: { 200: { description: 'The certification', schema: schemas.certificationWithManifest } },
      handler: (call) => showCertification(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'downloadManifest',
      method: 'get',
      path: '/certifications/{id}/manifest',
      summary: 'The signed manifest as a compact JWS; GET /certification-keys has the keys that verify it',
      responses: { 200: { description: 'The document', sends: 'application/jose' } },
      handler: (call) => sendManifest(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'startDrift',
      method: 'post',
      path: '/certifications/{id}/drift',
      summary: 'Compare what the state holds now with what was certified',
      responses: { 202: { description: 'Accepted; Location names it', schema: schemas.drift } },
      audit: ({ answer }) => ({ driftId: answer?.driftId }),
      location: ({ certificationId, driftId }) => `/certifications/${certificationId}/drift/${driftId}`,
      handler: (call) => startDrift(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'listDrifts',
      method: 'get',
      path: '/certifications/{id}/drift',
      summary: 'Comparisons of a certification with later days, newest first',
      responses: { 200: { description: 'At most 100', schema: schemas.driftList } },
      handler: (call) => driftList(context, call),
    }),
    route({
      ...common,
      operationId: 'showDrift',
      method: 'get',
      path: '/certifications/{id}/drift/{drift}',
      summary: 'One comparison, by object, school and year; changes first',
      params: schemas.driftParams,
      query: schemas.driftQuery,
      responses: {
        200: { description: 'The comparison with a page of its rows', schema: schemas.driftWithRows },
      },
      handler: (call) => showDrift(context, call),
    }),
    route({
      right: null,
      tag: 'Certifications',
      operationId: 'listCertificationKeys',
      method: 'get',
      path: '/certification-keys',
      summary:
        'Public keys of all signatures, including old ones, as a JWK Set; keep a copy outside this service',
      responses: { 200: { description: 'The keys', schema: schemas.jwks } },
      handler: async () => ({ keys: await publicKeys(context) }),
    }),
  ];
}
