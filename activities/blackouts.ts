import { nextWindow } from '../src/features/blackouts/windows';
import { rulesFor } from '../src/features/blackouts/store';
import { noteHold } from '../src/features/resyncs/hold';
import type { HeldWindow } from '../src/domain/blackout';
import type { Initiator } from '../src/domain/resync';
import type { ActivityDependencies } from './dependencies';
import { shortActivity } from './activity';

/** When may runs of this district move, seen from an instant of the workflow's own clock. */
export interface BlackoutQuestion {
  readonly districtId: string;
  readonly initiator: Initiator;
  /**
   * ISO 8601. Given, not taken from the worker's clock: two clocks a second apart would ask each
   * other in circles.
   */
  readonly at: string;
}

/** Activities about blackout windows; short, and each may be repeated. */
export function blackoutActivities({ control }: Pick<ActivityDependencies, 'control'>) {
  return {
    /** The window that holds now, or the next one. `null`: none is set. */
    nextBlackout: shortActivity(
      async ({ districtId, initiator, at }: BlackoutQuestion): Promise<HeldWindow | null> =>
        nextWindow(await rulesFor(control, { districtId, initiator }), Date.parse(at)),
    ),

    /** Where the API and its readers look for it. */
    noteHold: shortActivity((work: { resyncId: string; heldUntil: string | null }): Promise<void> =>
      noteHold(control, work),
    ),
  };
}
