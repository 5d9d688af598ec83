/**
 * `tsx src/stack/install.ts`: makes sure that MariaDB and Temporal are on this machine, and shows
 * what it does.
 */
import { join } from 'node:path';
import { ensureMariadb } from './mariadb-programs';
import { ensureTemporal } from './temporal-program';

async function install(): Promise<void> {
  const options = {
    logs: join(__dirname, '..', '..', '.stack-test', 'logs'),
    progress: (line: string) => void process.stderr.write(`${line}\n`),
  };
  await ensureMariadb(options);
  await ensureTemporal(options);
}

install().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 8;
});
