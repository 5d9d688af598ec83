import { spawn } from 'node:child_process';
import { addCounts, noRecords, type RangeCounts } from '../src/domain/outcome';
import { cutRanges } from '../src/editions/transfer/bounds';
import { loadMapping } from '../src/editions/mapping/load';
import { openEditions } from '../src/editions/connection/pools';
import { syncRange } from '../src/editions/transfer/sync-range';
import { catalog } from './attendance';
import { one, type BenchServers } from './servers';

/** What is measured: ours and its peers. */

/** Ranges moved at the same time: the state's cores here. */
const lanes = 2;

/**
 * Ours: bounds, ranges, pages, ledger and lease, as an activity does it, without Temporal around
 * it.
 */
export async function ours(servers: BenchServers, resyncId: string, records: number): Promise<RangeCounts> {
  const editions = openEditions({ ...servers, lanes });
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
    return total;
  } finally {
    await editions.close();
  }
}

/** mariadb-dump --single-transaction | mariadb */
export function dump({ districtFile, stateFile }: BenchServers): Promise<void> {
  return shell(
    `mariadb-dump --defaults-extra-file=${districtFile} --single-transaction --no-create-info bench attendance | mariadb --defaults-extra-file=${stateFile} bench`,
  );
}

/** pt-table-sync with its defaults. */
export function tableSync({ districtFile, stateFile }: BenchServers): Promise<void> {
  // Exit status 2: differences were found and mended.
  return shell(
    `pt-table-sync --execute F=${districtFile},D=bench,t=attendance F=${stateFile},D=bench; s=$?; [ $s = 0 ] || [ $s = 2 ]`,
  );
}

function shell(command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-o', 'pipefail', '-c', command], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${command.split(' ')[0]} ended with ${code}: ${said.slice(-500)}`)),
    );
  });
}
