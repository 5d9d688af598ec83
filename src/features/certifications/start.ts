import type { DistrictConfig } from '../../config';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';
import { Problem, unusable } from '../../http/problem';
import { sees } from '../../http/require';
import type { AnswerTo, Asked } from '../../http/route';
import { requireOfferedYear } from '../scoped-year/require';
import { insertDrift, loadDrift } from './drift-store';
import { requireCertification, requireValidManifest } from './require';
import type * as schemas from './schemas';
import { insertCertification, loadCertification } from './store';
import { driftView } from './views';
import { whyNoDayYet } from './reporting-date';
import { startCertification as startWorkflow } from './workflow-client';

/**
 * Stored first, then started: what was accepted is never lost. When Temporal doesn't answer nobody
 * knows whether it has it, and the repeated request or the reconciler starts it. Idempotent by the
 * key of the request.
 * @throws Problem 409 without a signing key, 422
 */
export async function startCertification(
  context: ApiContext,
  { body, principal, request }: Asked<{ body: typeof schemas.certificationBody }>,
): Promise<AnswerTo<typeof schemas.certificationAccepted>> {
  const { control, temporal } = context;
  const district = namedDistrict(context, principal, body.district);
  const early = whyNoDayYet(body.reportingDate, district, new Date());
  if (early !== null) throw unusable(early, { pointer: '#/reportingDate' });
  const { schoolYear } = await requireOfferedYear(context, district, body.schoolYear, {
    pointer: '#/schoolYear',
  });
  requireSigningKey(context);
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
    idempotencyKey: idempotencyKeyOf(request),
    worded: true,
  });
  await startWorkflow(temporal, { certificationId });
  const { status } = await loadCertification(control, certificationId);
  return { certificationId, status, replayed: !created };
}

/** @throws Problem 404, 409 when what was certified can't be compared with */
export async function startDrift(
  context: ApiContext,
  { params, principal }: Asked<{ params: typeof schemas.certificationParams }>,
): Promise<AnswerTo<typeof schemas.drift>> {
  const { control, temporal } = context;
  const head = await requireCertification(context, principal, params.id);
  await requireValidManifest(context, head);
  const { certificationId } = head;
  const driftId = await insertDrift(control, {
    driftId: newResyncId(),
    certificationId,
    initiator: principal.level,
    requestedBy: requesterOf(principal),
  });
  await startWorkflow(temporal, { certificationId, driftId });
  return driftView(principal, await loadDrift(control, driftId));
}

/** @throws Problem 422: unknown, or not the caller's */
function namedDistrict({ config }: ApiContext, principal: Principal, id: string): DistrictConfig {
  const district = config.districts.find((candidate) => candidate.id === id);
  if (district && sees(principal, id)) return district;
  throw unusable('There is no such district.', { pointer: '#/district' });
}

/** The private key of the configuration. @throws Problem 409 that says how to make one */
export function requireSigningKey({ config }: ApiContext): string {
  if (config.certification.privateKey !== undefined) return config.certification.privateKey;
  throw new Problem(
    409,
    'This service has no key to sign with. "resync certify key" makes one; give it to the API and the workers as certification.privateKey: ${CERTIFICATION_KEY}, and the key itself by the environment.',
  );
}
