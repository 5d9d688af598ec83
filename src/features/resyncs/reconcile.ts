import type { Knex } from 'knex';
import { openStatuses, type ResyncRequest, type ResyncStatus, type Whereabouts } from '../../domain/resync';
import { ConflictError } from '../../control/control-error';
import { leastAgeSeconds, reconcileOpen } from '../../temporal/reconcile';
import { releaseLease } from './lease';
import { type ResyncRow, toRequest } from './row';
import { finishResync } from './store';

/** Most open resyncs looked at in one pass, the oldest first. */
const maxOpenResyncs = 1000;

export interface Reconciliation {
  /** Marked lost: their workflow has ended or is gone, and wrote no end. */
  readonly lost: readonly string[];
  /**
   * Accepted or queued, and not at Temporal: to be given to their agent (again), which is harmless
   * to repeat.
   */
  readonly toStart: readonly ResyncRequest[];
  /** Of which Temporal said nothing. */
  readonly failed: number;
}

/**
 * Compares the open resyncs with Temporal. A run whose workflow is gone never shows as under way
 * forever: it becomes `lost`, red, and says so; one that never began is returned to be started.
 * @param whereabouts asks Temporal
 * @param leastAge of what was only accepted: younger than this it is still with who accepted it
 */
export async function reconcile(
  control: Knex,
  whereabouts: (resync: { request: ResyncRequest; status: ResyncStatus }) => Promise<Whereabouts>,
  { leastAge = leastAgeSeconds }: { readonly leastAge?: number } = {},
): Promise<Reconciliation> {
  const rows = await control<ResyncRow>('resync')
    .whereIn('status', openStatuses)
    .whereRaw(
      "(status NOT IN ('accepted', 'queued') OR requestedAt < UTC_TIMESTAMP(3) - INTERVAL ? SECOND)",
      [leastAge],
    )
    .orderBy('requestedAt')
    .limit(maxOpenResyncs);
  const lost: string[] = [];
  const toStart: ResyncRequest[] = [];
  const failed = await reconcileOpen({
    open: rows.map((row) => ({ request: toRequest(row), status: row.status })),
    whereabouts,
    hasBegun: ({ status }) => status !== 'accepted' && status !== 'queued',
    start: ({ request }) => toStart.push(request),
    close: async ({ request }) => {
      if (await markLost(control, request)) lost.push(request.resyncId);
    },
  });
  return { lost, toStart, failed };
}

async function markLost(
  control: Knex,
  { districtId, schoolYear, resyncId }: ResyncRequest,
): Promise<boolean> {
  // First, so that no page comes after the counts: a worker may still be at one, and a Temporal
  // that is restored later takes the run up again.
  await releaseLease(control, { districtId, schoolYear, resyncId });
  try {
    const end = await finishResync(control, {
      resyncId,
      status: 'lost',
      message:
        'Temporal no longer runs this resync and it wrote no end: what was committed is counted. Send it again.',
    });
    return end.status === 'lost';
  } catch (error) {
    // It ended by itself between the two looks.
    if (error instanceof ConflictError) return false;
    throw error;
  }
}
