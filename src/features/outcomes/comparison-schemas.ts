/** How resyncs compare with each other. */
import { z } from 'zod';
import { count, schoolYearAsked, time, wholeNumber } from '../../http/schemas';
import { color, counts, objectStatus } from '../resyncs/schemas';

/** Most resyncs of a matrix, and of an object's list. */
export const mostRuns = 50;

const codeChange = z.object({ code: z.string(), new: count, resolved: count });

export const resyncChanges = z
  .object({
    resyncId: z.string(),
    whyNot: z
      .string()
      .nullable()
      .meta({ description: 'why there is nothing to compare with: a resync of selected records' }),
    items: z.array(
      z.object({
        object: z.string(),
        before: z
          .object({ resyncId: z.string(), startedAt: time, color, counts })
          .nullable()
          .meta({ description: 'the object’s whole resync before; null: there was none' }),
        color,
        counts,
        new: count.meta({ description: 'errors of records that had none before' }),
        resolved: count.meta({ description: 'errors before of records that have none now' }),
        codes: z.array(codeChange),
      }),
    ),
  })
  .meta({ id: 'ResyncChanges' });

const objectRun = z.object({
  resyncId: z.string(),
  status: objectStatus,
  color,
  counts,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  message: z.string().nullable(),
});

export const runsQuery = z.strictObject({
  schoolYear: schoolYearAsked,
  runs: wholeNumber(z.int().min(1).max(mostRuns)).default(20),
});

export const objectRuns = z
  .object({
    object: z.string(),
    schoolYear: z.int(),
    items: z.array(objectRun).meta({ description: 'newest first, resyncs of the object as a whole' }),
  })
  .meta({ id: 'ObjectRuns' });

export const historyMatrix = z
  .object({
    schoolYear: z.int(),
    runs: z.array(z.object({ resyncId: z.string(), requestedAt: time, color, status: z.string() })).meta({
      description: 'newest first; resyncs of whole objects',
    }),
    items: z.array(
      z.object({
        object: z.string(),
        cells: z
          .array(z.object({ status: objectStatus, color, processed: count, errors: count }).nullable())
          .meta({ description: 'one for each resync, in their order; null: it was not part of it' }),
      }),
    ),
  })
  .meta({ id: 'HistoryMatrix' });
