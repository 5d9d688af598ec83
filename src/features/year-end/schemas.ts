/** What the routes about school years answer with. */
import { z } from 'zod';
import { scenarios } from '../../domain/resync';
import { color } from '../resyncs/schemas';
import { count, day, level, schoolYear as year, time, typedText } from '../../http/schemas';

/** A reason that a person gives and that is kept. */
export const reason = typedText(1000, 'give a reason');

/** A full resync that decides about a turn of the year. */
export const yearRun = z
  .object({
    resyncId: z.string(),
    scenario: z.enum(scenarios),
    initiator: level,
    endedAt: time.nullable(),
    color: color
      .nullable()
      .meta({ description: 'null: the state’s request, which is not the district’s to see into' }),
    accepted: z.boolean().meta({ description: 'a state administrator accepted its outcome with a reason' }),
  })
  .meta({ id: 'YearRun' });

export const startOfYear = z
  .object({
    status: z.enum(['notDue', 'due', 'overdue', 'done']),
    dueAt: time.nullable(),
    dueOn: day.nullable().meta({ description: 'the district’s day that ends then' }),
    resync: yearRun.nullable(),
    why: z.string().nullable().meta({ description: 'why a resync made for it doesn’t count' }),
  })
  .meta({ id: 'StartOfYear' });

export const yearSwitch = z
  .object({
    fromYear: year,
    toYear: year,
    switchedAt: time,
    switchedBy: z.string(),
    overridden: z
      .boolean()
      .meta({ description: 'the state switched without the end-of-year resync, or back' }),
    reason: z.string().nullable(),
    resyncId: z
      .string()
      .nullable()
      .meta({ description: 'the full resync of the ending year that allowed it' }),
  })
  .meta({ id: 'YearSwitch' });

export const scopedYear = z
  .object({
    districtId: z.string(),
    scopedYear: year.meta({ description: 'year in which the current school year ends' }),
    offeredYears: z.array(
      z.object({
        schoolYear: year,
        kind: z.enum(['previous', 'current', 'next']),
        objects: z
          .array(z.string())
          .nullable()
          .meta({ description: 'null: every object the district sends' }),
      }),
    ),
    endOfYear: z.object({
      holds: z.boolean().meta({ description: 'the scoped year may be switched to the next one' }),
      why: z.string().nullable().meta({ description: 'what is missing' }),
      resync: yearRun.nullable(),
    }),
    startOfYear,
    switches: z.array(yearSwitch),
  })
  .meta({ id: 'ScopedYear' });

export const switchRequest = z
  .strictObject({
    schoolYear: year,
    override: z.strictObject({ reason }).optional().meta({
      description: 'the state only: switch although the end-of-year condition does not hold, or back',
    }),
  })
  .meta({ id: 'ScopedYearSwitch' });

export const acceptance = z
  .object({ resyncId: z.string(), acceptedBy: z.string(), reason: z.string(), acceptedAt: time })
  .meta({ id: 'Acceptance' });

const districtCompliance = z
  .object({
    districtId: z.string(),
    name: z.string(),
    scopedYear: year,
    endOfYear: z.object({
      status: z.enum(['done', 'missing']),
      resync: yearRun.nullable(),
      why: z.string().nullable(),
    }),
    switched: yearSwitch.nullable(),
    startOfYear,
  })
  .meta({ id: 'DistrictCompliance' });

export const compliance = z
  .object({
    schoolYear: year.meta({ description: 'the year that ends' }),
    counts: z.object({
      districts: count,
      endOfYear: z.object({ done: count, missing: count }),
      switched: count,
      startOfYear: z.object({ notDue: count, due: count, overdue: count, done: count }),
    }),
    items: z.array(districtCompliance),
  })
  .meta({ id: 'Compliance' });
