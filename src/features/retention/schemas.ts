/** What GET /retention answers with. */
import { z } from 'zod';
import { retainedKinds } from '../../domain/retention';
import { count, time } from '../../http/schemas';

const kind = z.enum(retainedKinds);

const pass = z
  .object({
    startedAt: time,
    endedAt: time.nullable(),
    status: z
      .enum(['running', 'finished', 'partial', 'failed'])
      .meta({ description: 'partial: it had enough for a day, and the next one goes on' }),
    removed: z.partialRecord(kind, count).meta({ description: 'rows, by kind' }),
    message: z.string().nullable(),
  })
  .meta({ id: 'RetentionPass' });

export const retention = z
  .object({
    items: z.array(
      z.object({
        kind,
        keptDays: z.int().nullable().meta({ description: 'null: forever' }),
      }),
    ),
    nextPassAt: time.nullable().meta({
      description: 'null: Temporal doesn’t answer, or its schedule is paused or not yet made',
    }),
    passes: z.array(pass).meta({ description: 'the newest, at most 30, the newest first' }),
  })
  .meta({ id: 'Retention' });
