/** What the routes of a state's request take and answer with. */
import { z } from 'zod';
import { scenarios } from '../../domain/resync';
import { districtStatuses } from '../../domain/state-request';
import { color, planRequest, resync } from '../resyncs/schemas';
import { tableFormats } from '../../http/send-file';
import {
  count,
  instantGiven,
  mode,
  pageOf,
  pageQuery,
  setOf,
  time,
  timeOrder,
  typedText,
} from '../../http/schemas';

/** In which order districts are asked. */
export const waves = z
  .strictObject({
    size: z.int().min(1).max(5_000).optional().meta({
      description: 'districts of a wave that no group names; default: all that are left together',
    }),
    groups: z
      .array(z.array(z.string().min(1).max(64)).min(1).max(5_000))
      .max(100)
      .default([])
      .meta({ description: 'waves that go first, by the ids of their districts' }),
    pauseMinutes: z
      .int()
      .min(0)
      .max(7 * 24 * 60)
      .default(0)
      .meta({ description: 'from the end of a wave to the beginning of the next' }),
    stopAbovePercent: z.int().min(0).max(100).default(10).meta({
      description: 'no further district is asked once more of a wave than this failed or ended red',
    }),
  })
  .refine(({ size, groups }) => size !== undefined || groups.length > 0, {
    path: ['size'],
    message: 'give size, groups or both',
  })
  .meta({ id: 'Waves' });

const recordsPerSecond = z.int().min(100).max(1_000_000);

export const stateRequestBody = z
  .strictObject({
    districts: z
      .union([z.literal('all'), setOf(z.array(z.string().min(1).max(64)).min(1).max(5_000))])
      .meta({ description: '"all", or ids of districts' }),
    ...planRequest.shape,
    objects: planRequest.shape.objects,
    scenario: z.enum(scenarios).default('STATE_REQUEST'),
    mode: mode.default('compare'),
    reason: typedText(1000).meta({ description: 'shown only to users of the state' }),
    window: z
      .strictObject({ from: instantGiven.optional(), until: instantGiven })
      .optional()
      .meta({ description: 'no run begins outside it; default: from now on, for as long as configured' }),
    waves: waves.optional().meta({ description: 'default: all districts together' }),
    recordsPerSecond: recordsPerSecond.optional().meta({
      description: 'write budget: all districts together write no more than this; default: none',
    }),
    planHash: z.string().max(64).optional().meta({
      description: 'of the plan that was shown: where another would be carried out, the answer is 409',
    }),
  })
  .meta({ id: 'StateRequestBody' });

export const stateRequestPlanBody = z
  .strictObject({
    districts: stateRequestBody.shape.districts,
    objects: stateRequestBody.shape.objects,
    checkDependencies: stateRequestBody.shape.checkDependencies,
    schoolYear: stateRequestBody.shape.schoolYear,
    waves: stateRequestBody.shape.waves,
    recordsPerSecond: stateRequestBody.shape.recordsPerSecond,
  })
  .meta({ id: 'StateRequestPlanBody' });

export const stateRequestPlan = z
  .object({
    planHash: z.string().meta({ description: 'for POST /state-requests' }),
    districts: count.meta({ description: 'that would be asked' }),
    notRun: z
      .array(z.object({ districtId: z.string(), why: z.string() }))
      .meta({ description: 'districts that would not be, and why' }),
    objects: z.array(
      z.object({
        name: z.string(),
        added: z.boolean().meta({ description: 'not named: needed by one that is' }),
        districts: count.meta({ description: 'that would send it' }),
      }),
    ),
    waves: z
      .array(z.object({ wave: count, districts: count }))
      .meta({ description: 'one after the other; empty: all together' }),
    records: z.object({
      expected: count.meta({ description: 'by the newest full resync of each district' }),
      unknownDistricts: count.meta({ description: 'without one: what they send is in no figure' }),
    }),
    time: z
      .object({
        seconds: count,
        inFlight: count.meta({ description: 'districts at the same time, as configured' }),
      })
      .nullable()
      .meta({
        description:
          'about how long all would take, pauses and write budget included; null: no district has sent all before',
      }),
  })
  .meta({ id: 'StateRequestPlan' });

