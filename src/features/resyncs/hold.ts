import type { Knex } from 'knex';
import { inTransaction, toIso } from '../../control/database';
import { openStatuses } from '../../domain/resync';
import type { ResyncRow } from './row';
import { noteRunEvent } from './run-events';

/**
 * Notes until when a blackout window holds a run; one that had only been accepted is under way from
 * now on: it has its turn, and waits. A run that has ended is left alone. Safe to repeat.
 * @param heldUntil ISO 8601; `null`: it is held no longer
 */
export async function noteHold(
  control: Knex,
  { resyncId, heldUntil }: { readonly resyncId: string; readonly heldUntil: string | null },
): Promise<void> {
  const until = heldUntil === null ? null : new Date(heldUntil);
  await inTransaction(control, async (transaction) => {
    const run = transaction<ResyncRow>('resync').where({ resyncID: resyncId });
    const row = await run.clone().whereNull('endedAt').forUpdate().first();
    if (row === undefined) return;
    const waits = row.status === 'accepted' || row.status === 'queued';
    const startedAt = transaction.raw('COALESCE(startedAt, UTC_TIMESTAMP(3))');
    if (until !== null && waits) {
      await run.clone().update({ status: 'running', startedAt });
      await noteRunEvent(transaction, { resyncId, kind: 'running' });
    }
    if (until?.toISOString() === (toIso(row.heldUntil) ?? undefined)) return;
    await transaction('resync').where({ resyncID: resyncId }).update({ heldUntil: until });
    await noteRunEvent(transaction, { resyncId, kind: until === null ? 'released' : 'held', until });
  });
}

/** Resyncs of a district that have not ended and may run, the oldest first; at most 100. */
export async function openResyncIds(control: Knex, districtId: string): Promise<string[]> {
  return control<{ resyncID: string; districtID: string }>('resync')
    .where({ districtID: districtId })
    .whereIn('status', openStatuses)
    .orderBy('requestedAt')
    .limit(100)
    .pluck('resyncID');
}
