import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { notFound } from '../../http/problem';
import { sees } from '../../http/require';
import { readVerification, readVerificationHead, type VerificationHead, type VerificationView } from './read';

/**
 * A verification the caller may see: of a district of its own, and for a district not one the state
 * made.
 * @throws Problem 404
 */
export async function requireVerification(
  { control }: ApiContext,
  principal: Principal,
  verificationId: string,
): Promise<VerificationHead> {
  const head = await readVerificationHead(control, verificationId);
  const hidden = principal.level === 'district' && head.initiator === 'state';
  if (hidden || !sees(principal, head.districtId)) throw notFound();
  return head;
}

/** requireVerification, with its objects. @throws Problem 404 */
export async function requireVerificationView(
  context: ApiContext,
  principal: Principal,
  verificationId: string,
): Promise<VerificationView> {
  await requireVerification(context, principal, verificationId);
  return readVerification(context.control, verificationId);
}
