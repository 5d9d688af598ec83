/** What the API says of the errors of a district. */
import { z } from 'zod';
import { period } from '../../http/period';
import { count, offsetInList, pageOf, pageQuery, schoolYearAsked } from '../../http/schemas';
import * as resyncs from '../resyncs/schemas';
import { errorOrders } from './error-orders';

const name = z.string().max(64).optional();

export const districtErrorsQuery = z.strictObject({
  ...pageQuery,
  ...period,
  object: name,
  outcome: resyncs.outcome.optional(),
  code: name,
  field: name,
  school: z
    .string()
    .max(120)
    .optional()
    .meta({ description: 'key of a School: the value, or a JSON array of texts', example: '1' }),
  schoolYear: schoolYearAsked.meta({ description: 'of the resyncs that found them' }),
  run: name.meta({ description: 'id of a resync' }),
  sort: z.enum(errorOrders).default('newest'),
});

export const recordErrorsQuery = z
  .strictObject({
    ...pageQuery,
    offset: offsetInList,
    object: name,
    outcome: resyncs.outcome.optional(),
    code: name,
    field: name,
    key: z
      .string()
      .min(1)
      .max(120)
      .optional()
      .meta({ description: 'what the first value of the record’s key begins with', example: '1000' }),
  })
  .refine(({ cursor, offset }) => cursor === undefined || offset === undefined, {
    path: ['offset'],
    message: 'Give a cursor or an offset, not both.',
  });

export const recordErrors = pageOf(resyncs.recordError).meta({ id: 'RecordErrors' });

const facet = z
  .array(z.object({ value: z.string().nullable(), count }))
  .readonly()
  .meta({ description: 'largest first; null: errors without one' });

export const districtErrors = pageOf(resyncs.recordError)
  .extend({
    facets: z
      .object({ object: facet, code: facet, field: facet, school: facet, schoolYear: facet })
      .optional()
      .meta({ description: 'on the first page; of the newest errors where there are more than total' }),
  })
  .meta({ id: 'DistrictErrors' });
