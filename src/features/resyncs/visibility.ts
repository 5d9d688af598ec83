import type { Knex } from 'knex';
import type { Principal } from '../../domain/principal';
import { notFound } from '../../http/problem';
import { sees, canSeeDetails } from '../../http/require';
import { readResyncHead, type ResyncHead } from './read';

/** @throws Problem 404 for an unknown resync and for another district's */
export async function requireVisible(
  control: Knex,
  principal: Principal,
  resyncId: string,
): Promise<ResyncHead> {
  const head = await readResyncHead(control, resyncId);
  if (!sees(principal, head.districtId)) throw notFound();
  return head;
}

/** requireVisible, and its objects and errors are the caller's to see. @throws Problem 404 */
export async function requireDetails(
  control: Knex,
  principal: Principal,
  resyncId: string,
): Promise<ResyncHead> {
  const head = await requireVisible(control, principal, resyncId);
  if (!canSeeDetails(principal, head)) throw notFound();
  return head;
}
