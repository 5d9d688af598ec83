import { reaches } from '../../domain/rights';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { notFound } from '../../http/problem';
import { type PrincipalView, readPrincipal } from './principal-store';

/**
 * @throws Problem 404, the same for an unknown principal and for one out of reach; NotFoundError
 */
export async function requireReached(
  { control }: ApiContext,
  administrator: Principal,
  principalId: string,
): Promise<PrincipalView> {
  const found = await readPrincipal(control, principalId);
  if (!reaches(administrator, found)) throw notFound();
  return found;
}
