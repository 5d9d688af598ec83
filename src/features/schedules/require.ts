import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { notFound, Problem } from '../../http/problem';
import { canSeeDetails, requireDistrict } from '../../http/require';
import { readSchedule, type StoredSchedule } from './store';

/** @throws Problem 404 */
export async function requireSchedule(
  { config, control }: ApiContext,
  principal: Principal,
  { district, id }: { readonly district: string; readonly id: string },
): Promise<StoredSchedule> {
  const { id: districtId } = requireDistrict(config, principal, district);
  const stored = await readSchedule(control, id);
  if (stored === null || stored.kind === 'stateRequest' || stored.districtId !== districtId) throw notFound();
  return stored;
}

/** @throws Problem 404; 403 when the state made it and the caller isn't the state */
export async function requireOwnSchedule(
  context: ApiContext,
  principal: Principal,
  params: { readonly district: string; readonly id: string },
): Promise<StoredSchedule> {
  const stored = await requireSchedule(context, principal, params);
  if (!canSeeDetails(principal, stored))
    throw new Problem(403, 'Only the state can change a schedule that the state made.');
  return stored;
}

/** @throws Problem 409 when Temporal answered that it doesn't have the schedule */
export function requireAtTemporal(done: boolean): void {
  if (!done) throw new Problem(409, missingAtTemporal);
}

export const missingAtTemporal =
  'Temporal does not have this schedule at this moment (its creation broke off, it was deleted there, or Temporal was restored): it is made again within minutes.';
