import { deflateRawSync } from 'node:zlib';
import { writeMarks } from '../../domain/record-marks';
import type { PageJob } from '../mapping/job';
import type { PageId } from './ledger';
import type { PageTally } from './page-tally';
import type { Session } from '../connection/session';
import { quoteHex, quoteText } from '../connection/sql';

/** Half of the fastest level's size for keys with holes, in the same time. */
const deflateLevel = 3;

/**
 * Stores which records a page names, in its transaction. A page that names none has no row: what
 * was equal as a whole is described by its ledger row alone.
 */
export async function storeMarks(
  session: Session,
  { editions, fence, mapping }: PageJob,
  { rangeNo, pageNo }: PageId,
  { marks, named }: PageTally,
): Promise<void> {
  if (named === 0) return;
  const deflated = deflateRawSync(writeMarks(marks), { level: deflateLevel });
  await session.write(
    `INSERT INTO ${editions.control}.recordMarks (resyncID, objectName, rangeNo, pageNo, marks)
     VALUES (${quoteText(fence.resyncId)}, ${quoteText(mapping.object.name)}, ${rangeNo}, ${pageNo}, ${quoteHex(deflated.toString('hex'))})`,
  );
}
