import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { builtinCatalog } from '../src/catalog/builtin';
import type { Resync } from '../src/cli/client/answers';
import { rangeChecksum } from '../src/editions/columns/row-hash';
import { openEditions } from '../src/editions/connection/pools';
import { loadMapping } from '../src/editions/mapping/load';
import type { ObjectMapping } from '../src/editions/mapping/types';
import { generateDistrict } from '../src/sample/generate';
import { shell } from './peers';
import { type Result, resultOf } from './results';
import { type BenchDistrict, BenchService, prepareDistrict, stopService } from './service';
import { stopOnSignal } from './stop-on-signal';

type Say = (line: string) => void;

/** A whole district, all its objects, through API, Temporal and worker as they are built. */
export const districtCaseNames = ['district-first', 'district-unchanged'] as const;

const dir = join(__dirname, '..', '.bench-district');

/** Measures a first load into an empty state, and runs over what is unchanged. */
export async function measureDistrict({
  students,
  reps,
  say,
}: {
  students: number;
  reps: number;
  say: Say;
}): Promise<Result[]> {
  const stop = (): Promise<void> => stopService(dir, say);
  stopOnSignal(stop, say);
  try {
    const district = await prepareDistrict(dir, { bufferPoolMb: 1024, say });
    say(`Generating a district of ${students} students`);
    const { urls, schoolYear } = district;
    await generateDistrict({ districtUrl: urls.district, students, seed: 1, defects: false, schoolYear });
    const peers = new DistrictPeers(district);
    const service = await BenchService.start(dir, district, { built: true });
    const seconds = async (what: string, work: () => Promise<unknown>): Promise<number> => {
      const start = process.hrtime.bigint();
      await work();
      const taken = Number(process.hrtime.bigint() - start) / 1e9;
      say(`  ${what}: ${taken.toFixed(2)} s`);
      return taken;
    };
    const run = (kind: 'inserted' | 'unchanged') => async (): Promise<void> =>
      checkAll(await service.runResync(district.id, { everyMs: 200 }), kind);
    const times: Record<'first' | 'dump' | 'unchanged' | 'sync' | 'sums', number[]> = {
      ...{ first: [], dump: [], unchanged: [], sync: [], sums: [] },
    };
    for (let rep = 0; rep < reps; rep += 1) {
      await peers.emptyState();
      times.first.push(await seconds('district-first, ours', run('inserted')));
      await peers.emptyCopy();
      times.dump.push(await seconds('district-first, dump', () => peers.dump()));
      times.unchanged.push(await seconds('district-unchanged, ours', run('unchanged')));
      times.sync.push(await seconds('district-unchanged, pt-table-sync', () => peers.tableSync()));
      times.sums.push(await seconds('district-unchanged, checksums', () => peers.checksums()));
    }
    const [first, unchanged] = districtCaseNames;
    return [
      resultOf(first, { peer: 'dump', bound: 0.85 }, times.first, times.dump),
      resultOf(unchanged, { peer: 'pt-table-sync', bound: 0.8 }, times.unchanged, times.sync),
      resultOf(unchanged, { peer: 'checksums', bound: 1.6 }, times.unchanged, times.sums),
    ];
  } finally {
    await stop();
  }
}

/** @throws Error when not every record came out as it should */
function checkAll({ status, totals, resyncId }: Resync, kind: 'inserted' | 'unchanged'): void {
  if (status === 'finished' && totals && totals.processed === totals[kind]) return;
  throw new Error(
    `Resync ${resyncId}: ${status}, ${totals?.[kind]} of ${totals?.processed} records ${kind}.`,
  );
}

/**
 * The peers work on a copy of the district's tables beside the state edition: they know no tenant
 * column.
 */
class DistrictPeers {
  private readonly schema: string;
  private readonly files = { district: join(dir, 'district.cnf'), state: join(dir, 'state.cnf') };

  constructor(private readonly district: BenchDistrict) {
    this.schema = new URL(district.urls.district).pathname.slice(1);
  }

  /** The state edition without a record of any object. */
  async emptyState(): Promise<void> {
    const connection = await createConnection({ uri: this.district.urls.state });
    try {
      await connection.query('SET SESSION foreign_key_checks = 0');
      for (const table of new Set(builtinCatalog.objects.map(({ stateTable }) => stateTable)))
        await connection.query('TRUNCATE TABLE ??', [table]);
    } finally {
      await connection.end();
    }
  }

  /** The district's tables on the state's server, empty. */
  emptyCopy(): Promise<void> {
    const { district, state } = this.files;
    return shell(
      `mariadb --defaults-extra-file=${state} -e 'DROP DATABASE IF EXISTS ${this.schema}; CREATE DATABASE ${this.schema}'` +
        ` && mariadb-dump --defaults-extra-file=${district} --no-data ${this.schema} | mariadb --defaults-extra-file=${state} ${this.schema}`,
    );
  }

  dump(): Promise<void> {
    const { district, state } = this.files;
    return shell(
      `mariadb-dump --defaults-extra-file=${district} --single-transaction --no-create-info ${this.schema} | mariadb --defaults-extra-file=${state} ${this.schema}`,
    );
  }

  tableSync(): Promise<void> {
    const { district, state } = this.files;
    return shell(
      `pt-table-sync --execute --databases ${this.schema} F=${district} F=${state}; s=$?; [ $s = 0 ] || [ $s = 2 ]`,
    );
  }

  /** Of every object on both servers at once, in two lanes. */
  async checksums(): Promise<void> {
    const { urls } = this.district;
    const editions = openEditions({
      ...{ districtUrl: urls.district, stateUrl: urls.state, controlUrl: urls.control },
      lanes: 2,
    });
    try {
      const mappings: ObjectMapping[] = [];
      for (const { name } of builtinCatalog.objects)
        mappings.push(await loadMapping(editions, builtinCatalog, name));
      const lane = async (): Promise<void> => {
        for (let next = mappings.shift(); next; next = mappings.shift()) {
          const { hash, districtTable, stateTable } = next;
          await Promise.all([
            editions.district.rows(`SELECT ${rangeChecksum(hash.district)} FROM ${districtTable}`),
            editions.state.rows(`SELECT ${rangeChecksum(hash.state)} FROM ${stateTable}`),
          ]);
        }
      };
      await Promise.all([lane(), lane()]);
    } finally {
      await editions.close();
    }
  }
}
