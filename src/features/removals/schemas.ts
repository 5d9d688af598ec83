/** What the API says of removals. */
import { z } from 'zod';
import { removalDecisions, removalStatuses } from '../../domain/removals';
import { resyncStatus } from '../resyncs/schemas';
import { setOf, time } from '../../http/schemas';

export const removalStatus = z.enum(removalStatuses);

export const removal = z
  .object({
    key: z.array(z.string()),
    guid: z.string().nullable(),
    status: removalStatus.meta({
      description: 'found: gone at the district, and still at the state as far as this run knows',
    }),
    reason: z.string().nullable().meta({ description: 'why it was kept' }),
  })
  .meta({ id: 'Removal' });

export const removalObject = z
  .object({
    object: z.string(),
    decision: z.enum(removalDecisions).meta({
      description:
        'below: few enough to be removed without asking; awaiting: held for an approval; expired: nobody decided in ' +
        'time; refused: nothing of it may be removed, see reason',
    }),
    found: z.int(),
    records: z.int().meta({ description: 'the object’s records at the state when it was looked for' }),
    sharePercent: z.number(),
    thresholdPercent: z.number(),
    removed: z.int(),
    kept: z.int(),
    reason: z.string().nullable(),
    expiresAt: time.nullable().meta({ description: 'end of the wait for an approval' }),
    decidedBy: z.string().nullable(),
    decidedAt: time.nullable(),
    samples: z.array(removal).meta({ description: 'the first ten' }),
  })
  .meta({ id: 'RemovalObject' });

export const removals = z
  .object({
    resyncId: z.string(),
    removals: z.enum(['report', 'apply']),
    status: resyncStatus,
    approval: z.object({ may: z.boolean(), whyNot: z.string().nullable() }).meta({
      description: 'whether the caller may approve what awaits it; rejecting needs resyncBatch only',
    }),
    objects: z.array(removalObject).meta({ description: 'objects with something gone, children first' }),
  })
  .meta({ id: 'Removals' });

export const approvals = z
  .object({
    items: z.array(
      removals.omit({ removals: true, status: true }).extend({
        districtId: z.string(),
        schoolYear: z.int(),
        requestedBy: z.string(),
        requestedAt: time,
      }),
    ),
  })
  .meta({ id: 'Approvals', description: 'oldest first; of each resync only the objects that await' });

export const removalChoice = z
  .strictObject({
    objects: setOf(z.array(z.string().min(1).max(64)).min(1).max(200))
      .optional()
      .meta({ description: 'absent: all that await an approval' }),
  })
  .meta({ id: 'RemovalChoice' });
