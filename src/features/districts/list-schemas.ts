/** What the list of districts takes and answers with. */
import { z } from 'zod';
import { count, level, pageQuery, time } from '../../http/schemas';
import { color, district, otherCatalog, shownStatus, tableObject } from '../resyncs/schemas';

const shortRun = z
  .object({
    resyncId: z.string(),
    status: shownStatus,
    color,
    initiator: level,
    requestedAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: 'ShortRun' });

const standing = z
  .object({
    resyncs: z
      .object({
        running: shortRun.nullable().meta({ description: 'null: none is under way' }),
        waiting: count.meta({ description: 'resyncs that wait for their turn' }),
        last: shortRun.nullable().meta({ description: 'the newest that ended' }),
        lastFull: shortRun.nullable().meta({ description: 'the newest of all objects that ended' }),
      })
      .nullable()
      .meta({ description: 'null without the right resyncBatch or resyncView' }),
    verification: z
      .object({ verificationId: z.string(), finishedAt: time, resyncNecessary: z.boolean() })
      .nullable()
      .meta({ description: 'the newest that finished; null also without the right verificationSummary' }),
    unreadAlerts: count.nullable().meta({ description: 'null without the right processAlerts' }),
    startOfYear: z.enum(['notDue', 'due', 'overdue', 'done']).nullable().meta({
      description:
        'its start-of-year resync; null: its year was not switched, or it isn’t the caller’s to see',
    }),
    endOfYear: z.enum(['notDue', 'due', 'overdue']).nullable().meta({
      description:
        'the full resync at the end of its scoped year; notDue: also once it is made; null: not the caller’s to see',
    }),
  })
  .meta({ id: 'DistrictStanding' });

export const busyAgents = z.object({
  items: z.array(
    z
      .object({
        districtId: z.string(),
        schoolYear: z.int(),
        resyncs: z
          .array(
            z.object({
              resyncId: z.string(),
              status: shownStatus,
              initiator: level,
              scenario: z
                .string()
                .nullable()
                .meta({ description: 'null: the state’s request, which is not the district’s to see into' }),
              requestedBy: z.string(),
              requestedAt: time,
              startedAt: time.nullable(),
              heldUntil: time.nullable().meta({ description: 'end of the blackout window that holds it' }),
              otherCatalog: otherCatalog.nullable(),
              percent: z.int().min(0).max(100).nullable(),
            }),
          )
          .meta({ description: 'what runs first, then what waits, in its order' }),
      })
      .meta({ id: 'BusyAgent' }),
  ),
});

const flag = z.enum(['true']).transform(() => true);

/** Orders of the list. */
export const districtSorts = [
  'number',
  'name',
  'color',
  'last',
  'lastFull',
  'verification',
  'unread',
] as const;

export const districtsQuery = z.strictObject({
  ...pageQuery,
  q: z.string().trim().max(100).optional().meta({ description: 'in the number, name or id' }),
  standing: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .meta({ description: 'true: with where each stands, as far as the caller’s rights go' }),
  color: z
    .enum(['green', 'yellow', 'red', 'none'])
    .optional()
    .meta({ description: 'of the newest full resync; none: there is none' }),
  running: flag.optional().meta({ description: 'only those with a resync under way or waiting' }),
  drift: flag.optional().meta({ description: 'only those whose newest verification calls for a resync' }),
  overdue: flag
    .optional()
    .meta({ description: 'only those whose end-of-year or start-of-year resync is overdue' }),
  unread: flag.optional().meta({ description: 'only those with alerts that the caller hasn’t read' }),
  sort: z
    .enum(districtSorts.flatMap((name) => [name, `-${name}`] as const))
    .optional()
    .meta({ description: 'with - from the other end; color: the worst first; absent: as configured' }),
});

export const districtsPage = z.object({
  items: z.array(
    district.extend({ standing: standing.nullable().meta({ description: 'null: not asked for' }) }),
  ),
  total: count.meta({ description: 'how many fit what was asked, on all pages' }),
  counts: z
    .object({
      districts: count,
      green: count,
      yellow: count,
      red: count,
      none: count,
      running: count,
      drift: count,
      overdue: count,
      unread: count,
    })
    .nullable()
    .meta({
      description: 'of all that fit `q`, whatever else is asked; null: their standing isn’t asked for',
    }),
  nextCursor: z.string().nullable(),
});

export const objectsTable = z.object({
  districtId: z.string(),
  schoolYear: z.int(),
  items: z.array(tableObject),
});
