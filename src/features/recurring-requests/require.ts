import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { notFound } from '../../http/problem';
import { readSchedule, type StoredRequestSchedule } from '../schedules/store';

/** A recurring request is for who sees all of its districts: it is one thing for all of them. */
export function seesWhole(
  { districts: own }: Principal,
  { request: { districts, reach } }: StoredRequestSchedule,
): boolean {
  if (own === null) return true;
  const named = districts === 'all' ? reach : districts;
  return named !== null && named.every((id) => own.includes(id));
}

/** @throws Problem 404 */
export async function requireRecurring(
  { control }: ApiContext,
  principal: Principal,
  scheduleId: string,
): Promise<StoredRequestSchedule> {
  const stored = await readSchedule(control, scheduleId);
  if (stored?.kind !== 'stateRequest' || !seesWhole(principal, stored)) throw notFound();
  return stored;
}