export const stateRequestAccepted = z
  .object({
    stateRequestId: z.string(),
    status: z.enum(['accepted', 'running', 'finished', 'cancelled', 'failed']),
    districts: count,
    notRun: z
      .array(z.object({ districtId: z.string(), why: z.string() }))
      .meta({ description: 'districts that send none of the objects' }),
    replayed: z.boolean().meta({
      description: 'true: the same Idempotency-Key had made it before, or the same words a moment ago',
    }),
  })
  .meta({ id: 'StateRequestAccepted' });

/** As stored: what was left out is said. */
export const wavesShown = z
  .object({
    size: z.int().nullable(),
    groups: z.array(z.array(z.string())),
    pauseMinutes: z.int(),
    stopAbovePercent: z.int(),
  })
  .meta({ id: 'WavesShown' });

const counts = z
  .object({ waiting: count, queued: count, running: count, done: count, failed: count, notRun: count })
  .meta({ id: 'StateRequestCounts' });

export const stateRequestHead = z
  .object({
    stateRequestId: z.string(),
    objects: z.union([z.literal('all'), z.array(z.string())]),
    checkDependencies: z.boolean(),
    schoolYear: z.int().nullable(),
    scenario: z.enum(scenarios),
    mode: mode,
    reason: z.string(),
    waves: wavesShown.nullable(),
    recordsPerSecond: z.int().nullable().meta({ description: 'write budget of all together; null: none' }),
    stopped: z.string().nullable().meta({ description: 'why no further wave begins' }),
    requestedBy: z.string(),
    windowFrom: time,
    windowUntil: time,
    status: z.enum(['accepted', 'running', 'finished', 'cancelled', 'failed']),
    message: z.string().nullable(),
    requestedAt: time,
    endedAt: time.nullable(),
    counts,
  })
  .meta({ id: 'StateRequestHead' });

export const boardDistrict = z
  .object({
    districtId: z.string(),
    schoolYear: z.int(),
    wave: z.int().nullable().meta({ description: 'null: it waits for none' }),
    status: z.enum(districtStatuses),
    percent: z.int().min(0).max(100).nullable(),
    color: color.nullable(),
    resyncId: z.string().nullable().meta({ description: 'null: it was never given to the district’s agent' }),
    attempts: count.meta({ description: 'failed attempts to give it to the district’s agent' }),
    nextAttemptAt: time.nullable(),
    handedOverAt: time.nullable(),
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    message: z.string().nullable(),
  })
  .meta({ id: 'StateRequestDistrict' });

export const board = stateRequestHead
  .extend({
    percent: z.int().min(0).max(100),
    forecastEnd: time.nullable().meta({ description: 'at the pace so far; null: unknown' }),
    nextWaveAt: time.nullable().meta({ description: 'null: no wave waits for its time' }),
    districts: z.array(boardDistrict),
  })
  .meta({ id: 'StateRequest' });

export const stateRequestReport = board
  .extend({
    closed: z.boolean().meta({ description: 'false: the request is still under way' }),
    districts: z.array(boardDistrict.extend({ processed: count.nullable(), errors: count.nullable() })),
  })
  .meta({ id: 'StateRequestReport' });

export const cancelBody = z
  .strictObject({
    running: z
      .enum(['cancel', 'leave'])
      .default('leave')
      .meta({ description: 'what happens to runs under way' }),
  })
  .meta({ id: 'StateRequestCancel' });

export const extendBody = z
  .strictObject({
    until: instantGiven.meta({ description: 'the new end of the window, not before the old one' }),
  })
  .meta({ id: 'StateRequestExtension' });

export const districtRetryBody = z
  .strictObject({
    until: instantGiven
      .optional()
      .meta({ description: 'the new end of the window; needed once the old one is over' }),
  })
  .meta({ id: 'StateRequestDistrictRetry' });

export const stateRequestParams = z.object({ id: z.string().max(64) });
export const stateRequestDistrictParams = stateRequestParams.extend({ district: z.string().max(64) });
export const stateRequestsQuery = z.strictObject({ ...pageQuery, ...timeOrder });
export const stateRequestPage = pageOf(stateRequestHead);
export const stateRequestDistrict = boardDistrict.extend({ resync: resync.nullable() });
export const reportQuery = z.strictObject({
  format: z.enum(['json', ...tableFormats, 'jws']).default('json'),
});
