import type { Knex } from 'knex';
import { openStatuses } from '../../domain/resync';

/**
 * Notes until when a blackout window holds a run; one that had only been accepted is under way from
 * now on: it has its turn, and waits. A run that has ended is left alone. Safe to repeat.
 * @param heldUntil ISO 8601; `null`: it is held no longer
 */
export async function noteHold(
  control: Knex,
  { resyncId, heldUntil }: { readonly resyncId: string; readonly heldUntil: string | null },
): Promise<void> {
  await control('resync')
    .where({ resyncID: resyncId })
    .whereNull('endedAt')
    .update({ heldUntil: heldUntil === null ? null : new Date(heldUntil) });
  if (heldUntil === null) return;
  await control('resync')
    .where({ resyncID: resyncId })
    .whereIn('status', ['accepted', 'queued'])
    .update({ status: 'running', startedAt: control.raw('COALESCE(startedAt, UTC_TIMESTAMP(3))') });
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
