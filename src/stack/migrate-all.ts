/**
 * `node dist/src/stack/migrate-all.js`: makes and migrates every database of the configuration, as
 * docker compose does.
 */
import { databaseUrlsOf, loadConfig } from '../config';
import { prepareDatabases } from './prepare-databases';

async function migrateAll(): Promise<void> {
  const config = loadConfig();
  await prepareDatabases({ state: config.stateDatabaseUrl, control: config.controlDatabaseUrl });
  for (const district of config.districts.flatMap(databaseUrlsOf)) await prepareDatabases({ district });
}

migrateAll().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 8;
});
