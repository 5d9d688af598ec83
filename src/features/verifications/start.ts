import { catalogHashOf } from '../../catalog/hash';
import { planResync, planScopeOf } from '../../domain/plan';
import type { Principal } from '../../domain/principal';
import { endedVerification, type VerificationRequest } from '../../domain/verification';
import type { ApiContext } from '../../http/context';
import { requireFewUnderWay } from '../../http/few-under-way';
import { idempotencyKeyOf, newResyncId, requesterOf } from '../../http/idempotency';
import { requireDistrict } from '../../http/require';
import type { AnswerTo, Asked } from '../../http/route';
import { requireOfferedYear } from '../scoped-year/require';
import { readVerificationHead } from './read';
import type * as schemas from './schemas';
import { insertVerification, isVerificationStored } from './store';
import { startComparison } from './workflow-client';

/** Verifications of one district at a time that itself has asked for. */
const mostVerifications = 2;

/**
 * Stored first, then started: what was accepted is never lost. Safe to repeat with the same
 * idempotency key.
 */
export async function startVerification(
  { catalog, control, temporal }: ApiContext,
  request: VerificationRequest,
  idempotencyKey: string | null,
): Promise<AnswerTo<typeof schemas.verificationAccepted>> {
  const { request: stored, created } = await insertVerification(control, request, {
    catalogHash: catalogHashOf(catalog),
    idempotencyKey,
    worded: true,
  });
  await startComparison(temporal, stored);
  const { status } = await readVerificationHead(control, stored.verificationId);
  return { verificationId: stored.verificationId, status, replayed: !created };
}

/** Compares a district with the state, as a caller of the API asks. @throws Problem 404, 422 */
export async function startAskedVerification(
  context: ApiContext,
  { body, principal, request }: Asked<{ body: typeof schemas.verificationRequest }>,
): Promise<AnswerTo<typeof schemas.verificationAccepted>> {
  const district = requireDistrict(context.config, principal, body.district);
  const year = await requireOfferedYear(context, district, body.schoolYear, {
    pointer: '#/schoolYear',
  });
  planResync(context.catalog, body, planScopeOf(district, year));
  const key = idempotencyKeyOf(request);
  const { level } = principal;
  const asked = {
    ...askedBy(principal, { districtId: district.id, schoolYear: year.schoolYear, body }),
    kind: 'verification' as const,
  };
  if (!(await isVerificationStored(context.control, asked, key)))
    await requireFewUnderWay(context.control, principal, {
      ...{ what: 'verifications', most: mostVerifications },
      underWay: context
        .control('verification')
        .where({ districtID: district.id, initiator: level })
        .whereNotIn('status', endedVerification),
    });
  return startVerification(context, asked, key);
}

/** What somebody asks to have compared, beside what for; its id is new. */
export function askedBy(
  principal: Principal,
  asked: {
    readonly districtId: string;
    readonly schoolYear: number;
    readonly body: Pick<VerificationRequest, 'objects' | 'checkDependencies'>;
  },
): Omit<VerificationRequest, 'kind'> {
  const { districtId, schoolYear, body } = asked;
  return {
    verificationId: newResyncId(),
    ...{ districtId, schoolYear },
    objects: body.objects,
    checkDependencies: body.checkDependencies,
    initiator: principal.level,
    requestedBy: requesterOf(principal),
    resyncId: null,
  };
}
