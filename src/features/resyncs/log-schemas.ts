import { z } from 'zod';
import { runLogKinds } from '../../domain/run-log';
import { time } from '../../http/schemas';

export const runLog = z
  .object({
    items: z.array(
      z.object({
        at: time,
        kind: z.enum(runLogKinds).meta({
          description:
            '…Asked: a person asked for it, and the run took it up; held, released: by a blackout window',
        }),
        object: z.string().nullable(),
        by: z
          .string()
          .nullable()
          .meta({ description: 'who did it, to a district no more than “the state”; null: the service' }),
        heldUntil: time.nullable().meta({ description: 'end of the blackout window that holds it' }),
        message: z.string().nullable(),
        retry: z.string().nullable().meta({ description: 'the resync that sends its errors again' }),
      }),
    ),
  })
  .meta({ id: 'RunLog' });
