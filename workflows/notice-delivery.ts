import { isCancellation } from '@temporalio/workflow';
import type { NoticeGroupInput } from './messages';
import { deliverNotice, giveUpNotice, listDeliveries } from './activities';

/**
 * Sends the notices of some alerts out, each on its own: an endpoint that fails for days holds up
 * no other. Knows ids only; what is sent where stands in the control database.
 */
export async function noticeDelivery({ alertIds, digest }: NoticeGroupInput): Promise<void> {
  if (digest !== undefined) return deliver(digest);
  const inFlight: Promise<void>[] = [];
  let page = await listDeliveries({ alertIds, after: 0 });
  while (page.length > 0) {
    for (const deliveryId of page) inFlight.push(deliver(deliveryId));
    page = await listDeliveries({ alertIds, after: page.at(-1)! });
  }
  await Promise.all(inFlight);
}

async function deliver(deliveryId: number): Promise<void> {
  try {
    await deliverNotice({ deliveryId });
  } catch (error) {
    if (isCancellation(error)) throw error;
    await giveUpNotice({ deliveryId });
  }
}
