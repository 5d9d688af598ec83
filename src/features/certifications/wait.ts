import type { Manifest, MeasuredObject } from '../../domain/certification';
import { ConflictError } from '../../control/control-error';

const hourMs = 3_600_000;

/** What the state holds, of one instant. */
export interface Measurement {
  readonly measuredAt: string;
  readonly newestResync: Manifest['newestResync'];
  readonly objects: readonly MeasuredObject[];
}

/** What a certification or comparison says while it waits. */
export const waitsForRun = 'Waits for the end of a resync of the district and school year.';

/** @throws ConflictError once a request has waited so long that nobody waits for it any more */
export function mayWait(requestedAt: string, waitHours: number): void {
  if (Date.now() - Date.parse(requestedAt) < waitHours * hourMs) return;
  throw new ConflictError(
    `A resync of the district and school year was still under way after ${waitHours} hours: finish or cancel it, then ask again.`,
  );
}
