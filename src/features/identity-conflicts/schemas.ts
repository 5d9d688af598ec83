/** What the API says of identity conflicts. */
import { z } from 'zod';
import { identityActions, identityCodes } from '../../domain/identity-conflict';
import { count, pageOf, pageQuery, schoolYearAsked, time, typedText, wholeNumber } from '../../http/schemas';

const key = z.array(z.string()).readonly();

export const identityConflict = z
  .object({
    id: z.int(),
    side: z.enum(['sender', 'holder']).meta({
      description: 'sender: the district’s own records; holder: it has at the state what another sends',
    }),
    resyncId: z.string().nullable(),
    schoolYear: z.int(),
    object: z.string(),
    key: key
      .nullable()
      .meta({ description: 'of the record at the district that sends it; the holder doesn’t see it' }),
    guid: z.string().nullable(),
    code: z.enum(identityCodes),
    action: z.enum(identityActions).meta({ description: 'what a person of the state does about it' }),
    formerKey: key.nullable().meta({ description: 'of RENUMBERED: the key that the state has it under' }),
    sentBy: z.string().nullable().meta({ description: 'the district that sends it; not for the holder' }),
    heldBy: z
      .string()
      .nullable()
      .meta({ description: 'of HELD_BY_DISTRICT: the district that has it; only the state sees it' }),
    seenAt: time,
  })
  .meta({ id: 'IdentityConflict' });

export const conflictsQuery = z.strictObject({ ...pageQuery, schoolYear: schoolYearAsked });
export const conflictsPage = pageOf(identityConflict);

export const identityConflictParams = z.object({
  district: z.string(),
  id: wholeNumber(z.int().min(1)).nonoptional(),
});

export const resolveRequest = z
  .strictObject({
    action: z.enum(identityActions),
    reason: typedText(500).min(3).meta({ description: 'kept in the audit' }),
    preview: z.boolean().default(false).meta({ description: 'only count what would be changed' }),
  })
  .meta({ id: 'IdentityResolutionRequest' });

export const resolved = z
  .object({
    id: z.int(),
    action: z.enum(identityActions),
    preview: z.boolean(),
    changes: z
      .array(z.object({ object: z.string(), records: count }))
      .readonly()
      .meta({ description: 'records at the state that were changed, or would be' }),
  })
  .meta({ id: 'IdentityResolution' });
