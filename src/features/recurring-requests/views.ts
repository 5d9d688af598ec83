import type { ApiContext } from '../../http/context';
import type { AnswerTo } from '../../http/route';
import { clockChangesOf } from '../schedules/clock-changes';
import { missingAtTemporal } from '../schedules/require';
import { lastFirings, type StoredRequestSchedule } from '../schedules/store';
import { standingOf } from '../schedules/temporal-schedules';
import type * as schemas from './schemas';

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
