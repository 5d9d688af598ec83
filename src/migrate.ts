import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import knex, { type Knex } from 'knex';
import { connectOptions } from './database/connect';
import { beginWith, setUsual } from './database/usual-settings';
import { explained } from './database/not-connected';

/** The three kinds of database the project has migrations for. */
export type DatabaseKind = 'district' | 'state' | 'control';

/**
 * Names are stored without extension, so that sources and the compiled build agree on what has run.
 */
class FolderSource implements Knex.MigrationSource<string> {
  constructor(private readonly folder: string) {}

  /** @returns names of files, oldest first */
  getMigrations(): Promise<string[]> {
    const files = readdirSync(this.folder).filter(
      (file) => /\.(ts|js)$/.test(file) && !file.endsWith('.d.ts'),
    );
    return Promise.resolve(files.sort());
  }

  getMigrationName(file: string): string {
    return file.replace(/\.(ts|js)$/, '');
  }

  async getMigration(file: string): Promise<Knex.Migration> {
    // With its extension: what is compiled is a module to Node, which guesses none.
    return (await import(join(this.folder, file))) as Knex.Migration;
  }
}

/** The migrations that this build has for a kind of database. */
export const migrationsOf = (kind: DatabaseKind): FolderSource =>
  new FolderSource(join(__dirname, '..', 'migrations', kind));

/**
 * Brings a database to the newest schema of its kind, or all the way down.
 * @param url mysql://user:password@host:port/database
 * @returns names of the migrations that ran, oldest first
 * @throws NotConnectedError when the database can't be reached; the driver's error when a statement
 *   fails
 */
export async function migrate(
  url: string,
  kind: DatabaseKind,
  direction: 'up' | 'down' = 'up',
): Promise<string[]> {
  const database = knex({
    client: 'mysql2',
    connection: connectOptions(url),
    pool: { min: 0, max: 1, afterCreate: beginWith(setUsual) },
  });
  try {
    const config = { migrationSource: migrationsOf(kind) };
    const [, names] = (
      direction === 'up'
        ? await database.migrate.latest(config)
        : await database.migrate.rollback(config, true)
    ) as [number, string[]];
    return names;
  } catch (error) {
    throw explained(error);
  } finally {
    await database.destroy();
  }
}
