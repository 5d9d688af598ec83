/** What the history of a record takes and answers with. */
import { z } from 'zod';
import { evidences } from '../../domain/evidence';
import { scenarios } from '../../domain/resync';
import { level, pageOf, pageQuery, time } from '../../http/schemas';
import { resyncStatus } from '../resyncs/schemas';

export const recordParams = z.object({
  district: z.string(),
  object: z.string().max(64),
  key: z.string().min(1).max(512).meta({
    description:
      'the match key: as a JSON array of texts, the way the list of errors has it (["2027","17"]), or of a key of one column the bare value (1001)',
    example: '1001',
  }),
});

export const recordHistoryQuery = z.strictObject(pageQuery);

/** What is said of a history that retention has made shorter. */
export const notKept = z
  .object({
    until: time.meta({ description: 'end of the newest resync of which it is no longer known' }),
    text: z.string().meta({ description: 'for people' }),
  })
  .nullable()
  .meta({
    description:
      'what older resyncs did with single records was kept as long as is configured (GET /retention) and removed: the history may be shorter than what happened; null: nothing was removed',
  });

export const recordRun = z
  .object({
    resyncId: z.string(),
    schoolYear: z.int(),
    initiator: level,
    scenario: z.enum(scenarios),
    status: resyncStatus.meta({ description: 'of the resync, as it stands now' }),
    startedAt: time.meta({ description: 'when the run began with the object' }),
    endedAt: time.nullable().meta({ description: 'of the resync; null: it is under way' }),
    at: time.meta({ description: 'when this outcome was written down' }),
    outcome: z
      .enum(['inserted', 'updated', 'unchanged', 'extra', 'removed', 'excluded', 'blocked', 'failed'])
      .meta({
        description:
          'gone: at the state, and no longer at the district; removed: and then taken away at the state, too',
      }),
    evidence: z.enum(evidences).meta({
      description:
        'record: the run names the record. page: everything in its stretch of keys was equal, and an earlier run names it; proven unless it was deleted on both sides by other than a resync. covered: the same, but no run before names it: that it was there then is not proven',
    }),
    error: z
      .object({
        code: z.string(),
        field: z.string().nullable(),
        message: z.string(),
        parent: z.object({ object: z.string(), key: z.array(z.string()) }).nullable(),
      })
      .nullable()
      .meta({ description: 'why it did not reach the state' }),
  })
  .meta({ id: 'RecordRun' });

export const recordHistory = pageOf(recordRun).extend({ notKept }).meta({ id: 'RecordHistory' });
