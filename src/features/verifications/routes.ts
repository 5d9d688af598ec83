import type { ApiContext } from '../../http/context';
import { idempotencyHeader } from '../../http/idempotency';
import { route, type RouteSpec } from '../../http/route';
import { mediaTypes } from '../../http/send-file';
import { cancelVerification } from './cancel';
import { verificationReport } from './report';
import { requireVerificationView } from './require';
import * as schemas from './schemas';
import { samplePage, schoolPage, verificationChanges, verificationPage } from './show';
import { startAskedVerification } from './start';

/** Comparing a district with the state: making it, what it found, taking it back. */
export function verificationRoutes(context: ApiContext): RouteSpec[] {
  const common = { right: 'verificationSummary', tag: 'Verifications' } as const;
  const ofOne = { ...common, params: schemas.verificationParams };
  return [
    route({
      ...common,
      operationId: 'startVerification',
      method: 'post',
      path: '/verifications',
      summary: 'Compare a district with the state; writes nothing to either',
      headers: idempotencyHeader,
      example: { district: 'grand-bend', objects: ['School'] },
      body: schemas.verificationRequest,
      responses: {
        202: { description: 'Accepted; Location names it', schema: schemas.verificationAccepted },
      },
      audit: ({ body, answer }) => ({ ...body, verificationId: answer?.verificationId }),
      location: ({ verificationId }) => `/verifications/${verificationId}`,
      handler: (call) => startAskedVerification(context, call),
    }),
    route({
      ...common,
      operationId: 'listVerifications',
      method: 'get',
      path: '/verifications',
      summary: 'Verifications, newest first',
      query: schemas.verificationsQuery,
      responses: { 200: { description: 'A page of verifications', schema: schemas.verificationPage } },
      handler: (call) => verificationPage(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'showVerification',
      method: 'get',
      path: '/verifications/{id}',
      summary: 'A verification with its objects and the verdict',
      responses: { 200: { description: 'The verification', schema: schemas.verification } },
      handler: ({ params, principal }) => requireVerificationView(context, principal, params.id),
    }),
    route({
      ...ofOne,
      operationId: 'listVerifiedSchools',
      method: 'get',
      path: '/verifications/{id}/schools',
      summary: 'Counts by object and school',
      query: schemas.schoolsQuery,
      responses: { 200: { description: 'A page of counts', schema: schemas.schoolPage } },
      handler: (call) => schoolPage(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'listVerificationSamples',
      method: 'get',
      path: '/verifications/{id}/samples',
      showsRecords: true,
      summary: 'Samples of records that differ: keys and GUIDs, at most 20 of each kind and object',
      query: schemas.samplesQuery,
      responses: { 200: { description: 'A page of samples', schema: schemas.samplePage } },
      handler: (call) => samplePage(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'showVerificationReport',
      method: 'get',
      path: '/verifications/{id}/report',
      showsRecords: 'perhaps',
      summary: 'Everything the verification found; format=csv or xlsx: one line per object and school',
      query: schemas.reportQuery,
      responses: {
        200: {
          description: 'The report',
          schema: schemas.verificationReport,
          sends: [mediaTypes.csv, mediaTypes.xlsx],
        },
      },
      handler: (call) => verificationReport(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'showVerificationChanges',
      method: 'get',
      path: '/verifications/{id}/changes',
      summary: 'Counts by object now and at another verification, by default the one that finished before',
      query: schemas.changesQuery,
      responses: { 200: { description: 'What changed', schema: schemas.changes } },
      handler: (call) => verificationChanges(context, call),
    }),
    route({
      ...ofOne,
      operationId: 'cancelVerification',
      method: 'post',
      path: '/verifications/{id}/cancel',
      summary: 'Cancel a verification; what was compared stays',
      responses: { 200: { description: 'The verification', schema: schemas.verificationHead } },
      handler: (call) => cancelVerification(context, call),
    }),
  ];
}
