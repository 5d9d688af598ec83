import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { notFound, Problem } from '../../http/problem';
import { sees } from '../../http/require';
import { readKeys } from './key-store';
import { type Verified, verifyManifest } from './signing';
import { type Certification, loadCertification, readJws } from './store';

/** @throws Problem 404 for an unknown one and for another district's */
export async function requireCertification(
  { control }: ApiContext,
  principal: Principal,
  id: string,
): Promise<Certification> {
  const head = await loadCertification(control, id);
  if (!sees(principal, head.districtId)) throw notFound();
  return head;
}

/** The signature, verified anew; `null`: nothing is certified yet. */
export async function verifyStored({ control }: ApiContext, head: Certification): Promise<Verified | null> {
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

/** @throws Problem 409 when nothing is certified yet, or its signature no longer holds */
export async function requireValidManifest(context: ApiContext, head: Certification): Promise<void> {
  const verified = await verifyStored(context, head);
  if (verified === null) throw new Problem(409, 'Nothing is certified yet.');
  if (!verified.valid) throw new Problem(409, verified.problem);
}
