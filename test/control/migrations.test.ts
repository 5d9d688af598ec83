import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { migrationsOf } from '../../src/migrate';

const folder = join(__dirname, '..', '..', 'migrations');

test.each(['district', 'state', 'control'] as const)(
  'migrations of the %s database are imported as files, as Node wants them of a build, and stored without extension',
  async (kind) => {
    const source = migrationsOf(kind);
    const files = await source.getMigrations();
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect([file, existsSync(join(folder, kind, file))]).toEqual([file, true]);
      expect(source.getMigrationName(file)).toMatch(/^\d{14}_[\w-]+$/);
      expect(await source.getMigration(file)).toMatchObject({ up: expect.any(Function) as unknown });
    }
  },
);
