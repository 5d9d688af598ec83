import type { Knex } from 'knex';
import { NotFoundError } from '../../control/control-error';
import type { Principal } from '../../domain/principal';
import { notFound, Problem } from '../../http/problem';
import { sees, canSeeDetails } from '../../http/require';
import { readResyncHead, type ResyncHead } from './read';
import { readRemovedResync } from './removed';

/** @throws Problem 404 for an unknown resync and for another district's; 410 once it was removed */
export async function requireVisible(
  control: Knex,
  principal: Principal,
  resyncId: string,
): Promise<ResyncHead> {
  const head = await readResyncHead(control, resyncId).catch(async (error: unknown) => {
    if (error instanceof NotFoundError) await refuseRemoved(control, principal, resyncId);
    throw error;
  });
  if (!sees(principal, head.districtId)) throw notFound();
  return head;
}

/** requireVisible, and its objects and errors are the caller's to see. @throws Problem 404, 410 */
export async function requireDetails(
  control: Knex,
  principal: Principal,
  resyncId: string,
): Promise<ResyncHead> {
  const head = await requireVisible(control, principal, resyncId);
  if (!canSeeDetails(principal, head)) throw notFound();
  return head;
}

/** requireDetails, and its errors are still there. @throws Problem 404, 410 */
export async function requireErrors(
  control: Knex,
  principal: Principal,
  resyncId: string,
): Promise<ResyncHead> {
  const head = await requireDetails(control, principal, resyncId);
  if (head.errorsRemovedAt === null) return head;
  throw new Problem(
    410,
    `The errors of this resync were removed on ${dayOf(head.errorsRemovedAt)}: they had been kept as long as retention.errorsDays says. Its counts are still there.`,
  );
}

/** @throws Problem 410 for a run that was there, and that the caller might have seen */
async function refuseRemoved(control: Knex, principal: Principal, resyncId: string): Promise<void> {
  const removed = await readRemovedResync(control, resyncId);
  if (removed === null || !sees(principal, removed.districtId)) return;
  throw new Problem(
    410,
    `This resync ended on ${dayOf(removed.endedAt)} and was removed on ${dayOf(removed.removedAt)}: it had been kept as long as retention.runsDays says.`,
  );
}

const dayOf = (time: string): string => `${time.slice(0, 10)} (UTC)`;
