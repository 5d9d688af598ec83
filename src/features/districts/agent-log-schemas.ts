import { z } from 'zod';
import { runLogKinds } from '../../domain/run-log';
import { period } from '../../http/period';
import { count, level, pageOf, pageQuery, schoolYearAsked, time, timeOrder } from '../../http/schemas';
import { color } from '../resyncs/schemas';

export const agentLogQuery = z.strictObject({
  ...pageQuery,
  ...timeOrder,
  ...period,
  schoolYear: schoolYearAsked,
});

export const agentLog = pageOf(
  z
    .object({
      at: time,
      kind: z.enum([...runLogKinds, 'ended']).meta({
        description: 'as in the log of a resync; ended: of the state’s, of which a district isn’t told how',
      }),
      resyncId: z.string(),
      schoolYear: z.int(),
      initiator: level,
      object: z.string().nullable(),
      by: z
        .string()
        .nullable()
        .meta({ description: 'who asked, to a district no more than “the state”; null: the service' }),
      heldUntil: time.nullable().meta({ description: 'end of the blackout window that holds it' }),
      color: color.nullable().meta({ description: 'of a resync that has ended' }),
      errors: count.nullable().meta({ description: 'of a resync that has ended' }),
      message: z.string().nullable(),
    })
    .meta({ id: 'AgentLogEntry' }),
);
