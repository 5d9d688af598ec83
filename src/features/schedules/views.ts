import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { versionOf } from '../../http/if-match';
import { canSeeDetails } from '../../http/require';
import type { AnswerTo } from '../../http/route';
import { rulesFor } from '../blackouts/store';
import { windowAt } from '../blackouts/windows';
import { clockChangesOf } from './clock-changes';
import { missingAtTemporal } from './require';
import type * as schemas from './schemas';
import { lastFirings, type StoredSchedule } from './store';
import { type Standing, standingOf } from './temporal-schedules';

/** What a district calls a schedule that the state made. */
export const stateScheduleName = 'A schedule of the state';

/**
 * A schedule as the API shows it to this caller: of one that the state made, a district sees that
 * it is there and when it fires, no more.
 */
export async function scheduleView(
  context: ApiContext,
  principal: Principal,
  stored: StoredSchedule,
): Promise<AnswerTo<typeof schemas.schedule>> {
  const { control, temporal } = context;
  const standing = await temporal.call((client) => standingOf(client, stored));
  const nextRuns = await nextRunsOf(context, stored, standing);
  const { paused = null, note: pauseNote = null } = standing ?? {};
  const { request, timing, createdById: _, ...rest } = stored;
  const clockChanges = clockChangesOf(timing, new Date());
  const common = { ...rest, paused, nextRuns, clockChanges, problem: standing ? null : missingAtTemporal };
  if (!canSeeDetails(principal, stored)) {
    const hidden = { timing: null, request: null, note: null, pauseNote: null, lastRuns: [] };
    const shown = { ...common, ...hidden, name: stateScheduleName, createdBy: 'the state' };
    // A hash of all of it would tell when the state changes what is hidden, and let it be guessed.
    return { ...shown, version: versionOf([stored.scheduleId]) };
  }
  const firings = await lastFirings(control, stored.scheduleId);
  const lastRuns = firings.map(({ stateRequestId: _none, ...firing }) => firing);
  return { ...common, version: versionOf(stored), timing, request, pauseNote, lastRuns };
}

/** When it fires next, and until when the run then waits because a blackout window holds it. */
async function nextRunsOf(
  { control }: ApiContext,
  { districtId, initiator }: StoredSchedule,
  standing: Standing | null,
): Promise<{ at: string; heldUntil: string | null }[]> {
  if (!standing || standing.nextRuns.length === 0) return [];
  const rules = await rulesFor(control, { districtId, initiator });
  return standing.nextRuns.map((at) => ({
    at: at.toISOString(),
    heldUntil: windowAt(rules, at.getTime())?.endsAt ?? null,
  }));
}
