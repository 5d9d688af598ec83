import { z } from 'zod';
import { setOf } from '../../http/schemas';
import { accepted, outcome } from './schemas';

export const retryRequest = z
  .strictObject({
    outcomes: setOf(z.array(outcome).min(1))
      .default(['excluded', 'blocked', 'failed'])
      .meta({ description: 'which stored errors are sent again' }),
    objects: setOf(z.array(z.string().min(1).max(64)).min(1).max(200))
      .optional()
      .meta({
        description: 'only errors of these objects; what waits for them follows once they are there',
      }),
    codes: setOf(z.array(z.string().min(1).max(64)).min(1).max(50))
      .optional()
      .meta({
        description: 'only errors with these codes',
      }),
  })
  .meta({ id: 'RetryRequest' });

const records = z.int().meta({ description: 'records with a stored error' });

export const retryAccepted = accepted
  .extend({
    selected: z
      .array(z.object({ object: z.string(), records }))
      .meta({ description: 'what is sent again; parents that blocked records need come with them' }),
    omitted: z
      .array(z.object({ object: z.string(), records, why: z.string() }))
      .meta({ description: 'errors of objects that the district doesn’t send (any more)' }),
  })
  .meta({ id: 'RetryAccepted' });
