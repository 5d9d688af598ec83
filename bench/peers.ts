import { spawn } from 'node:child_process';
import { rangeChecksum } from '../src/editions/columns/row-hash';
import { loadMapping } from '../src/editions/mapping/load';
import { openEditions } from '../src/editions/connection/pools';
import { catalog } from './attendance';
import type { BenchServers } from './servers';

/** Programs that do a part of the same job. */

/** mariadb-dump --single-transaction | mariadb */
export function dump({ districtFile, stateFile }: BenchServers): Promise<void> {
  return shell(
    `mariadb-dump --defaults-extra-file=${districtFile} --single-transaction --no-create-info bench attendance | mariadb --defaults-extra-file=${stateFile} bench`,
  );
}

/**
 * mydumper and myloader with two threads, which load with foreign keys unchecked, into a database
 * that has the empty table.
 */
export function myDumper({ districtFile, stateFile, dir }: BenchServers): Promise<void> {
  const folder = `${dir}/mydumper`;
  return shell(
    `rm -rf ${folder} && mydumper --defaults-file=${districtFile} --threads 2 --rows 50000 --no-schemas --database bench --tables-list attendance --outputdir ${folder}` +
      ` && myloader --defaults-file=${stateFile} --threads 2 --database bench --directory ${folder}; s=$?; rm -rf ${folder}; exit $s`,
  );
}

/** pt-table-sync with its defaults. */
export function tableSync({ districtFile, stateFile }: BenchServers): Promise<void> {
  // Exit status 2: differences were found and mended.
  return shell(
    `pt-table-sync --execute F=${districtFile},D=bench,t=attendance F=${stateFile},D=bench; s=$?; [ $s = 0 ] || [ $s = 2 ]`,
  );
}

/** The checksums that ours compares, of the whole table on both servers at once; nothing else. */
export async function checksums(servers: BenchServers): Promise<void> {
  const editions = openEditions({ ...servers, lanes: 2 });
  try {
    const { hash, districtTable, stateTable } = await loadMapping(editions, catalog, 'attendance');
    await Promise.all([
      editions.district.rows(`SELECT ${rangeChecksum(hash.district)} FROM ${districtTable}`),
      editions.state.rows(`SELECT ${rangeChecksum(hash.state)} FROM ${stateTable}`),
    ]);
  } finally {
    await editions.close();
  }
}

/** Runs a pipeline. @throws Error with what it said last when it fails */
export function shell(command: string): Promise<void> {
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
