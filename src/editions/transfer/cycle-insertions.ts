import { formatRecordKey } from '../../domain/record-error';
import type { PageJob } from '../mapping/job';
import type { Session } from '../connection/session';
import type { DistrictRecord } from './records';
import { quoteText } from '../connection/sql';

/**
 * Remembers which records of a cycle this run inserted with the foreign key checks off: only those
 * may be taken back when they turn out to dangle. A record that was there before is never removed.
 */
export async function noteCycleInsertions(
  session: Session,
  { editions, fence, mapping }: PageJob,
  records: readonly DistrictRecord[],
): Promise<void> {
  if (records.length === 0) return;
  const rows = records.map(
    ({ key }) =>
      `(${quoteText(fence.resyncId)}, ${quoteText(mapping.object.name)}, ${quoteText(formatRecordKey(key))})`,
  );
  await session.write(
    `INSERT INTO ${editions.control}.cycleInsertion (resyncID, objectName, recordKey) VALUES ${rows.join(', ')}`,
  );
}

/** Forgets them, where what they refer to is looked at otherwise. */
export async function forgetNoted(session: Session, { editions, fence, mapping }: PageJob): Promise<void> {
  await session.write(
    `DELETE FROM ${editions.control}.cycleInsertion
      WHERE resyncID = ${quoteText(fence.resyncId)} AND objectName = ${quoteText(mapping.object.name)}`,
  );
}

/**
 * Does work while the session's server doesn't check foreign keys, as inserting a circle needs it.
 * When it throws, the transaction has to be rolled back and the connection ended.
 */
export async function withoutForeignKeyChecks<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.write('SET SESSION foreign_key_checks = 0');
  const result = await work();
  await session.write('SET SESSION foreign_key_checks = 1');
  return result;
}

/**
 * The same for one statement whose refusal the transaction outlives: the checks are as before even
 * then.
 */
export async function exemptFromForeignKeys<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const [before] = await session.rows('SELECT @@SESSION.foreign_key_checks');
  await session.write('SET SESSION foreign_key_checks = 0');
  try {
    return await work();
  } finally {
    await session.write(`SET SESSION foreign_key_checks = ${Number(before![0])}`);
  }
}
