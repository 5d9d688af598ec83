import { CancellationScope, isCancellation, rootCause, sleep } from '@temporalio/workflow';
import type { SyncEventInput } from './messages';
import { carryDown, failSyncEvent, nextBlackout } from './activities';

/** A window may be taken away before its end. */
const askAgainMs = 3_600_000;

/** Carries values of the state's own down to a district, once no blackout window holds there. */
export async function syncEvent({ syncEventId, districtId }: SyncEventInput): Promise<void> {
  try {
    await afterBlackouts(districtId);
    await carryDown({ syncEventId });
  } catch (error) {
    const message = isCancellation(error)
      ? 'It was cancelled in Temporal; what was carried stays.'
      : (rootCause(error) ?? 'It gave up.');
    await CancellationScope.nonCancellable(() => failSyncEvent({ syncEventId, message }));
  }
}

/** The district's own windows hold it too, though the state asks: it writes at the district. */
async function afterBlackouts(districtId: string): Promise<void> {
  for (;;) {
    const at = new Date(Date.now()).toISOString();
    const window = await nextBlackout({ districtId, initiator: 'district', at });
    if (window === null || Date.parse(window.startsAt) > Date.now()) return;
    await sleep(Math.min(askAgainMs, Math.max(1, Date.parse(window.endsAt) - Date.now())));
  }
}
