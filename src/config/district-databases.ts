/** What a configuration says of one of several databases of a district. */
import { z } from 'zod';
import { databaseTls, databaseUrl } from './database';

/** One of several. */
export const yearDatabase = z.strictObject({
  databaseUrl,
  databaseTls: databaseTls.optional(),
  schoolYears: z
    .array(z.int().min(1990).max(2100))
    .min(1, 'name at least one school year')
    .optional()
    .describe('Years whose records are in it. Absent, of one at most: all years that no other names.'),
});
