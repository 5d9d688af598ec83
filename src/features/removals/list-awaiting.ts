import type { Knex } from 'knex';
import type { Principal } from '../../domain/principal';
import { type ResyncHead, toHeads } from '../resyncs/read';
import type { ResyncRow } from '../resyncs/row';

/** Most resyncs of one answer; who decides about these asks again. */
const mostShown = 100;

/**
 * Resyncs that wait for an approval and into which the principal may see, the oldest first. One
 * waits at most in each district and year.
 */
export async function listAwaiting(
  control: Knex,
  { level, districts }: Pick<Principal, 'level' | 'districts'>,
): Promise<ResyncHead[]> {
  const query = control<ResyncRow>('resync').where({ status: 'awaitingApproval' });
  if (districts !== null) void query.whereIn('districtID', [...districts]);
  if (level === 'district') void query.where({ initiator: 'district' });
  const rows = await query.orderBy(['requestedAt', 'resyncID']).limit(mostShown);
  return toHeads(control, rows);
}

/** What of them waits, and for what: another answer whenever somebody decides. */
export async function readAwaiting(control: Knex, principal: Parameters<typeof listAwaiting>[1]) {
  const resyncIds = (await listAwaiting(control, principal)).map(({ resyncId }) => resyncId);
  return control('removalObject')
    .select('resyncID', 'objectName', 'decision', 'found')
    .whereIn('resyncID', resyncIds)
    .orderBy(['resyncID', 'position']);
}
