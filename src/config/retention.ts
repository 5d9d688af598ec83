/** The section retention of the configuration. */
import { z } from 'zod';

/** The control database refuses to forget what is younger (migrations/control-schema/access.ts). */
const leastAuditDays = 365;

const kept = (days: number, what: string, { least = 1 } = {}) =>
  z
    .union([z.int().min(least).max(36_500), z.literal('forever')])
    .default(days)
    .describe(`${what}: days, or \`forever\`.`);

export const retentionSchema = z.strictObject({
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time like "02:30"')
    .default('02:30')
    .describe("When the daily pass starts, by the state's clocks (`timezone`; absent: UTC)."),
  rowsAtOnce: z
    .int()
    .min(10)
    .max(10_000)
    .default(1_000)
    .describe('Most rows that one statement of it removes: others wait no longer for their locks.'),
  runsDays: kept(2_555, 'Ended runs with the outcome of their objects, from their end'),
  errorsDays: kept(400, 'Their record errors and causes'),
  marksDays: kept(400, 'Which record had which outcome, and which were found for removal'),
  ledgerDays: kept(400, 'Their pages; never before the marks, which are found by them'),
  verificationsDays: kept(400, 'Verifications that ended, with samples'),
  alertsDays: kept(400, 'Process Alerts that ask for nothing any more, with who read them'),
  deliveriesDays: kept(90, 'Webhook and e-mail deliveries that ended'),
  firingsDays: kept(400, 'What came of schedules’ firings, and passes of this kind'),
  syncEventsDays: kept(400, 'Sync events that ended'),
  previewsDays: kept(7, 'Previews of selective syncs, and what came of each line of imports of districts'),
  auditDays: kept(2_555, 'Audit events; the chain of their hashes stays provable', { least: leastAuditDays }),
});
