/** A district's `region`: what lies between it and this deployment's state. */
import { z } from 'zod';
import { databaseUrl } from './database';

function isPlain(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === '');
}

/**
 * Where a district's records come from the edition of a region, which is in the shape of the
 * state's.
 */
export const regionSchema = z
  .strictObject({
    editionUrl: databaseUrl
      .optional()
      .describe(
        "The region's edition, of an account that may make views: `resync setup` makes those of this district in the database of `databaseUrl`. Absent: somebody else has made them. Workers and the API don't use it.",
      ),
    url: z
      .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
      // It stands in messages that people read.
      .refine(isPlain, 'must have no login, query or fragment: `token` is what signs in there')
      .transform((text) => text.replace(/\/+$/, ''))
      .optional()
      .describe(
        "Address of the region's own deployment: what the state asks of the district goes there first. Absent: what the region holds is sent.",
      ),
    token: z
      .string()
      .min(1)
      .optional()
      .describe('With `url`: a token of state level of that deployment, with the right stateRequest.'),
    district: z.string().max(63).optional().describe("The district's id there. Absent: the same as here."),
    pollMs: z
      .int()
      .min(50)
      .max(600_000)
      .default(2_000)
      .describe("How often the region's run is looked at while it is waited for."),
  })
  .refine(({ url, token }) => (url === undefined) === (token === undefined), {
    path: ['token'],
    error: 'url and token are given together',
  });

export type RegionConfig = z.output<typeof regionSchema>;
