/**
 * What is about to be done, noted before it is: a process that dies in between leaves the note, and
 * the note becomes the event. No change is without one of the two.
 */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { selectRows } from '../../control/database';
import { type NewAuditEvent, recordAudit } from './audit-store';

/** Older notes are of requests that nobody answers any more. */
const abandonedMinutes = 15;
const intentsAtOnce = 200;

type Intent = Omit<NewAuditEvent, 'status' | 'details'>;

/** @returns its id. @throws ControlError: then nothing may be done */
export async function noteIntent(control: Knex, intent: Intent): Promise<string> {
  const intentID = randomUUID();
  const { principalId, name, level, districts } = intent.who;
  const event = { ...intent, who: { principalId, name, level, districts } };
  await control('auditIntent').insert({ intentID, event: JSON.stringify(event) });
  return intentID;
}

/** Nothing was done, and nothing is to be told of it. */
export async function forgetIntent(control: Knex, intentId: string): Promise<void> {
  await control('auditIntent').where({ intentID: intentId }).delete();
}

/**
 * Makes events of what was left behind. Their status is 0: nobody knows whether it was done.
 * @returns how many
 */
export async function settleIntents(control: Knex, olderThanMinutes = abandonedMinutes): Promise<number> {
  const rows = await selectRows<{ intentID: string; event: string; notedAt: string }>(
    control,
    `SELECT intentID, event, notedAt FROM auditIntent
      WHERE notedAt < UTC_TIMESTAMP(3) - INTERVAL ? MINUTE ORDER BY notedAt LIMIT ?`,
    [olderThanMinutes, intentsAtOnce],
  );
  for (const { intentID, event, notedAt } of rows) {
    const intent = JSON.parse(event) as Intent;
    const details = { abandoned: true, begunAt: `${notedAt.replace(' ', 'T')}Z` };
    await recordAudit(control, { ...intent, status: 0, details }, intentID);
  }
  return rows.length;
}
