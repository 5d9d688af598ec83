import { covers } from '../../domain/rights';
import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { notFound } from '../../http/problem';
import { type PrincipalView, readPrincipal } from './principal-store';

/**
 * @throws Problem 404, the same for an unknown principal and for one outside the administrator's
 * scope; NotFoundError
 */
export async function requireAdministered(
  { control }: ApiContext,
  administrator: Principal,
  principalId: string,
): Promise<PrincipalView> {
  const found = await readPrincipal(control, principalId);
  if (!covers(administrator, found)) throw notFound();
  return found;
}
