import type { Principal } from '../../domain/principal';
import type { YearSwitch } from './switch-store';
import type { YearRun, YearStart } from '../../domain/year-end';
import { canSeeDetails } from '../../http/require';
import type { AnswerTo } from '../../http/route';
import type * as schemas from './schemas';

/**
 * A run that decides about a turn of the year; `null`: it is the state's, and which one it was, and
 * that it was full, is not the district's to see.
 */
export function yearRunView(principal: Principal, run: YearRun): AnswerTo<typeof schemas.yearRun> | null {
  if (!canSeeDetails(principal, run)) return null;
  const { resyncId, scenario, initiator, endedAt, accepted, color } = run;
  return { resyncId, scenario, initiator, endedAt, accepted, color };
}

/** How the start-of-year resync stands, for the caller. */
export function yearStartView(
  principal: Principal,
  { run, ...start }: YearStart,
): AnswerTo<typeof schemas.startOfYear> {
  return { ...start, resync: run && yearRunView(principal, run) };
}

/** A switch, for the caller: why and by whom the state overrode is the state's. */
export function yearSwitchView(
  { level }: Principal,
  change: YearSwitch,
): AnswerTo<typeof schemas.yearSwitch> {
  if (level === 'state' || !change.overridden) return change;
  return { ...change, switchedBy: 'the state', reason: null };
}
