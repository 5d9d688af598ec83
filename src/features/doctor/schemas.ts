/** What the doctor answers with. */
import { z } from 'zod';
import { count, time } from '../../http/schemas';

const finding = z
  .object({
    level: z.enum(['ok', 'warn', 'fail']),
    check: z.string().meta({ example: 'state max_allowed_packet' }),
    found: z.string(),
    todo: z.string().nullable().meta({ description: 'what to do about it; null when it is well' }),
  })
  .meta({ id: 'Finding' });

const taskQueue = z
  .object({
    taskQueue: z.string(),
    kind: z.enum(['workflow', 'activity']),
    backlog: count.meta({ description: 'tasks that wait for a worker, about' }),
    oldestSeconds: z.number().min(0).meta({ description: 'age of the oldest of them' }),
    workers: z.array(
      z.object({
        identity: z.string().meta({ description: 'process and machine', example: '4711@worker-1' }),
        lastSeen: time,
      }),
    ),
  })
  .meta({ id: 'TaskQueue' });

export const findings = z.object({ checkedAt: time, items: z.array(finding) });
export const taskQueues = z.object({ items: z.array(taskQueue) });
