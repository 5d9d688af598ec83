import { openControl } from '../src/control/database';
import { addCounts, noRecords, type RangeCounts } from '../src/domain/outcome';
import { openEditions } from '../src/editions/connection/pools';
import { loadMapping } from '../src/editions/mapping/load';
import { findExtra } from '../src/editions/removal/find-removable';
import { removeFound } from '../src/editions/removal/remove-records';
import { cutRanges } from '../src/editions/transfer/bounds';
import { syncRange } from '../src/editions/transfer/sync-range';
import { storeFound } from '../src/features/removals/store';
import { catalog } from './attendance';
import { one, type BenchServers } from './servers';

/** Ranges moved at the same time: the state's cores here. */
const lanes = 2;

/**
 * Ours: bounds, ranges, pages, ledger and lease, as an activity does it, without Temporal around
 * it.
 * @param removes extra records are removed, as a run does it that applies removals
 */
export async function ours(
  servers: BenchServers,
  { resyncId, records, removes }: { resyncId: string; records: number; removes: boolean },
): Promise<RangeCounts> {
  const editions = openEditions({ ...servers, lanes });
  const control = openControl(servers.controlUrl);
  try {
    await servers.state.query(
      `INSERT INTO bench_control.districtLease (districtID, schoolYear, resyncID, epoch) VALUES ('bench', 2027, ?, 1)
         ON DUPLICATE KEY UPDATE resyncID = VALUES(resyncID), epoch = epoch + 1`,
      [resyncId],
    );
    const { epoch } = await one(servers.state, 'SELECT epoch FROM bench_control.districtLease');
    const mapping = await loadMapping(editions, catalog, 'attendance');
    const job = {
      ...{ editions, catalog, mapping },
      scope: { districtId: 'bench', districtNumber: 1, schoolYear: 2027 },
      fence: { resyncId, epoch: Number(epoch) },
      mode: 'compare' as const,
      pageRecords: 5_000,
      signal: new AbortController().signal,
    };
    const ranges = await cutRanges(editions, mapping, job.scope, {
      rangeRecords: Math.min(100_000, Math.ceil(records / 10)),
    });
    let total = noRecords;
    const lane = async (): Promise<void> => {
      for (let range = ranges.shift(); range; range = ranges.shift()) {
        const { read: _, ...counts } = await syncRange({ ...job, range });
        total = addCounts(total, counts);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    if (removes) {
      const work = { resyncId, object: 'attendance' };
      await findExtra(job, (found) => storeFound(control, work, found));
      while (!(await removeFound([job], { maxRecords: 100_000 })).done);
    }
    return total;
  } finally {
    await control.destroy();
    await editions.close();
  }
}
