import { z } from 'zod';
import { publicKeyOf, type Verified, verifyManifest } from './signing';
import { readSigningKey } from '../../config/signing-key';
import {
  type CertificationDrift,
  forgetDrift,
  insertDrift,
  listDriftRows,
  listDrifts,
  loadDrift,
} from './drift-store';
import { readKeys } from './key-store';
import {
  type Certification,
  forgetCertification,
  insertCertification,
  listCertifications,
  loadCertification,
  readJws,
} from './store';
import type { Principal } from '../../domain/principal';
import type { DistrictConfig } from '../../config';
import * as schemas from './schemas';
import { startCertification } from './workflow-client';
import type { ApiContext } from '../../http/context';
import { requireOfferedYear } from '../scoped-year/require';
import { requireDistrict, sees } from '../../http/require';
import { notFound, Problem } from '../../http/problem';
import { type AnswerTo, route, type RouteSpec, sent } from '../../http/route';
import { pageOf, pageQuery } from '../../http/schemas';
import { idempotencyHeader, idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';

/** What was certified, by whom it is to be believed, and how today compares with it. */
export function certificationRoutes(context: ApiContext): RouteSpec[] {
  const { config, control, temporal } = context;
  const common = { right: 'verificationSummary', tag: 'Certifications' } as const;
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
      audit: ({ body, answer }) => ({
        ...body,
        certificationId: answer?.certificationId,
      }),
      handler: async ({ body, principal, request, response }) => {
        const district = namedDistrict(context, principal, body.district);
        const { schoolYear } = await requireOfferedYear(context, district, body.schoolYear, {
          pointer: '#/schoolYear',
        });
        requireKey(context);
        const { certificationId, created } = await insertCertification(control, {
          certification: {
            certificationId: newResyncId(),
            districtId: district.id,
            schoolYear,
            reportingDate: body.reportingDate,
            name: body.name,
            certifiedBy: principal.level,
            requestedBy: requesterOf(principal),
          },
          asked: body,
          idempotencyKey: idempotencyKeyOf(request.get('Idempotency-Key')),
        });
        await startCertification(temporal, { certificationId }).catch(async (error: unknown) => {
          await forgetCertification(control, certificationId);
          throw error;
        });
        response.location(`/api/v1/certifications/${certificationId}`);
        const { status } = await loadCertification(control, certificationId);
        return { certificationId, status, replayed: !created };
      },
    }),
    route({
      ...common,
      operationId: 'listCertifications',
      method: 'get',
      path: '/certifications',
      summary: 'Certifications, the newest first',
      query: schemas.certificationsQuery,
      responses: { 200: { description: 'A page of them', schema: pageOf(schemas.certification) } },
      handler: async ({ query: { district, ...query }, principal }) => {
        const visible = config.districts.map(({ id }) => id).filter((id) => sees(principal, id));
        const districts =
          district === undefined ? visible : [requireDistrict(config, principal, district).id];
        const page = await listCertifications(control, { districts, ...query });
        return { ...page, items: page.items.map((item) => view(principal, item)) };
      },
    }),
    route({
      ...common,
      operationId: 'showCertification',
      method: 'get',
      path: '/certifications/{id}',
      summary: 'A certification with its manifest, whose signature is verified anew',
      params: schemas.certificationParams,
      responses: { 200: { description: 'It', schema: schemas.certificationWithManifest } },
      handler: async ({ params, principal }) => {
        const head = await requireCertification(context, principal, params.id);
        const verified = await verify(context, head);
        return { ...view(principal, head), ...manifestView(verified) };
      },
    }),
    route({
      ...common,
      operationId: 'downloadManifest',
      method: 'get',
      path: '/certifications/{id}/manifest',
      summary:
        'The signed document itself, a compact JWS; GET /certification-keys has the keys it is verified with',
      params: schemas.certificationParams,
      responses: {
        200: { description: 'The document', sends: 'application/jose' },
      },
      handler: async ({ params, principal, response }) => {
        const head = await requireCertification(context, principal, params.id);
        const verified = await verify(context, head);
        if (verified === null) throw new Problem(409, 'Nothing is certified yet.');
        if (!verified.valid) throw new Problem(409, verified.problem);
        response.attachment(`certification-${head.certificationId}.jws`).type('application/jose');
        response.send(await readJws(control, head.certificationId));
        return sent;
      },
    }),
    route({
      ...common,
      operationId: 'startDrift',
      method: 'post',
      path: '/certifications/{id}/drift',
      summary: 'Compare what the state holds today with what was certified',
      params: schemas.certificationParams,
      responses: { 202: { description: 'Accepted; Location names it', schema: schemas.drift } },
      audit: ({ answer }) => ({ driftId: answer?.driftId }),
      handler: async ({ params, principal, response }) => {
        const head = await requireCertification(context, principal, params.id);
        const { certificationId } = head;
        const verified = await verify(context, head);
        if (verified === null) throw new Problem(409, 'Nothing is certified yet.');
        if (!verified.valid) throw new Problem(409, verified.problem);
        const driftId = newResyncId();
        await insertDrift(control, {
          driftId,
          certificationId,
          initiator: principal.level,
          requestedBy: requesterOf(principal),
        });
        await startCertification(temporal, { certificationId, driftId }).catch(async (error: unknown) => {
          await forgetDrift(control, driftId);
          throw error;
        });
        response.location(`/api/v1/certifications/${certificationId}/drift/${driftId}`);
        return driftView(principal, await loadDrift(control, driftId));
      },
    }),
    route({
      ...common,
      operationId: 'listDrifts',
      method: 'get',
      path: '/certifications/{id}/drift',
      summary: 'Its comparisons with later days, the newest first',
      params: schemas.certificationParams,
      responses: {
        200: { description: 'At most 100', schema: z.object({ items: z.array(schemas.drift) }) },
      },
      handler: async ({ params, principal }) => {
        const { certificationId } = await requireCertification(context, principal, params.id);
        const items = await listDrifts(control, certificationId);
        return { items: items.map((item) => driftView(principal, item)) };
      },
    }),
    route({
      ...common,
      operationId: 'showDrift',
      method: 'get',
      path: '/certifications/{id}/drift/{drift}',
      summary: 'One comparison: certified and today by object, school and year, what changed first',
      params: schemas.driftParams,
      query: z.strictObject(pageQuery),
      responses: { 200: { description: 'A page of it', schema: schemas.driftWithRows } },
      handler: async ({ params, query, principal }) => {
        const { certificationId } = await requireCertification(context, principal, params.id);
        const found = await loadDrift(control, params.drift);
        if (found.certificationId !== certificationId) throw notFound();
        return { ...driftView(principal, found), ...(await listDriftRows(control, found.driftId, query)) };
      },
    }),
    route({
      right: null,
      tag: 'Certifications',
      operationId: 'listCertificationKeys',
      method: 'get',
      path: '/certification-keys',
      summary:
        'Public keys of all signatures, old ones too, as a JWK Set; keep a copy apart from this service',
      responses: { 200: { description: 'The keys', schema: schemas.jwks } },
      handler: async () => ({ keys: await publicKeys(context) }),
    }),
  ];
}

