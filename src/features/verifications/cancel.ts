import { endedVerification } from '../../domain/verification';
import type { ApiContext } from '../../http/context';
import { Problem } from '../../http/problem';
import type { AnswerTo, Asked } from '../../http/route';
import { readVerificationHead } from './read';
import { requireVerification } from './require';
import type * as schemas from './schemas';
import { finishVerification } from './store';
import { tellCancelled } from './workflow-client';

/** @throws Problem 404, 409 when it has ended or is a part of a resync */
export async function cancelVerification(
  context: ApiContext,
  { params, principal }: Asked<{ params: typeof schemas.verificationParams }>,
): Promise<AnswerTo<typeof schemas.verificationHead>> {
  const { control, temporal } = context;
  const { status, resyncId } = await requireVerification(context, principal, params.id);
  if (endedVerification.includes(status)) throw new Problem(409, `This verification has ended (${status}).`);
  if (resyncId !== null)
    throw new Problem(409, `This verification is a part of resync ${resyncId}: cancel that one.`);
  const by = principal.name;
  if (!(await tellCancelled(temporal, params.id, by)))
    await finishVerification(control, {
      verificationId: params.id,
      status: 'cancelled',
      message: `Cancelled by ${by}.`,
    });
  return readVerificationHead(control, params.id);
}
