import { formatRecordKey } from '../../domain/record-error';
import type { PageJob } from '../mapping/job';
import type { Session } from '../connection/pools';
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
  if (!mapping.references.some(({ inCycle }) => inCycle) || records.length === 0) return;
  const rows = records.map(
    ({ key }) =>
      `(${quoteText(fence.resyncId)}, ${quoteText(mapping.object.name)}, ${quoteText(formatRecordKey(key))})`,
  );
  await session.write(
    `INSERT INTO ${editions.control}.cycleInsertion (resyncID, objectName, recordKey) VALUES ${rows.join(', ')}`,
  );
}
