import type { Principal } from '../../domain/principal';
import type { ApiContext } from '../../http/context';
import { versionOf } from '../../http/if-match';
import type { AnswerTo } from '../../http/route';
import { clockChangesOf } from '../schedules/clock-changes';
import { missingAtTemporal } from '../schedules/require';
import { lastFirings, listRequestSchedules, type StoredRequestSchedule } from '../schedules/store';
import { standingOf } from '../schedules/temporal-schedules';
import { seesWhole } from './require';
import type * as schemas from './schemas';

/** Those of which the caller sees all districts, by name. */
export async function recurringRequestsOf(
  context: ApiContext,
  principal: Principal,
): Promise<AnswerTo<typeof schemas.recurringRequests>> {
  const all = await listRequestSchedules(context.control);
  const seen = all.filter((stored) => seesWhole(principal, stored));
  return { items: await Promise.all(seen.map((stored) => recurringRequestView(context, stored))) };
}

/** A recurring request as it stands now. */
export async function recurringRequestView(
  { control, temporal }: ApiContext,
  stored: StoredRequestSchedule,
): Promise<AnswerTo<typeof schemas.recurringRequest>> {
  const standing = await temporal.call((client) => standingOf(client, stored));
  const { scheduleId, name, createdBy, createdAt, timing, note } = stored;
  const { reach: _, ...request } = stored.request;
  const firings = await lastFirings(control, scheduleId);
  return {
    ...{ scheduleId, name, createdBy, createdAt, timing, request, note },
    version: versionOf(stored),
    paused: standing?.paused ?? null,
    pauseNote: standing?.note ?? null,
    nextRuns: standing?.nextRuns.map((at) => at.toISOString()) ?? [],
    clockChanges: clockChangesOf(timing, new Date()),
    lastRuns: firings.map(({ scheduledFor, outcome, stateRequestId, message }) => ({
      ...{ scheduledFor, outcome, stateRequestId, message },
    })),
    problem: standing ? null : missingAtTemporal,
  };
}
