/** What the API says of itself. */
import { z } from 'zod';
import { count, time } from '../../http/schemas';

export const about = z
  .object({
    version: z.string(),
    catalog: z.object({
      name: z.string(),
      objects: count,
      hash: z.string().meta({ description: 'SHA-256; a run that is accepted here names it' }),
    }),
    temporalWeb: z.string().nullable().meta({
      description: 'where runs can be watched in Temporal; null: not configured, or not for the caller',
    }),
    serverTime: time,
  })
  .meta({ id: 'About' });
