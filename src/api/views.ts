import type { z } from 'zod';
import type { ResyncHead } from '../control/read-resync';
import type { Principal } from '../control/tokens';
import { seesInside } from './principal';
import type { resyncHead } from './schemas';

/** A resync as the caller may see it: of a state's request a district sees that it is, when and how far, no more. */
export function headView(principal: Principal, head: ResyncHead): z.input<typeof resyncHead> {
  const objects = head.objects === 'all' ? 'all' : [...head.objects];
  if (seesInside(principal, head)) return { ...head, objects };
  return { ...head, objects: null, colour: null, message: null, requestedBy: 'the state' };
}
