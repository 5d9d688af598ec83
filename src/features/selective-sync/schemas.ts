import { z } from 'zod';
import { accepted } from '../resyncs/schemas';
import { count, schoolYear, time } from '../../http/schemas';

const key = z
  .array(z.string().max(512))
  .min(1)
  .max(16)
  .meta({ description: 'values of its match key, in the order of the object’s key', example: ['1001'] });

export const selectiveRequest = z
  .strictObject({
    object: z.string().min(1).max(64).meta({ example: 'PersonIdentity' }),
    key,
    schoolYear: schoolYear.optional(),
  })
  .meta({ id: 'SelectiveSyncRequest' });

const omitted = z
  .array(z.object({ object: z.string(), why: z.string() }))
  .meta({ description: 'objects below it that the district doesn’t send' });

export const selectiveAccepted = accepted.extend({ omitted }).meta({ id: 'SelectiveSyncAccepted' });

export const selectiveObjects = z
  .object({
    schoolYear: z.int(),
    items: z.array(
      z.object({
        object: z.string(),
        label: z.string(),
        keyColumns: z.array(z.string()).meta({ description: 'columns of a record’s key, in order' }),
        guid: z.boolean().meta({ description: 'its records have a GUID, by which they are found too' }),
      }),
    ),
  })
  .meta({ id: 'SelectiveObjects' });

export const findRequest = z
  .strictObject({
    object: z.string().min(1).max(64),
    guid: z.string().trim().min(1).max(64),
    schoolYear: schoolYear.optional(),
  })
  .meta({ id: 'FindRecordRequest' });

export const foundRecord = z
  .object({
    object: z.string(),
    schoolYear: z.int(),
    key: z
      .array(z.string())
      .nullable()
      .meta({ description: 'null: the district has no record of this GUID in the school year' }),
  })
  .meta({ id: 'FoundRecord' });

export const selectivePreview = z
  .object({
    previewId: z.string(),
    districtId: z.string(),
    schoolYear: z.int(),
    object: z.string(),
    key: z.array(z.string()),
    status: z.enum(['running', 'done', 'failed']),
    message: z.string().nullable(),
    objects: z
      .array(
        z.object({
          object: z.string(),
          records: count,
          asked: count,
          descendants: count,
          ancestors: count,
          samples: z.array(z.array(z.string())).meta({ description: 'some of the keys' }),
        }),
      )
      .nullable()
      .meta({ description: 'what would be sent, in that order; null until it is done' }),
    omitted: omitted.nullable(),
    requestedAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: 'SelectiveSyncPreview' });

export const selectiveParams = z.object({ district: z.string(), id: z.string().max(64) });