/** @throws Problem 422: unknown, or not the caller's */
function namedDistrict({ config }: ApiContext, principal: Principal, id: string): DistrictConfig {
  const district = config.districts.find((candidate) => candidate.id === id);
  if (district && sees(principal, id)) return district;
  const detail = 'There is no such district.';
  throw new Problem(422, detail, [{ detail, pointer: '#/district' }]);
}

/** @throws Problem 409 that says how to make one */
function requireKey({ config }: ApiContext): void {
  if (config.certification.privateKey !== undefined) return;
  throw new Problem(
    409,
    'This service has no key to sign with. "resync certify key" makes one; give it to the API and the workers as certification.privateKey: ${CERTIFICATION_KEY}, and the key itself by the environment.',
  );
}

/** @throws Problem 404 for an unknown one and for another district's */
async function requireCertification(
  { control }: ApiContext,
  principal: Principal,
  id: string,
): Promise<Certification> {
  const head = await loadCertification(control, id);
  if (!sees(principal, head.districtId)) throw notFound();
  return head;
}

async function publicKeys({ config, control }: ApiContext) {
  const kept = await readKeys(control);
  const { privateKey } = config.certification;
  if (privateKey === undefined) return kept;
  const current = await publicKeyOf(readSigningKey(privateKey));
  return kept.some(({ kid }) => kid === current['kid']) ? kept : [...kept, current];
}

/** `null`: nothing is certified yet. */
async function verify({ control }: ApiContext, head: Certification): Promise<Verified | null> {
  const jws = await readJws(control, head.certificationId);
  if (jws !== null) return verifyManifest(jws, await readKeys(control), head);
  if (head.status !== 'certified') return null;
  return {
    valid: false,
    problem: 'INVALID: the manifest was taken away after it was certified.',
    kid: null,
    claims: null,
  };
}

function manifestView(
  verified: Verified | null,
): Pick<AnswerTo<typeof schemas.certificationWithManifest>, 'verified' | 'problem' | 'kid' | 'manifest'> {
  if (verified === null) return { verified: null, problem: null, kid: null, manifest: null };
  if (!verified.valid)
    return { verified: false, problem: verified.problem, kid: verified.kid, manifest: null };
  const { manifest, kid } = verified;
  return { verified: true, problem: null, kid, manifest };
}

/** Who at the state asked is not a district's to know. */
function view(principal: Principal, item: Certification): Certification {
  return item.certifiedBy === 'state' && principal.level !== 'state'
    ? { ...item, requestedBy: 'the state' }
    : item;
}

function driftView(principal: Principal, item: CertificationDrift): CertificationDrift {
  return item.initiator === 'state' && principal.level !== 'state'
    ? { ...item, requestedBy: 'the state' }
    : item;
}
