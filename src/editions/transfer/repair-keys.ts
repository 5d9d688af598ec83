import type { RecordKey } from '../../domain/record-error';
import { longRecordBytes } from './compare';
import type { PageJob } from '../mapping/job';
import type { PageTally } from './page-tally';
import type { Session } from '../connection/pools';
import type { RangeMemory } from './range-memory';
import { repairRecords } from './repair';

/**
 * Brings the state's records of these keys to what the district has, without comparing the stretch
 * they stand in. A key the district no longer has is neither read nor counted.
 * @throws DatabaseError of a class that takes the whole page back
 */
export async function repairKeys(
  session: Session,
  job: PageJob,
  tally: PageTally,
  memory: RangeMemory,
  keys: readonly RecordKey[],
): Promise<void> {
  tally.read += keys.length;
  const bytes = job.mapping.long ? longRecordBytes : 0;
  await repairRecords(
    session,
    job,
    tally,
    memory,
    keys.map((key) => ({ key, bytes })),
  );
}
