import type { z } from 'zod';
import type { DistrictConfig } from '../../config';
import type { Principal } from '../../domain/principal';
import type { OfferedYear } from '../../domain/school-year';
import type { ApiContext } from '../../http/context';
import { requireToolRight } from '../../http/require';
import { unusable } from '../../http/problem';
import type { AnswerTo } from '../../http/route';
import type { resyncRequest } from '../resyncs/schemas';
import { askedBy, startVerification } from './start';
import type { verificationAccepted } from './schemas';

/** What a caller asked to have predicted. */
interface AskedDryRun {
  readonly district: DistrictConfig;
  readonly year: OfferedYear;
  readonly body: z.output<typeof resyncRequest>;
  readonly key: string | null;
}

/**
 * Predicts what a resync would come to, writes nothing at either edition and queues nothing. The
 * answer is a verification, which takes the right to read one.
 * @throws Problem 403 without that right, 422 with `verify`
 */
export async function startDryRun(
  context: ApiContext,
  principal: Principal,
  { district, year, body, key }: AskedDryRun,
): Promise<AnswerTo<typeof verificationAccepted>> {
  requireToolRight(principal, 'verificationSummary');
  if (body.verify !== undefined) {
    const detail = 'A dry run sends nothing that could be verified: leave out verify, or dryRun.';
    throw unusable(detail, { pointer: '#/verify' });
  }
  const asked = askedBy(principal, { districtId: district.id, schoolYear: year.schoolYear, body });
  const mode = body.mode === 'everything' && { mode: body.mode };
  return startVerification(context, { ...asked, kind: 'dryRun', ...mode }, key);
}
