import { z } from 'zod';
import { scenarios } from '../../domain/resync';
import { count, time } from '../../http/schemas';
import { notes } from './schemas';

/** What a resync would send, wait for and take, as a person is asked about it. */
export const plan = z
  .object({
    planHash: z
      .string()
      .meta({ description: 'of objects and omitted; POST resyncs takes it: 409 when it has changed' }),
    schoolYear: z.int(),
    objects: z.array(
      z.object({
        name: z.string(),
        after: z.array(z.string()),
        dependsOn: z.array(z.string()),
        reason: z.union([
          z.object({ kind: z.literal('requested') }),
          z.object({ kind: z.literal('dependency'), neededBy: z.array(z.string()) }),
        ]),
        cycle: z.string().nullable(),
      }),
    ),
    omitted: z.array(z.object({ name: z.string(), why: z.string() })),
    notes,
    records: z
      .object({
        expected: count,
        objects: z.array(z.object({ object: z.string(), records: count })),
        unknown: z.array(z.string()).meta({ description: 'objects without a run to go by' }),
      })
      .meta({ description: 'as the last finished runs of these objects had them' }),
    time: z
      .object({ seconds: count, runs: count, text: z.string() })
      .nullable()
      .meta({ description: 'by the pace of the last finished runs; null: there is none' }),
    queue: z
      .object({ ahead: count })
      .nullable()
      .meta({ description: 'runs that it would wait for; null: not known at the moment' }),
    heldUntil: time.nullable().meta({ description: 'end of the blackout window that would hold it now' }),
    verification: z
      .object({
        verificationId: z.string(),
        finishedAt: time,
        resyncNecessary: z.boolean(),
        proposes: z.array(z.string()).readonly().meta({ description: 'the fewest objects that mend it' }),
        ofThese: z.array(z.string()).readonly(),
      })
      .nullable()
      .meta({ description: 'the newest of the year that finished' }),
    scenarios: z.array(z.object({ scenario: z.enum(scenarios), whyNot: z.string().nullable() })),
  })
  .meta({ id: 'Plan' });
