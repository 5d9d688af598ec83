/** Recurring requests of the state as the API takes and shows them. */
import { z } from 'zod';
import { time, typedName, typedText, version } from '../../http/schemas';
import { checkTiming, clockChanges, issueOf, replayed, timingGiven, timingShown } from '../schedules/schemas';
import { stateRequestBody, wavesShown } from '../state-requests/schemas';

const { districts, objects, checkDependencies, scenario, mode, reason, waves, recordsPerSecond } =
  stateRequestBody.shape;
const windowHours = z.int().min(1).max(2_160);

export const recurringRequestBody = z
  .strictObject({
    name: typedName(80),
    ...timingGiven.shape,
    ...{ districts, objects, checkDependencies, scenario, mode, reason, waves, recordsPerSecond },
    windowHours: windowHours.optional().meta({
      description: 'no run begins longer than this after the firing; default: as long as configured',
    }),
    note: typedText(255).optional(),
  })
  .superRefine((body, context) => checkTiming(body, issueOf(context)))
  .meta({ id: 'RecurringRequestBody' });

export const recurringRequest = z
  .object({
    scheduleId: z.string(),
    name: z.string(),
    version,
    createdBy: z
      .string()
      .meta({ description: 'who made it, or changed it since: it fires with their rights' }),
    createdAt: time,
    timing: timingShown,
    request: z.object({
      districts: z.union([z.literal('all'), z.array(z.string())]),
      objects: z.union([z.literal('all'), z.array(z.string())]),
      checkDependencies: z.boolean(),
      scenario: stateRequestBody.shape.scenario.unwrap(),
      mode: stateRequestBody.shape.mode.unwrap(),
      reason: z.string(),
      waves: wavesShown.nullable(),
      recordsPerSecond: z.int().nullable(),
      windowHours: windowHours.nullable(),
    }),
    note: z.string().nullable(),
    paused: z.boolean().nullable().meta({ description: 'null: Temporal doesn’t have it, see problem' }),
    pauseNote: z.string().nullable(),
    nextRuns: z.array(time),
    clockChanges,
    lastRuns: z.array(
      z.object({
        scheduledFor: time,
        outcome: z.enum(['started', 'skipped', 'refused']),
        stateRequestId: z.string().nullable(),
        message: z.string().nullable(),
      }),
    ),
    problem: z.string().nullable(),
  })
  .meta({ id: 'RecurringRequest' });

export const triggeredRequest = recurringRequest
  .extend({ replayed })
  .meta({ id: 'TriggeredRecurringRequest' });
export const recurringRequests = z.object({ items: z.array(recurringRequest) });
export const recurringRequestParams = z.object({ id: z.string().max(32) });
